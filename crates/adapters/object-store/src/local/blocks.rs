//! A body in blocks that are worth a job each, whatever the pieces it comes in.

use std::io;

use bytes::{Bytes, BytesMut};
use freehold_ports::blobs::ByteStream;
use futures_util::StreamExt;

/// How many bytes a block has, but for the last one and for pieces that are large already.
const BLOCK: usize = 1024 * 1024;

/// Pieces from this size on are not worth being copied together.
const LARGE_PIECE: usize = 256 * 1024;

/// The blocks of a body.
pub(super) struct Blocks {
    body: ByteStream,
    kept: Option<Bytes>,
    has_ended: bool,
}

impl Blocks {
    pub(super) fn new(body: ByteStream) -> Self {
        Self { body, kept: None, has_ended: false }
    }

    /// Whether the block that was given last was the last one. While it is not known, it is not so.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    async fn next_piece(&mut self) -> io::Result<Option<Bytes>> {
        if let Some(kept) = self.kept.take() {
            return Ok(Some(kept));
        }
        let piece = self.body.next().await.transpose()?;
        self.has_ended = piece.is_none();
        Ok(piece)
    }

    /// Gives the next block; an empty one at the end.
    pub(super) async fn next(&mut self) -> io::Result<Bytes> {
        let mut gathered = BytesMut::new();
        while !self.has_ended {
            let Some(piece) = self.next_piece().await? else { break };
            if gathered.is_empty() && piece.len() >= LARGE_PIECE {
                return Ok(piece);
            }
            if gathered.len() + piece.len() > BLOCK {
                self.kept = Some(piece);
                break;
            }
            gathered.extend_from_slice(&piece);
        }
        Ok(gathered.freeze())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    async fn block_sizes(pieces: &[usize]) -> Vec<usize> {
        let pieces: Vec<_> = pieces.iter().map(|size| Ok(Bytes::from(vec![0; *size]))).collect();
        let mut blocks = Blocks::new(Box::pin(futures_util::stream::iter(pieces)));
        let mut sizes = Vec::new();
        loop {
            let block = blocks.next().await.unwrap();
            sizes.push(block.len());
            if blocks.has_ended() {
                return sizes;
            }
        }
    }

    #[tokio::test]
    async fn a_small_body_is_one_block_known_to_be_the_last() {
        assert_eq!(block_sizes(&[3, 0, 5]).await, [8]);
        assert_eq!(block_sizes(&[]).await, [0]);
    }

    #[tokio::test]
    async fn small_pieces_are_put_together() {
        assert_eq!(block_sizes(&[1000; 2000]).await, [1_048_000, 2_000_000 - 1_048_000]);
    }

    #[tokio::test]
    async fn large_pieces_pass_as_they_are() {
        assert_eq!(block_sizes(&[BLOCK * 3, 1, LARGE_PIECE, 1]).await, [BLOCK * 3, LARGE_PIECE + 2]);
    }

    #[tokio::test]
    async fn an_error_of_the_body_is_given_on() {
        let pieces = vec![Ok(Bytes::from_static(b"a")), Err(io::Error::other("torn"))];
        let mut blocks = Blocks::new(Box::pin(futures_util::stream::iter(pieces)));
        assert_eq!(blocks.next().await.unwrap_err().to_string(), "torn");
    }
}
