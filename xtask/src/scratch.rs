//! A folder for one test, removed when the test ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The folder; its name holds the process id and a counter, so that parallel tests never meet.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// A new, empty folder.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ptrust-xtask-{}-{count}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Where the folder is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file below the folder.
    pub(crate) fn put(&self, path: &str, text: &str) {
        crate::generated::write(&self.0.join(path), text).unwrap();
    }

    /// Reads a file below the folder.
    pub(crate) fn get(&self, path: &str) -> String {
        fs::read_to_string(self.0.join(path)).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
