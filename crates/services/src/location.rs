//! Storage locations as use cases hold them: readable by anyone, writable only by proof.
//!
//! This is the only module that opens a blob store. A [`WritableLocation`] is made from a
//! [`ManagedStorage`] and the claim as it was just read in the storage, and from nothing else.

mod access_error;
mod claim_desk;
mod readable;
mod writable;

use std::sync::Arc;

use freehold_domain::{
    BlobKey, Claim, ClaimEpoch, Instance, ManagedStorage, Storage, StorageRoot, StorageUid,
};
use freehold_ports::blobs::{BlobError, BlobStores};

pub use access_error::AccessError;
pub use claim_desk::{ClaimOutcome, ClaimState};
pub use readable::ReadableLocation;
pub use writable::WritableLocation;

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

    /// Opens a location for reading: managed or linked.
    pub(crate) async fn readable(&self, storage: &Storage) -> Result<ReadableLocation, BlobError> {
        Ok(ReadableLocation::new(self.0.open(storage.root()).await?))
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
                Err(AccessError::not_managed(refusal, self.claim(storage.root()).await.ok(), instance))
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
        instance: &Instance,
    ) -> Result<WritableLocation, AccessError> {
        let proof = self.managed(storage, instance).await?;
        let store = self.0.open(storage.root()).await?;
        match claim_desk::read(&*store).await? {
            ClaimState::Held { claim, .. } if proof.is_confirmed_by(&claim) => {
                Ok(WritableLocation::new(store))
            }
            state => Err(AccessError::denied(proof, &state)),
        }
    }

    /// Reads who manages a place.
    pub(crate) async fn claim(&self, root: &StorageRoot) -> Result<ClaimState, BlobError> {
        claim_desk::read(&*self.0.open(root).await?).await
    }

    /// Claims a place for `instance`, unless somebody holds it.
    pub(crate) async fn claim_for(
        &self,
        root: &StorageRoot,
        instance: &Instance,
        fresh_uid: StorageUid,
    ) -> Result<ClaimOutcome, BlobError> {
        let claim = Claim::new(fresh_uid, &instance.slug().to_string(), instance.id(), ClaimEpoch::FIRST);
        claim_desk::place(&*self.0.open(root).await?, instance, claim).await
    }

    /// Gives up the claim of a managed location, and says whether it was still there. What lies there stays.
    ///
    /// # Errors
    /// [`AccessError`] when the claim is another's by now.
    pub(crate) async fn release(&self, proof: ManagedStorage<'_>) -> Result<bool, AccessError> {
        let root = proof.storage().root();
        let store = self.0.open(root).await?;
        match claim_desk::read(&*store).await? {
            ClaimState::Unclaimed => Ok(false),
            ClaimState::Held { claim, version } if proof.is_confirmed_by(&claim) => {
                store.remove(&BlobKey::claim(), &version).await?;
                Ok(true)
            }
            state => Err(AccessError::denied(proof, &state)),
        }
    }

    /// Removes the empty folders that a released location leaves.
    pub(crate) async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        self.0.remove_empty(root).await
    }
}
