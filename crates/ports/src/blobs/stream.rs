//! Streams of bytes and of records.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;

/// A stream that can be sent between threads.
pub type BoxStream<'stream, T> = Pin<Box<dyn Stream<Item = T> + Send + 'stream>>;

/// The content of a file or blob, in pieces of any size. An error ends it.
///
/// The error's inner value is the error of the port that the bytes come from
/// ([`BlobError`](crate::blobs::BlobError), [`FileError`](crate::system::FileError)), when it has one.
pub type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// A [`ByteStream`] over bytes that are in memory.
#[derive(Debug, Clone)]
pub struct FromBytes(Option<Bytes>);

impl FromBytes {
    /// The stream of these bytes, in one piece.
    #[must_use]
    pub fn boxed(bytes: impl Into<Bytes>) -> ByteStream {
        Box::pin(Self(Some(bytes.into())))
    }
}

impl Stream for FromBytes {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.take().filter(|bytes| !bytes.is_empty()).map(Ok))
    }
}
