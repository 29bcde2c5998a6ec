//! The first location of a new instance: claimed, and recorded as its default storage.

use freehold_domain::{
    Capabilities, Claim, Instance, Provenance, Storage, StorageChange, StorageFields, StorageRoot,
};
use freehold_ports::blobs::BlobError;

use super::{InitialiseError, Place, managed_elsewhere};
use crate::location::{ClaimOutcome, ClaimRequest, ClaimState, Found};
use crate::ownership::{Change, record_event};
use crate::registries_folder::remove_empty_folders;
use crate::{Registry, Transaction};

/// Claims the place and records it as the default storage. A registry that is new and gets none is undone.
pub(super) async fn take_default_storage(
    registry: Registry,
    place: Place<'_>,
    is_new: bool,
) -> Result<Registry, InitialiseError> {
    let (host, Place { root, region }) = (&registry.host, place);
    let request = ClaimRequest {
        root,
        region,
        claimant: registry.claimant().await?,
        fresh_uid: host.uids.storage_uid(),
        recorded: None,
        last_epoch: None,
        progress: &host.progress,
    };
    let claimed = host.locations.claim_for(request).await;
    let refusal = match claimed.map(|Found { found, region }| (found, region)) {
        Ok((ClaimOutcome::Ours { claim, capabilities, .. }, found_region)) => {
            let region = region.map(str::to_owned).or(found_region);
            let taken = Taken { root, claim: &claim, region, capabilities };
            return record_default_storage(registry, taken).await;
        }
        Ok((
            ClaimOutcome::Foreign(ClaimState::Held { claim, .. }) | ClaimOutcome::AnotherDatabase(claim),
            _,
        )) => managed_elsewhere(root, &claim),
        Ok((ClaimOutcome::Foreign(ClaimState::Unreadable { reason }), _)) => {
            InitialiseError::UnreadableClaim { root: root.clone(), reason }
        }
        Ok((ClaimOutcome::Foreign(ClaimState::Unclaimed), _)) => {
            InitialiseError::UnreadableClaim { root: root.clone(), reason: "it vanished".to_owned() }
        }
        Ok((ClaimOutcome::Unmanageable { lack, .. }, _)) => {
            InitialiseError::Unmanageable { root: root.clone(), lack }
        }
        Ok((ClaimOutcome::Overlapping(overlap), _)) => {
            InitialiseError::Overlaps { root: root.clone(), overlap }
        }
        Ok((ClaimOutcome::Contended, _)) => InitialiseError::Contended { root: root.clone() },
        // Our claim may be there nevertheless, and must not outlive the registry that it names.
        Err(error) if may_have_changed_something(&error) => return Err(error.into()),
        Err(error) => error.into(),
    };
    if is_new {
        abandon(&registry, root).await;
    }
    Err(refusal)
}

fn may_have_changed_something(error: &BlobError) -> bool {
    match error {
        BlobError::PermissionDenied { .. }
        | BlobError::NoSpace { .. }
        | BlobError::BucketMissing { .. }
        | BlobError::WrongRegion { .. }
        | BlobError::CredentialsRefused { .. }
        | BlobError::CredentialsUnusable { .. }
        | BlobError::ClockSkewed { .. }
        | BlobError::NotALocation { .. }
        | BlobError::NotABlob { .. }
        | BlobError::OutsideLocation { .. }
        | BlobError::UnusableName { .. }
        | BlobError::Unsupported { .. }
        | BlobError::NotBuiltIn { .. } => false,
        BlobError::NotFound { .. }
        | BlobError::AlreadyExists { .. }
        | BlobError::VersionMismatch { .. }
        | BlobError::Body { .. }
        | BlobError::Unavailable { .. }
        | BlobError::Backend { .. } => true,
    }
}

/// Undoes a new registry, unless another process has found a default storage for it meanwhile.
async fn abandon(registry: &Registry, root: &StorageRoot) {
    let undone = async {
        let instance = registry
            .reading(|| async |transaction: &mut Transaction| transaction.instance().find().await)
            .await?;
        registry.close().await?;
        if instance.is_some_and(|instance| instance.default_storage().is_none()) {
            registry.host.databases.destroy(&registry.database).await?;
            registry.host.locations.remove_empty(root).await?;
            remove_empty_folders(&registry.host, &registry.database).await;
        }
        Ok::<_, InitialiseError>(())
    };
    if let Err(error) = undone.await {
        tracing::warn!(%error, database = %registry.database, "a registry that was begun could not be removed");
    }
}

/// A place that was claimed.
struct Taken<'taken> {
    root: &'taken StorageRoot,
    claim: &'taken Claim,
    region: Option<String>,
    capabilities: Option<Capabilities>,
}

async fn record_default_storage(registry: Registry, taken: Taken<'_>) -> Result<Registry, InitialiseError> {
    let instance = registry
        .writing(|| {
            async |transaction: &mut Transaction| {
                let provenance = registry.record_actor(transaction).await?;
                insert_default_storage(transaction, &registry.instance, &taken, provenance).await
            }
        })
        .await?;
    Ok(registry.with_instance(instance))
}

async fn insert_default_storage(
    transaction: &mut Transaction,
    instance: &Instance,
    Taken { root, claim, region, capabilities }: &Taken<'_>,
    provenance: Provenance,
) -> Result<Instance, InitialiseError> {
    let recorded = transaction.storages().find_many(&[claim.storage_uid()]).await?.pop();
    let storage = if let Some(recorded) = recorded {
        recorded
    } else {
        let storage = Storage::from_fields(StorageFields {
            id: None,
            uid: claim.storage_uid(),
            root: (*root).clone(),
            instance_uid: claim.manager(),
            epoch: claim.epoch(),
            description: None,
            region: region.clone(),
            capabilities: *capabilities,
            provenance,
        });
        transaction.storages().insert(&storage).await?;
        let change = Change::new(StorageChange::Claimed, storage.epoch());
        record_event(transaction, storage.uid(), change, &storage.provenance).await?;
        storage
    };
    let mut updated = instance.clone();
    updated.set_default_storage(storage.managed_by(instance)?);
    transaction.instance().update(&updated).await?;
    Ok(updated)
}
