//! Storing a body of any length.

use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata, ByteStream, PutOptions};

use super::batch::Batch;
use super::blocks::Blocks;
use super::gate::GateKeeper;
use super::place::Place;
use super::upload::{Request, Upload};
use super::{blocking, folders};

/// Stores a body: a short one in a single job, a long one in a job for each block while the next one is awaited.
pub(super) async fn put(
    place: &Arc<Place>,
    batch: &Arc<Batch>,
    key: &BlobKey,
    body: ByteStream,
    options: PutOptions,
) -> Result<BlobMetadata, BlobError> {
    folders::refuse_own_names(place, key)?;
    let keeper = GateKeeper::default();
    let request = Request::put(place, key, options, keeper.gate());
    let batch = Arc::clone(batch);
    let mut blocks = Blocks::new(body);
    let first = next(&mut blocks).await?;
    if blocks.has_ended() {
        return blocking::run(place, move || {
            let mut upload = Upload::begin(request)?;
            upload.write(&first)?;
            upload.finish(&batch)
        })
        .await;
    }
    let begin = blocking::run(place, move || {
        let mut upload = Upload::begin(request)?;
        upload.refuse_if_taken()?;
        upload.write(&first)?;
        Ok(upload)
    });
    let mut writing = begin.await?;
    let mut block = next(&mut blocks).await?;
    while !block.is_empty() {
        let write = blocking::run(place, move || {
            writing.write(&block)?;
            Ok(writing)
        });
        let (written, following) = futures_util::future::join(write, next(&mut blocks)).await;
        writing = written?;
        block = following?;
    }
    blocking::run(place, move || writing.finish(&batch)).await
}

async fn next(blocks: &mut Blocks) -> Result<Bytes, BlobError> {
    blocks.next().await.map_err(|source| BlobError::Body { source })
}
