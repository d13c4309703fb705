//! The logotype extension (RFC 9399 4.1): a walk through its DER to the image of the subject's logo.
//!
//! ```text
//! LogotypeExtn     ::= SEQUENCE { …, subjectLogo [2] EXPLICIT LogotypeInfo OPTIONAL, … }
//! LogotypeInfo     ::= CHOICE { direct [0] LogotypeData, indirect [1] LogotypeReference }
//! LogotypeData     ::= SEQUENCE { image SEQUENCE OF LogotypeImage OPTIONAL, … }
//! LogotypeImage    ::= SEQUENCE { imageDetails LogotypeDetails, … }
//! LogotypeDetails  ::= SEQUENCE { mediaType IA5String, logotypeHash SEQUENCE OF HashAlgAndValue,
//!                                 logotypeURI SEQUENCE OF IA5String }
//! HashAlgAndValue  ::= SEQUENCE { hashAlg AlgorithmIdentifier, hashValue OCTET STRING }
//! ```
//!
//! Tags inside are implicit: `direct` replaces the sequence tag of its data.

/// Images, digests or addresses that are looked at: the profile has one of each.
const MAX_ITEMS: usize = 8;

/// Tag of a SEQUENCE.
const SEQUENCE: u8 = 0x30;
/// Tag of an OBJECT IDENTIFIER.
const OBJECT_IDENTIFIER: u8 = 0x06;
/// Tag of an OCTET STRING.
const OCTET_STRING: u8 = 0x04;
/// Tag of an IA5String.
const IA5_STRING: u8 = 0x16;
/// Tag of the subject's logo.
const SUBJECT_LOGO: u8 = 0xa2;
/// Tag of data in the extension itself.
const DIRECT: u8 = 0xa0;

/// Why an extension holds no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {at} of the logotype extension")]
pub(super) struct LogotypeError {
    /// Offset in the extension's value.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) kind: LogotypeErrorKind,
}

/// What is wrong with an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LogotypeErrorKind {
    /// The logo is only referred to.
    #[error("the logo is not in the certificate")]
    Indirect,
    /// No SVG among the images.
    #[error("there is no SVG image")]
    NoImage,
    /// No logo of the subject.
    #[error("there is no logo of the subject")]
    NoSubjectLogo,
    /// The DER form ends early, or a length is not in DER.
    #[error("the DER form is damaged")]
    Truncated,
    /// Another element than the standard has there.
    #[error("there is an unexpected element")]
    Unexpected,
}

/// The image of the subject's logo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Logotype<'a> {
    /// Media type.
    pub(super) media_type: &'a str,
    /// Identifier of the algorithm (DER content) and digest.
    pub(super) digests: Vec<(&'a [u8], &'a [u8])>,
    /// Addresses of the image.
    pub(super) uris: Vec<&'a str>,
}

/// A place in DER octets: what is left, and where that begins.
#[derive(Clone, Copy)]
struct Der<'a> {
    /// What is left.
    rest: &'a [u8],
    /// Its offset.
    at: usize,
}

impl<'a> Der<'a> {
    /// An error here.
    fn error(self, kind: LogotypeErrorKind) -> LogotypeError {
        LogotypeError { at: self.at, kind }
    }

    /// Takes the next element: its tag and its content.
    fn next(&mut self) -> Result<(u8, Self), LogotypeError> {
        let truncated = self.error(LogotypeErrorKind::Truncated);
        let (&tag, after) = self.rest.split_first().ok_or(truncated)?;
        let (&first, after) = after.split_first().ok_or(truncated)?;
        let octets = usize::from(first & 0x7f);
        let (length, after) = if first & 0x80 == 0 {
            (octets, after)
        } else {
            // Four octets of length are more than any certificate has; none would be the indefinite form of BER.
            let (length, after) =
                after.split_at_checked(octets).filter(|_| (1..=4).contains(&octets)).ok_or(truncated)?;
            (length.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)), after)
        };
        let (content, rest) = after.split_at_checked(length).ok_or(truncated)?;
        let content = Self { rest: content, at: self.at + (self.rest.len() - after.len()) };
        *self = Self { rest, at: content.at + length };
        Ok((tag, content))
    }

    /// Takes the next element, which must have this tag.
    fn expect(&mut self, tag: u8) -> Result<Self, LogotypeError> {
        let here = *self;
        let (found, content) = self.next()?;
        if found == tag { Ok(content) } else { Err(here.error(LogotypeErrorKind::Unexpected)) }
    }

    /// Takes the next element, which must be an IA5String.
    fn text(&mut self) -> Result<&'a str, LogotypeError> {
        let content = self.expect(IA5_STRING)?;
        std::str::from_utf8(content.rest).map_err(|_| content.error(LogotypeErrorKind::Unexpected))
    }

    /// Whether nothing is left.
    fn is_empty(self) -> bool {
        self.rest.is_empty()
    }
}

/// The first SVG image of the subject's logo.
pub(super) fn subject_logo(extension: &[u8]) -> Result<Logotype<'_>, LogotypeError> {
    let mut outer = Der { rest: extension, at: 0 };
    let mut logos = outer.expect(SEQUENCE)?;
    let mut info = loop {
        if logos.is_empty() {
            return Err(logos.error(LogotypeErrorKind::NoSubjectLogo));
        }
        let (tag, content) = logos.next()?;
        if tag == SUBJECT_LOGO {
            break content;
        }
    };
    let here = info;
    let (tag, mut data) = info.next()?;
    if tag != DIRECT {
        return Err(here.error(LogotypeErrorKind::Indirect));
    }
    let mut images = data.expect(SEQUENCE)?;
    for _ in 0..MAX_ITEMS {
        if images.is_empty() {
            break;
        }
        let mut image = images.expect(SEQUENCE)?;
        let logotype = details(image.expect(SEQUENCE)?)?;
        if logotype.media_type.to_ascii_lowercase().starts_with("image/svg+xml") {
            return Ok(logotype);
        }
    }
    Err(images.error(LogotypeErrorKind::NoImage))
}

/// The details of one image.
fn details(mut details: Der<'_>) -> Result<Logotype<'_>, LogotypeError> {
    let media_type = details.text()?;
    let mut hashes = details.expect(SEQUENCE)?;
    let mut digests = Vec::new();
    while !hashes.is_empty() && digests.len() < MAX_ITEMS {
        let mut hash = hashes.expect(SEQUENCE)?;
        let mut algorithm = hash.expect(SEQUENCE)?;
        digests.push((algorithm.expect(OBJECT_IDENTIFIER)?.rest, hash.expect(OCTET_STRING)?.rest));
    }
    let mut addresses = details.expect(SEQUENCE)?;
    let mut uris = Vec::new();
    while !addresses.is_empty() && uris.len() < MAX_ITEMS {
        uris.push(addresses.text()?);
    }
    Ok(Logotype { media_type, digests, uris })
}
