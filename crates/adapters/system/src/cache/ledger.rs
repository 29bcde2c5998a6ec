//! How many bytes are kept, in a file whose lock is held by who changes what is kept.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

/// How many digits a number has in the file, so that a new one covers the former.
const DIGITS: usize = 20;

/// The ledger, with its lock, which is let go of when it is dropped.
///
/// The number is changed before the contents are: who is killed in between leaves one that is too large, and the next one to come over the
/// limit counts again.
#[derive(Debug)]
pub(super) struct Ledger {
    file: File,
}

impl Ledger {
    /// Waits for the lock. The folder must be there.
    pub(super) fn lock(path: &Path) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
        }
        let file = options.open(path)?;
        file.lock()?;
        Ok(Self { file })
    }

    /// How many bytes are kept at most; nothing when it has to be counted.
    pub(super) fn total(&mut self) -> io::Result<Option<u64>> {
        let mut text = String::new();
        self.file.rewind()?;
        // One byte more, to see that there is no more.
        match (&self.file).take(DIGITS as u64 + 1).read_to_string(&mut text) {
            Ok(_) => Ok(Some(text).filter(|text| text.len() == DIGITS).and_then(|text| text.parse().ok())),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Writes down how many bytes are kept.
    pub(super) fn set_total(&mut self, bytes: u64) -> io::Result<()> {
        self.file.rewind()?;
        self.file.write_all(format!("{bytes:0DIGITS$}").as_bytes())?;
        self.file.set_len(DIGITS as u64)
    }
}
