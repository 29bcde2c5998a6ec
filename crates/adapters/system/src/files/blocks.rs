//! A body in blocks that are worth a job each, whatever the pieces it comes in.

use std::io;

use bytes::{Bytes, BytesMut};
use freehold_ports::blobs::ByteStream;
use futures_util::StreamExt;

/// From how many bytes on a block is not made larger.
const BLOCK: usize = 512 * 1024;

/// Gives the next block of a body; none at its end.
pub(crate) async fn next_block(body: &mut ByteStream) -> io::Result<Option<Bytes>> {
    let Some(first) = body.next().await.transpose()? else { return Ok(None) };
    if first.len() >= BLOCK {
        return Ok(Some(first));
    }
    let mut gathered = BytesMut::from(first);
    while gathered.len() < BLOCK {
        match body.next().await.transpose()? {
            Some(piece) => gathered.extend_from_slice(&piece),
            None => break,
        }
    }
    Ok(Some(gathered.freeze()))
}
