//! The bootstrap files on disk: a copy newer than the built-in one is preferred, and an old copy renewed on the side.

use super::bootstrap::{Bootstrap, Family};
use crate::ports::Ports;
use jiff::{SignedDuration, Timestamp};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Age at which a copy is renewed. IANA's files change a few times a year.
const MAX_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// A bootstrap file's size at most; IANA's have some ten kilobytes.
const MAX_FILE: usize = 1024 * 1024;
/// Wait for one file; nobody waits for it.
const FETCH_WAIT: Duration = Duration::from_secs(10);

/// The bootstrap file to use for a family: the cached copy if there is one and it is newer than the built-in one.
pub(super) fn load(cache: Option<&Path>, family: Family) -> Bootstrap {
    let snapshot = Bootstrap::snapshot(family);
    let cached = cache.and_then(|dir| read(&dir.join(family.file())).ok());
    let cached = cached.and_then(|text| Bootstrap::parse(&text).ok());
    cached.filter(|copy| copy.publication > snapshot.publication).unwrap_or(snapshot)
}

/// Renews the copies that are missing or older than [`MAX_AGE`]. What fails stays as it was: there is another run.
pub(super) async fn refresh(ports: Ports, cache: PathBuf) {
    for family in Family::ALL {
        let path = cache.join(family.file());
        if !is_old(&path, ports.clock.now()) {
            continue;
        }
        let fetched = ports.fetch.get(family.url(), "application/json", MAX_FILE, FETCH_WAIT).await;
        let Ok(response) = fetched else { continue };
        if response.status == 200 && Bootstrap::parse(&response.body).is_ok() {
            // A read-only or full disk leaves the old copy, which is still good.
            let _ = tokio::task::spawn_blocking(move || write(&path, &response.body)).await;
        }
    }
}

/// Whether a copy is missing or old by its time on disk. A time in the future says nothing, so such a copy is old.
fn is_old(path: &Path, now: Timestamp) -> bool {
    let modified = fs::metadata(path).and_then(|metadata| metadata.modified());
    let Some(modified) = modified.ok().and_then(|modified| Timestamp::try_from(modified).ok()) else {
        return true;
    };
    let age = now.duration_since(modified);
    age > MAX_AGE || age < -MAX_AGE
}

/// Reads a file up to [`MAX_FILE`].
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    fs::File::open(path)?.take(MAX_FILE as u64).read_to_end(&mut text)?;
    Ok(text)
}

/// Writes a file so that readers see the old or the new one, never a part.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let dir = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(dir)?;
    let draft = path.with_extension(format!("{}.{:08x}", std::process::id(), rand::random::<u32>()));
    let mut file = fs::File::options().write(true).create_new(true).open(&draft)?;
    let written = file.write_all(text).and_then(|()| fs::rename(&draft, path));
    if written.is_err() {
        let _ = fs::remove_file(&draft);
    }
    written
}
