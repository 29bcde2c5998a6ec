//! Deleting bytes for good: tombstones and intents in one transaction, then the bytes, then the intents go.

use std::collections::{BTreeMap, BTreeSet};

use freehold_domain::{Artifact, ArtifactState, ArtifactUid, BlobKey, Intent, IntentKind, StorageUid};
use freehold_ports::blobs::{BlobError, BlobVersion};
use freehold_ports::persistence::PersistenceError;
use freehold_ports::system::{LivenessError, ProgressEvent};

use crate::announcement::announce;
use crate::family_heads::settle_heads;
use crate::location::WritableLocation;
use crate::registry::ActorError;
use crate::settled_intents::drop_intents;
use crate::{AccessError, Registry, Transaction, UseCaseError};

/// An artifact whose bytes are to be deleted.
#[derive(Debug, Clone)]
pub(crate) struct Doomed<'purge> {
    pub(crate) artifact: &'purge Artifact,
    /// Only this version of the blob, for a file that others may replace meanwhile.
    pub(crate) version: Option<BlobVersion>,
}

/// Makes tombstones of `artifacts`, deletes the bytes of those that are `doomed`, and gives the artifacts as they are then.
///
/// Interrupted anywhere, no artifact is left that can be read in part, and no bytes are left without an intent.
pub(crate) async fn purge<E>(
    registry: &Registry,
    artifacts: &[ArtifactUid],
    doomed: &[Doomed<'_>],
    locations: &BTreeMap<StorageUid, WritableLocation>,
) -> Result<Vec<Artifact>, E>
where
    E: UseCaseError
        + From<AccessError>
        + From<ActorError>
        + From<LivenessError>
        + From<PersistenceError>
        + From<BlobError>,
{
    if artifacts.is_empty() {
        return Ok(Vec::new());
    }
    let intents = intents_for::<E>(registry, doomed).await?;
    let purged = mark::<E>(registry, artifacts, ArtifactState::Purged, &intents, locations).await?;
    for (storage, location) in locations {
        let here = || doomed.iter().filter(|doomed| doomed.artifact.placement.storage == *storage);
        let keys: Vec<BlobKey> = here()
            .filter(|doomed| doomed.version.is_none())
            .map(|doomed| doomed.artifact.blob_key())
            .collect();
        if !keys.is_empty() {
            location.delete(&keys).await?;
        }
        for doomed in here() {
            if let Some(version) = &doomed.version {
                delete_version(location, &doomed.artifact.blob_key(), version).await?;
            }
        }
        registry.host.progress.report(ProgressEvent::Advanced { items: here().count() as u64, bytes: 0 });
    }
    if let Some(session) = registry.begun_session().await {
        let gone: BTreeSet<ArtifactUid> = artifacts.iter().copied().collect();
        registry
            .writing(|| {
                async |transaction: &mut Transaction| {
                    drop_intents(transaction, session, IntentKind::Delete, &gone).await
                }
            })
            .await?;
    }
    Ok(purged)
}

/// Deletes a blob if it is still the one that was looked at. What somebody has put in its place is not ours to delete.
async fn delete_version(
    location: &WritableLocation,
    key: &BlobKey,
    version: &BlobVersion,
) -> Result<(), BlobError> {
    match location.remove(key, version).await {
        Ok(()) | Err(BlobError::VersionMismatch { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn intents_for<E>(registry: &Registry, doomed: &[Doomed<'_>]) -> Result<Vec<Intent>, E>
where
    E: UseCaseError + From<LivenessError>,
{
    if doomed.is_empty() {
        return Ok(Vec::new());
    }
    let session = registry.session().await?;
    let created_at = registry.host.clock.now();
    let intent = |Doomed { artifact, .. }: &Doomed<'_>| Intent {
        uid: registry.host.uids.intent_uid(),
        kind: IntentKind::Delete,
        session,
        storage: artifact.placement.storage,
        blob_key: artifact.blob_key(),
        artifact: artifact.uid,
        created_at,
    };
    Ok(doomed.iter().map(intent).collect())
}

/// Gives the artifacts that are not as far yet their new state, with the intents of what is to follow, and settles the heads.
pub(crate) async fn mark<E>(
    registry: &Registry,
    uids: &[ArtifactUid],
    state: ArtifactState,
    intents: &[Intent],
    locations: &BTreeMap<StorageUid, WritableLocation>,
) -> Result<Vec<Artifact>, E>
where
    E: UseCaseError + From<AccessError> + From<ActorError> + From<PersistenceError>,
{
    let announced_at =
        |storage| intents.iter().filter(move |intent| intent.storage == storage).cloned().collect();
    let announced: Vec<(&WritableLocation, Vec<Intent>)> =
        locations.iter().map(|(storage, location)| (location, announced_at(*storage))).collect();
    registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let actor = registry.record_actor(transaction).await?;
                let mut changed = transaction.artifacts().find_many(uids).await?;
                changed.retain(|artifact| match artifact.state {
                    ArtifactState::Available => true,
                    ArtifactState::Trashed => state == ArtifactState::Purged,
                    ArtifactState::Purged => false,
                });
                for artifact in &mut changed {
                    artifact.state = state;
                    artifact.provenance.record_update(actor.created_at(), actor.run());
                }
                transaction.artifacts().update_many(&changed).await?;
                for (location, intents) in &announced {
                    announce(registry, transaction, location, intents).await?;
                }
                settle_heads(transaction, changed.iter().map(|artifact| artifact.uid.stem()).collect())
                    .await?;
                Ok(transaction.artifacts().find_many(uids).await?)
            }
        })
        .await
}
