//! Copying the bytes of announced files, and what came of each.

use std::sync::atomic::{AtomicBool, Ordering};

use freehold_domain::{ArtifactLocation, ArtifactUid, Intent, Placement};
use freehold_ports::blobs::{BlobError, PutOptions};
use freehold_ports::system::ProgressEvent;
use futures_util::{StreamExt, stream};

use super::ingest::SourceFile;
use super::record::Stored;
use super::{Batch, IN_FLIGHT, SaveArtifactsError};
use crate::content::{Measure, Measured};
use crate::location::WritableLocation;

/// A file whose uid is reserved and whose copy is announced.
#[derive(Debug, Clone)]
pub(super) struct Announced {
    pub(super) file: SourceFile,
    pub(super) uid: ArtifactUid,
    pub(super) intent: Intent,
}

/// What came of copying a set of files. Only what is in `stored` and `misshapen` was put there by us.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// The files whose bytes are stored.
    pub(super) stored: Vec<(Announced, Stored)>,
    /// The files whose blobs were there already: in a location that another copy of this registry, or a later state of it, has written to.
    pub(super) taken: Vec<Announced>,
    /// The files of which nothing is there.
    pub(super) absent: Vec<Announced>,
    /// The files whose blobs we put and do not want.
    pub(super) misshapen: Vec<Announced>,
    /// Why copying ended early. A file whose fate the backend did not tell is in no list: its intent stays for recovery.
    pub(super) failure: Option<SaveArtifactsError>,
}

enum Copied {
    Stored(Stored),
    Taken,
    Absent(Option<SaveArtifactsError>),
    Misshapen(SaveArtifactsError),
    Unknown(SaveArtifactsError),
}

/// Copies files, many at once. After a failure no other file is begun, and those under way are waited for, so that the fate of each is known.
pub(super) async fn copy_all(
    batch: &Batch<'_>,
    location: &WritableLocation,
    announced: Vec<Announced>,
) -> Copies {
    let stop = AtomicBool::new(false);
    let copies: Vec<_> = announced.iter().map(|announced| copy(batch, location, announced, &stop)).collect();
    let outcomes: Vec<Copied> = stream::iter(copies).buffered(IN_FLIGHT).collect().await;
    let mut copies = Copies::default();
    for (announced, outcome) in announced.into_iter().zip(outcomes) {
        match outcome {
            Copied::Stored(stored) => copies.stored.push((announced, stored)),
            Copied::Taken => copies.taken.push(announced),
            Copied::Absent(error) => {
                copies.absent.push(announced);
                copies.failure = copies.failure.or(error);
            }
            Copied::Misshapen(error) => {
                copies.misshapen.push(announced);
                copies.failure.get_or_insert(error);
            }
            Copied::Unknown(error) => {
                copies.failure.get_or_insert(error);
            }
        }
    }
    copies
}

async fn copy(
    batch: &Batch<'_>,
    location: &WritableLocation,
    announced: &Announced,
    stop: &AtomicBool,
) -> Copied {
    if stop.load(Ordering::Relaxed) {
        return Copied::Absent(None);
    }
    let copied = put(batch, location, announced).await;
    match copied {
        Copied::Stored(_) | Copied::Taken => {}
        Copied::Absent(_) | Copied::Misshapen(_) | Copied::Unknown(_) => stop.store(true, Ordering::Relaxed),
    }
    copied
}

async fn put(batch: &Batch<'_>, location: &WritableLocation, announced: &Announced) -> Copied {
    let progress = &batch.registry.host.progress;
    let (body, readership) = match announced.file.source.read(batch.registry).await {
        Ok(opened) => opened,
        Err(error) => return Copied::Absent(Some(error)),
    };
    let options = PutOptions::CREATE_IN_BATCH.readable_by(readership);
    let measure = Measure::default();
    let body = Measured::new(body, measure.clone()).reporting(progress.clone()).boxed();
    let blob = match location.put(&announced.intent.blob_key, body, options).await {
        Ok(blob) => blob,
        Err(BlobError::AlreadyExists { .. }) => return Copied::Taken,
        Err(error @ (BlobError::Unavailable { .. } | BlobError::Backend { .. })) => {
            return Copied::Unknown(error.into());
        }
        Err(error) => return Copied::Absent(Some(error.into())),
    };
    progress.report(ProgressEvent::Advanced { items: 1, bytes: 0 });
    match measure.content() {
        Some(content) if content.size == blob.size => Copied::Stored(Stored {
            name: announced.file.name.clone(),
            content,
            placement: Placement { storage: batch.target.uid(), location: ArtifactLocation::Ingested },
            reserved: Some(announced.uid),
        }),
        _ => Copied::Misshapen(SaveArtifactsError::NotWhollyStored { uid: announced.uid, stored: blob.size }),
    }
}
