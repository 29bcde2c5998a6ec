//! Reading a blob, of which all must be of one version.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobReader, ByteStream, FromBytes};
use tokio::task::JoinHandle;

use super::blocking;
use super::location::{Location, Lookup};
use super::place::Place;
use super::status::FileStatus;

/// How many bytes are read by one job.
const BLOCK: u64 = 1024 * 1024;

const UNTOLD_SIZE: &str = "the system does not tell how long the file is, as for those of /proc; copy its content to another file first";

/// Opens a blob. A short one is read by the same job.
pub(super) async fn read(
    place: &Arc<Place>,
    key: &BlobKey,
    range: Option<Range<u64>>,
) -> Result<BlobReader, BlobError> {
    let (job_place, key) = (Arc::clone(place), key.clone());
    blocking::run(place, move || open(job_place, key, range)).await
}

fn open(place: Arc<Place>, key: BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
    let opened = Location::open(&place).and_then(|location| match location.open_file(key.as_str()) {
        // Something is there: whoever takes it for nothing may take what it hides for free.
        Err(Lookup::Absent) if location.has_dangling_link(key.as_str()) => Err(Lookup::NotPlain),
        opened => opened,
    });
    let (file, status) = opened.map_err(|lookup| place.lookup_error(&key, lookup))?;
    let metadata = status.metadata(&key);
    let wanted = range.unwrap_or(0..u64::MAX);
    let end = wanted.end.min(status.size);
    let offset = wanted.start.min(end);
    let mut reading = Reading { place, key, file, status, offset, end };
    let body = if end - offset <= BLOCK {
        let block = reading.next_block().map_err(|error| reading.as_blob_error(error))?;
        FromBytes::boxed(block)
    } else {
        stream(reading)
    };
    Ok(BlobReader { metadata, body })
}

/// A blob of which everything before `offset` was read.
#[derive(Debug)]
struct Reading {
    place: Arc<Place>,
    key: BlobKey,
    file: File,
    status: FileStatus,
    offset: u64,
    end: u64,
}

impl Reading {
    /// Reads the next block. With the last one it makes sure that the file is still what it was.
    fn next_block(&mut self) -> io::Result<Bytes> {
        let length = BLOCK.min(self.end - self.offset);
        let mut block = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        match self.file.read_exact_at(&mut block, self.offset) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(self.of_another_length()?),
            result => result?,
        }
        self.offset += length;
        if self.offset == self.end {
            if self.end == self.status.size && self.has_more()? {
                return Err(self.of_another_length()?);
            }
            if !self.is_unchanged()? {
                return Err(self.changed());
            }
        }
        Ok(block.into())
    }

    fn has_more(&self) -> io::Result<bool> {
        match self.file.read_exact_at(&mut [0], self.end) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
            result => result.map(|()| true),
        }
    }

    fn is_unchanged(&self) -> io::Result<bool> {
        Ok(FileStatus::of(&self.file)?.has_same_content(&self.status))
    }

    /// Why the content is not as long as the system says the file is: it was changed, or the system makes it up as it is read.
    fn of_another_length(&self) -> io::Result<io::Error> {
        Ok(if self.is_unchanged()? { io::Error::other(UNTOLD_SIZE) } else { self.changed() })
    }

    fn changed(&self) -> io::Error {
        io::Error::other(self.place.version_mismatch(&self.key))
    }

    /// The port's error inside, or the system's as the port tells it.
    fn as_blob_error(&self, error: io::Error) -> BlobError {
        match error.downcast::<BlobError>() {
            Ok(error) => error,
            Err(error) => self.place.error_at(&self.key, error),
        }
    }
}

type Job = JoinHandle<(Reading, io::Result<Bytes>)>;

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
                let more = reading.offset < reading.end;
                Some((Ok(block), more.then(|| begin_block(reading))))
            }
            Err(error) => Some((Err(io::Error::other(reading.as_blob_error(error))), None)),
        }
    });
    Box::pin(blocks)
}
