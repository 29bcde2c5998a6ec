//! Reading the body of a put into parts, with a bound on what all of them keep in memory.

use std::io;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use freehold_ports::blobs::ByteStream;
use futures_util::StreamExt;
use object_store::{PutPayload, PutPayloadMut};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::part_size::part_size;

/// The unit in which memory is counted, in bytes.
const UNIT: usize = 1 << 20;

/// What the bodies of all uploads to one bucket may keep in memory together, in units.
pub(super) const BUFFER_UNITS: usize = 128;

/// What a body may keep in memory without being counted, in bytes, so that a claim never waits for long uploads.
const UNCOUNTED: usize = 64 * 1024;

/// In which pieces memory is taken, in bytes.
const BLOCK: usize = 256 * 1024;

/// A body that is read part by part.
pub(super) struct Body {
    stream: Option<ByteStream>,
    /// What came and has no place in the present part.
    rest: Bytes,
    present: PutPayloadMut,
    permit: Option<OwnedSemaphorePermit>,
    buffers: Arc<Semaphore>,
    number: usize,
}

/// A part of a body. Its memory counts until it is dropped.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) payload: PutPayload,
    /// Whether the body ends with it.
    pub(super) is_last: bool,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Body {
    pub(super) fn new(stream: ByteStream, buffers: &Arc<Semaphore>) -> Self {
        Self {
            stream: Some(stream),
            rest: Bytes::new(),
            present: empty(),
            permit: None,
            buffers: Arc::clone(buffers),
            number: 0,
        }
    }

    /// Reads the next part; after the last one it gives empty ones. When the future is dropped, nothing is lost: the next call goes on.
    ///
    /// # Errors
    /// That of the stream.
    pub(super) async fn next_part(&mut self) -> io::Result<Part> {
        let size = part_size(self.number);
        loop {
            if !self.rest.is_empty() {
                let room = size - self.present.content_length();
                if room == 0 {
                    return Ok(self.take(false));
                }
                let taken = room.min(self.rest.len());
                if self.permit.is_none() && self.present.content_length() + taken > UNCOUNTED {
                    self.permit = Some(permit(&self.buffers, size).await?);
                }
                self.present.extend_from_slice(&self.rest[..taken]);
                self.rest.advance(taken);
                continue;
            }
            let Some(stream) = &mut self.stream else { return Ok(self.take(true)) };
            match stream.next().await {
                Some(piece) => self.rest = piece?,
                None => self.stream = None,
            }
        }
    }

    fn take(&mut self, is_last: bool) -> Part {
        self.number += 1;
        let payload = std::mem::replace(&mut self.present, empty()).freeze();
        Part { payload, is_last, _permit: self.permit.take() }
    }
}

/// Waits until there is memory for a part. One that is larger than everything may be takes everything.
async fn permit(buffers: &Arc<Semaphore>, size: usize) -> io::Result<OwnedSemaphorePermit> {
    let units = u32::try_from(size.div_ceil(UNIT).min(BUFFER_UNITS)).unwrap_or(u32::MAX);
    Arc::clone(buffers).acquire_many_owned(units).await.map_err(io::Error::other)
}

fn empty() -> PutPayloadMut {
    PutPayloadMut::new().with_block_size(BLOCK)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn body(pieces: Vec<Bytes>, buffers: &Arc<Semaphore>) -> Body {
        Body::new(Box::pin(futures_util::stream::iter(pieces.into_iter().map(Ok))), buffers)
    }

    #[tokio::test]
    async fn a_body_that_fills_one_part_is_one_part() {
        let buffers = Arc::new(Semaphore::new(BUFFER_UNITS));
        let mut body = body(vec![Bytes::from(vec![1; part_size(0)]), Bytes::new()], &buffers);
        let part = body.next_part().await.unwrap();
        assert_eq!((part.payload.content_length(), part.is_last), (part_size(0), true));
    }

    #[tokio::test]
    async fn a_piece_that_is_longer_than_a_part_is_divided() {
        let buffers = Arc::new(Semaphore::new(BUFFER_UNITS));
        let whole: Bytes = (0..=250).cycle().take(part_size(0) * 2 + 3).collect();
        let mut body = body(vec![whole.clone()], &buffers);
        let mut seen = Vec::new();
        loop {
            let part = body.next_part().await.unwrap();
            part.payload.iter().for_each(|piece| seen.extend_from_slice(piece));
            if part.is_last {
                break;
            }
        }
        assert!(seen == whole);
    }

    #[tokio::test]
    async fn memory_counts_until_the_part_is_dropped() {
        let buffers = Arc::new(Semaphore::new(BUFFER_UNITS));
        let mut body = body(vec![Bytes::from(vec![1; part_size(0)])], &buffers);
        let part = body.next_part().await.unwrap();
        assert_eq!(buffers.available_permits(), BUFFER_UNITS - part_size(0) / UNIT);
        drop(part);
        assert_eq!(buffers.available_permits(), BUFFER_UNITS);
    }

    #[tokio::test]
    async fn a_short_body_does_not_wait_for_memory() {
        let buffers = Arc::new(Semaphore::new(0));
        let part = body(vec![Bytes::from(vec![1; UNCOUNTED])], &buffers).next_part().await.unwrap();
        assert!(part.is_last);
    }
}
