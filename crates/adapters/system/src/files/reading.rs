//! Reading a file that must stay as it is from the first byte to the last.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use freehold_ports::blobs::{ByteStream, FromBytes};
use freehold_ports::system::{FileError, FileState};
use tokio::task::JoinHandle;

use super::{errors, state};

/// How many bytes are read by one job.
const BLOCK: u64 = 1024 * 1024;

const UNTOLD_SIZE: &str = "the system does not tell how long it is, as for the files of /proc; copy its content to another file first";

/// Opens a plain file that is in `expected` state. A short one is read at once.
pub(super) fn open(path: &Path, expected: &FileState) -> Result<ByteStream, FileError> {
    // Before it is opened: a pipe would wait for a writer, and opening a device can change it.
    let metadata = fs::metadata(path).map_err(|error| errors::at(path, error))?;
    let found = state::file_state(path, &metadata)?;
    let file = open_without_waiting(path).map_err(|error| errors::at(path, error))?;
    let mut reading =
        Reading { path: path.to_path_buf(), file, expected: expected.clone(), left: expected.size };
    if found != *expected || !reading.is_as_expected()? {
        return Err(reading.changed());
    }
    if expected.size > BLOCK {
        return Ok(stream(reading));
    }
    Ok(FromBytes::boxed(reading.next_block()?))
}

/// Should it have become a pipe meanwhile: without waiting for a writer.
fn open_without_waiting(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use rustix::fs::OFlags;
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, flags.cast_signed());
    }
    options.open(path)
}

/// A file of which `left` bytes are still to be read.
#[derive(Debug)]
struct Reading {
    path: PathBuf,
    file: File,
    expected: FileState,
    left: u64,
}

impl Reading {
    /// Reads the next block. With the last one it makes sure that the file is still what it was.
    fn next_block(&mut self) -> Result<Bytes, FileError> {
        let length = BLOCK.min(self.left);
        let mut block = vec![0; usize::try_from(length).unwrap_or_default()];
        match self.file.read_exact(&mut block) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(self.of_another_length()),
            result => result.map_err(|error| errors::at(&self.path, error))?,
        }
        self.left -= length;
        if self.left == 0 {
            if self.has_more()? {
                return Err(self.of_another_length());
            }
            if !self.is_as_expected()? {
                return Err(self.changed());
            }
        }
        Ok(block.into())
    }

    fn has_more(&mut self) -> Result<bool, FileError> {
        match self.file.read_exact(&mut [0]) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            result => result.map(|()| true).map_err(|error| errors::at(&self.path, error)),
        }
    }

    /// Why the content is not as long as the system says the file is: it was changed, or the system makes it up as it is read.
    fn of_another_length(&self) -> FileError {
        match self.is_as_expected() {
            Ok(true) => errors::at(&self.path, io::Error::other(UNTOLD_SIZE)),
            Ok(false) => self.changed(),
            Err(error) => error,
        }
    }

    fn is_as_expected(&self) -> Result<bool, FileError> {
        let metadata = self.file.metadata().map_err(|error| errors::at(&self.path, error))?;
        Ok(state::file_state(&self.path, &metadata)? == self.expected)
    }

    fn changed(&self) -> FileError {
        FileError::Changed { path: errors::shown(&self.path) }
    }
}

type Job = JoinHandle<(Reading, Result<Bytes, FileError>)>;

fn begin_block(mut reading: Reading) -> Job {
    tokio::task::spawn_blocking(move || {
        let block = reading.next_block();
        (reading, block)
    })
}

/// The blocks, each read while the one before it is used. No thread is held in between.
fn stream(reading: Reading) -> ByteStream {
    let blocks = futures_util::stream::unfold(Some(begin_block(reading)), async |job: Option<Job>| {
        let (reading, block) = match job?.await {
            Ok(finished) => finished,
            Err(lost) => return Some((Err(io::Error::other(lost)), None)),
        };
        match block {
            Ok(block) => {
                let more = reading.left > 0;
                Some((Ok(block), more.then(|| begin_block(reading))))
            }
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    });
    Box::pin(blocks)
}
