//! Storage locations as use cases hold them: readable by anyone, writable only by proof.
//!
//! This is the only module that opens a blob store. A [`WritableLocation`] is made from a
//! [`ManagedStorage`] and the claim as it was just read in the storage, and from nothing else.

mod access_error;
mod adoption;
mod claim_desk;
mod claiming;
mod overlap;
mod readable;
mod receipts;
mod retired;
mod succession;
mod writable;

use std::sync::Arc;

use freehold_domain::{BlobKey, Claim, Instance, ManagedStorage, Storage, StorageKind, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores, BlobVersion};

use crate::moved_registry::accepting_command;

pub use access_error::AccessError;
pub(crate) use adoption::{Adopted, AdoptedInside, Adoption, AdoptionRequest};
pub use claim_desk::ClaimState;
pub(crate) use claim_desk::describe_manager;
pub use claiming::{ClaimOrigin, ClaimOutcome};
pub(crate) use claiming::{ClaimRequest, Claimant};
pub use overlap::{Overlap, Relation};
pub use readable::ReadableLocation;
pub use receipts::Linkers;
pub use retired::RetiredClaim;
pub(crate) use retired::is_ownership_paper;
pub(crate) use succession::{HandOver, Receiver};
pub use writable::WritableLocation;

/// What was found where a location is, or is to be.
#[derive(Debug, Clone)]
pub(crate) struct Found<T> {
    /// What was found.
    pub(crate) found: T,
    /// The region in which it was found, where the backend has regions.
    pub(crate) region: Option<String>,
}

/// The storage locations that this machine can reach.
#[derive(Debug, Clone)]
pub struct Locations(Arc<dyn BlobStores>);

impl Locations {
    /// Locations on the backends that `stores` has.
    #[must_use]
    pub fn new(stores: Arc<dyn BlobStores>) -> Self {
        Self(stores)
    }

    /// Gives the one spelling of a root.
    pub(crate) async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        self.0.resolve(root).await
    }

    /// The other roots that are this very place, as far as that can be told.
    pub(crate) async fn aliases(&self, root: &StorageRoot) -> Result<Vec<StorageRoot>, BlobError> {
        self.0.aliases(root).await
    }

    /// Whether a recorded root is the place at `root`, which is in its one spelling, under another name.
    pub(crate) async fn is_alias(
        &self,
        recorded: &StorageRoot,
        root: &StorageRoot,
    ) -> Result<bool, BlobError> {
        let is_spelling = self.resolve(recorded).await.is_ok_and(|resolved| resolved == *root);
        Ok(is_spelling || self.aliases(root).await?.contains(recorded))
    }

    /// Opens a place, in the region that is known for it where regions mean something: that of a local folder names its host.
    async fn open(&self, root: &StorageRoot, region: Option<&str>) -> Result<Arc<dyn BlobStore>, BlobError> {
        match (root.kind(), region) {
            (StorageKind::S3 | StorageKind::Gs, Some(region)) => self.0.open_in_region(root, region).await,
            (StorageKind::Local, Some(_)) | (_, None) => self.0.open(root).await,
        }
    }

    async fn open_recorded(&self, storage: &Storage) -> Result<Arc<dyn BlobStore>, BlobError> {
        self.open(storage.root(), storage.region.as_deref()).await
    }

    /// Opens a location for reading: managed or linked.
    pub(crate) async fn readable(&self, storage: &Storage) -> Result<ReadableLocation, BlobError> {
        Ok(ReadableLocation::new(self.open_recorded(storage).await?))
    }

    /// The proof that `instance` manages a location, by the word of its own database. A refusal names the manager, as the claim
    /// tells.
    pub(crate) async fn managed<'storage>(
        &self,
        storage: &'storage Storage,
        instance: &Instance,
    ) -> Result<ManagedStorage<'storage>, AccessError> {
        match storage.managed_by(instance) {
            Ok(proof) => Ok(proof),
            Err(refusal) => {
                Err(AccessError::not_managed(refusal, self.recorded_claim(storage).await.ok(), instance))
            }
        }
    }

    /// Opens a location that `instance` manages for writing: reads its claim, which must agree with the proof.
    ///
    /// # Errors
    /// [`AccessError`], before anything is touched: the location is not managed, or its claim denies what the database believes.
    pub(crate) async fn writable(
        &self,
        storage: &Storage,
        claimant: Claimant<'_>,
    ) -> Result<WritableLocation, AccessError> {
        let proof = self.managed(storage, claimant.instance).await?;
        let store = self.open_recorded(storage).await?;
        fence(proof, claimant, claim_desk::read(&*store).await?)?;
        Ok(WritableLocation::new(store, proof))
    }

    /// Reads who manages a recorded location.
    pub(crate) async fn recorded_claim(&self, storage: &Storage) -> Result<ClaimState, BlobError> {
        claim_desk::read(&*self.open_recorded(storage).await?).await
    }

    /// Reads who manages a place. Nothing is written there.
    pub(crate) async fn claim(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
    ) -> Result<Found<ClaimState>, BlobError> {
        let store = self.open(root, region).await?;
        let found = claim_desk::read(&*store).await?;
        Ok(Found { found, region: store.region().map(str::to_owned) })
    }

    /// Sees to it that the claim of a managed location, if it is still there, is the one that is recorded.
    ///
    /// # Errors
    /// [`AccessError`] when the claim is another's by now.
    pub(crate) async fn confirm(
        &self,
        proof: ManagedStorage<'_>,
        claimant: Claimant<'_>,
    ) -> Result<(), AccessError> {
        match self.recorded_claim(proof.storage()).await? {
            ClaimState::Unclaimed => Ok(()),
            state => fence(proof, claimant, state).map(drop),
        }
    }

    /// Gives up the claim of a managed location, and says whether it was still there. What lies there stays.
    ///
    /// # Errors
    /// [`AccessError`] when the claim is another's by now.
    pub(crate) async fn release(
        &self,
        proof: ManagedStorage<'_>,
        claimant: Claimant<'_>,
    ) -> Result<bool, AccessError> {
        let store = self.open_recorded(proof.storage()).await?;
        match claim_desk::read(&*store).await? {
            ClaimState::Unclaimed => Ok(false),
            state => {
                let (_, version) = fence(proof, claimant, state)?;
                store.remove(&BlobKey::claim(), &version).await?;
                Ok(true)
            }
        }
    }

    /// The claim in a location, if it is one of this instance from this very database.
    pub(crate) async fn own_claim(
        &self,
        storage: &Storage,
        claimant: Claimant<'_>,
    ) -> Result<Option<Claim>, BlobError> {
        let state = self.recorded_claim(storage).await?;
        Ok(own(state, storage, claimant).map(|(claim, _)| claim))
    }

    /// Removes the claim in a location, if it is one of this instance from this very database, and says whether it was.
    pub(crate) async fn remove_own(
        &self,
        storage: &Storage,
        claimant: Claimant<'_>,
    ) -> Result<bool, BlobError> {
        let store = self.open_recorded(storage).await?;
        let Some((_, version)) = own(claim_desk::read(&*store).await?, storage, claimant) else {
            return Ok(false);
        };
        match store.remove(&BlobKey::claim(), &version).await {
            Ok(()) => Ok(true),
            // Somebody else was faster, and whatever is there now is not the claim that was read.
            Err(BlobError::VersionMismatch { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes the empty folders that a released location leaves.
    pub(crate) async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        self.0.remove_empty(root).await
    }
}

/// The claim on a location that was found, if it is one of the claimant.
fn own(state: ClaimState, storage: &Storage, claimant: Claimant<'_>) -> Option<(Claim, BlobVersion)> {
    let ClaimState::Held { claim, version } = state else { return None };
    let is_own = claim.storage_uid() == storage.uid()
        && claim.is_managed_by(claimant.instance.uid())
        && claim.database().is_some_and(|named| named.is_ok_and(|named| named == claimant.database));
    is_own.then_some((claim, version))
}

/// Lets through whom the claim, as it was just read, confirms in everything: location, manager, epoch and database.
fn fence(
    proof: ManagedStorage<'_>,
    claimant: Claimant<'_>,
    state: ClaimState,
) -> Result<(Claim, BlobVersion), AccessError> {
    let root = proof.storage().root().clone();
    match state {
        ClaimState::Unclaimed => Err(AccessError::ClaimMissing { root }),
        ClaimState::Unreadable { reason } => Err(AccessError::ClaimUnreadable { root, reason }),
        ClaimState::Held { claim, version } => match proof.confirm(&claim, claimant.database) {
            Ok(()) => Ok((claim, version)),
            Err(disagreement) => {
                let accept = accepting_command(claimant.registry, &root);
                Err(AccessError::ClaimDisagrees { root, disagreement, accept })
            }
        },
    }
}
