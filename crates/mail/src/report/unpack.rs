//! Packed files, unpacked within limits.

use flate2::read::GzDecoder;
use std::borrow::Cow;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Octets that come out of a packed file at most: the largest reports in use have a few MiB.
pub const MAX_UNPACKED: usize = 32 << 20;
/// How many times larger than the packed file the content may be, once it is over [`RATIO_FROM`]. Reports pack 10 to 60
/// times, deflate can reach 1,030.
const MAX_RATIO: usize = 200;
/// Octets from which the ratio counts: a small file of spaces is no danger.
const RATIO_FROM: usize = 1 << 20;
/// Entries of an archive that are looked at; reporters put one in.
const MAX_ENTRIES: usize = 16;
/// Entries in the directory of an archive that is opened at all: the directory is read as a whole.
const MAX_DIRECTORY: usize = 1_000;
/// How often a content may be packed again, as gzip in zip is.
const MAX_LAYERS: usize = 3;

/// The first octets of gzip (RFC 1952 2.3.1).
const GZIP: &[u8] = b"\x1f\x8b";
/// The first octets of a zip archive that holds something.
const ZIP: &[u8] = b"PK\x03\x04";

/// Why a packed file was not unpacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// The packed data is damaged or cut off.
    #[error("the packed data is damaged or cut off")]
    Corrupt,
    /// The archive has no file that could be read.
    #[error("the archive holds no readable file")]
    Empty,
    /// The content is far larger than the packed file.
    #[error("the content is more than {MAX_RATIO} times as large as the packed file")]
    Ratio,
    /// The content is larger than what is read.
    #[error("the content is larger than {MAX_UNPACKED} octets")]
    TooLarge,
    /// The archive has too many entries.
    #[error("the archive has too many entries")]
    TooManyEntries,
    /// Packed again and again.
    #[error("packed more than {MAX_LAYERS} times over")]
    TooManyLayers,
}

/// Whether a content is packed, by its first octets.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP) || bytes.starts_with(ZIP)
}

/// Unpacks gzip and zip by their first octets, also one in the other. Anything else is given back as it is.
///
/// # Errors
/// When the packed data is damaged or breaks a limit.
pub fn unpack(bytes: &[u8]) -> Result<Cow<'_, [u8]>, UnpackError> {
    let mut content = Cow::Borrowed(bytes);
    for _ in 0..=MAX_LAYERS {
        let next = if content.starts_with(GZIP) {
            gunzip(&content)?
        } else if content.starts_with(ZIP) {
            unzip(&content)?
        } else if content.len() > MAX_UNPACKED && matches!(content, Cow::Owned(_)) {
            return Err(UnpackError::TooLarge);
        } else {
            return Ok(content);
        };
        content = Cow::Owned(next);
    }
    Err(UnpackError::TooManyLayers)
}

/// Unpacks the first member; what follows it is ignored, since some gateways append line ends.
fn gunzip(packed: &[u8]) -> Result<Vec<u8>, UnpackError> {
    drain(GzDecoder::new(packed), packed.len())
}

/// Unpacks the first entry that is a file; those that systems add for themselves do not count.
fn unzip(packed: &[u8]) -> Result<Vec<u8>, UnpackError> {
    // A directory entry has this mark; counting the marks bounds what opening the archive will keep.
    let entries = packed.windows(4).filter(|window| *window == b"PK\x01\x02").count();
    if entries > MAX_DIRECTORY {
        return Err(UnpackError::TooManyEntries);
    }
    let mut archive = ZipArchive::new(Cursor::new(packed)).map_err(|_| UnpackError::Corrupt)?;
    if archive.len() > MAX_ENTRIES {
        return Err(UnpackError::TooManyEntries);
    }
    for index in 0..archive.len() {
        // An entry that is encrypted or packed in another way is an error here.
        let Ok(entry) = archive.by_index(index) else { continue };
        if entry.is_dir() || entry.name().is_ok_and(|name| name.starts_with("__MACOSX/")) {
            continue;
        }
        return drain(entry, packed.len());
    }
    Err(UnpackError::Empty)
}

/// Reads all of a content within the limits.
fn drain(content: impl Read, packed: usize) -> Result<Vec<u8>, UnpackError> {
    let by_ratio = packed.saturating_mul(MAX_RATIO).max(RATIO_FROM);
    let limit = by_ratio.min(MAX_UNPACKED);
    let mut unpacked = Vec::new();
    // One octet over the limit shows that it was passed.
    let mut content = content.take(u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1));
    content.read_to_end(&mut unpacked).map_err(|_| UnpackError::Corrupt)?;
    if unpacked.len() <= limit {
        Ok(unpacked)
    } else if by_ratio < MAX_UNPACKED {
        Err(UnpackError::Ratio)
    } else {
        Err(UnpackError::TooLarge)
    }
}
