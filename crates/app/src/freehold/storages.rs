//! What an opened instance does with its storage locations.

use freehold_domain::Storage;
use freehold_ports::persistence::PersistenceError;
use freehold_services::add_storage::{AddStorage, AddStorageError, AddedStorage, add_storage};
use freehold_services::adopt_storage::{
    AdoptStorage, AdoptStorageError, AdoptedStorage, FormerManager, adopt_storage, former_manager,
};
use freehold_services::check_storage::{CheckStorageError, StorageCheck, check_storage};
use freehold_services::default_storage::{DefaultStorageError, default_storage, set_default_storage};
use freehold_services::explain_path::{ExplainPathError, PathExplanation, explain_path};
use freehold_services::hand_over_storage::{HandOverStorageError, HandedOverStorage, hand_over_storage};
use freehold_services::list_storages::{ListedStorage, list_storages};
use freehold_services::receive_storage::{ReceiveStorageError, receive_storage};
use freehold_services::release_storage::{ReleaseStorageError, ReleasedStorage, release_storage};
use freehold_services::remove_storage::{RemoveStorageError, remove_storage};
use freehold_services::show_storage::{StorageDetails, show_storage};
use freehold_services::unfinished_uploads::{
    UnfinishedUploads, UnfinishedUploadsError, abort_unfinished_uploads, unfinished_uploads,
};
use freehold_services::update_storage::{StorageChanges, UpdateStorageError, update_storage};

use super::Freehold;
use crate::ReferenceError;

/// Storage locations, named by a uid, a unique prefix of one, or a root.
impl Freehold {
    /// Adds a location: managed if it can be claimed, linked otherwise.
    ///
    /// # Errors
    /// See [`AddStorageError`].
    pub async fn add_storage(&self, request: AddStorage) -> Result<AddedStorage, AddStorageError> {
        add_storage(&self.registry, request).await
    }

    /// Lists every location.
    ///
    /// # Errors
    /// The registry cannot be read.
    pub async fn storages(&self) -> Result<Vec<ListedStorage>, PersistenceError> {
        list_storages(&self.registry).await
    }

    /// Shows a location in full.
    ///
    /// # Errors
    /// The location is not known.
    pub async fn storage(&self, storage: &str) -> Result<StorageDetails, ReferenceError> {
        show_storage(&self.registry, storage).await
    }

    /// Updates what people say of a location.
    ///
    /// # Errors
    /// See [`UpdateStorageError`].
    pub async fn update_storage(
        &self,
        storage: &str,
        changes: StorageChanges,
    ) -> Result<Storage, UpdateStorageError> {
        update_storage(&self.registry, storage, changes).await
    }

    /// Removes a location from the registry, and gives up its claim. No data is touched.
    ///
    /// # Errors
    /// See [`RemoveStorageError`].
    pub async fn remove_storage(&self, storage: &str) -> Result<Storage, RemoveStorageError> {
        remove_storage(&self.registry, storage).await
    }

    /// Lists the uploads to a managed location that were begun and not finished.
    ///
    /// # Errors
    /// See [`UnfinishedUploadsError`].
    pub async fn unfinished_uploads(
        &self,
        storage: &str,
    ) -> Result<UnfinishedUploads, UnfinishedUploadsError> {
        unfinished_uploads(&self.registry, storage).await
    }

    /// Aborts those of them with which nobody goes on, and gives them all as they were found.
    ///
    /// # Errors
    /// See [`UnfinishedUploadsError`].
    pub async fn abort_unfinished_uploads(
        &self,
        storage: &str,
    ) -> Result<UnfinishedUploads, UnfinishedUploadsError> {
        abort_unfinished_uploads(&self.registry, storage).await
    }

    /// Gives the location where new artifacts go unless told otherwise.
    ///
    /// # Errors
    /// The registry cannot be read.
    pub async fn default_storage(&self) -> Result<Storage, DefaultStorageError> {
        default_storage(&self.registry).await
    }

    /// Makes a managed location the default one.
    ///
    /// # Errors
    /// See [`DefaultStorageError`].
    pub async fn set_default_storage(&self, storage: &str) -> Result<Storage, DefaultStorageError> {
        set_default_storage(&self.registry, storage).await
    }
}

/// The life of a location: from one manager to the next.
impl Freehold {
    /// Releases a managed location: its claim is given up, and everything that lies there stays. It stays recorded, linked.
    ///
    /// # Errors
    /// See [`ReleaseStorageError`].
    pub async fn release_storage(&self, storage: &str) -> Result<ReleasedStorage, ReleaseStorageError> {
        release_storage(&self.registry, storage).await
    }

    /// Hands a managed location over to another instance: one that is known by slug or uid, is found by a root or database URL, or is named by
    /// its id in full. From that moment this instance is fenced off; the receiver manages the location once it adds it.
    ///
    /// # Errors
    /// See [`HandOverStorageError`].
    pub async fn hand_over_storage(
        &self,
        storage: &str,
        to: &str,
    ) -> Result<HandedOverStorage, HandOverStorageError> {
        hand_over_storage(&self.registry, storage, to).await
    }

    /// Takes the location at the storage root that `target` is, if it was handed over to this instance and waits for it. Nothing is changed
    /// otherwise.
    ///
    /// # Errors
    /// See [`ReceiveStorageError`].
    pub async fn receive_storage(&self, target: &str) -> Result<Option<AddedStorage>, ReceiveStorageError> {
        receive_storage(&self.registry, target).await
    }

    /// Reads who would lose the location at `root` if it were taken over. Nothing is changed.
    ///
    /// # Errors
    /// See [`AdoptStorageError`]: nobody manages it, this instance does, or its claim cannot be read.
    pub async fn former_manager(&self, root: &str) -> Result<FormerManager, AdoptStorageError> {
        former_manager(&self.registry, root).await
    }

    /// Takes a location over from a manager that is gone. Its claim is kept under `.lamindb/claims/`.
    ///
    /// # Errors
    /// See [`AdoptStorageError`].
    pub async fn adopt_storage(&self, request: AdoptStorage) -> Result<AdoptedStorage, AdoptStorageError> {
        adopt_storage(&self.registry, request).await
    }

    /// Compares what the registry believes of a location, or of all, with what the storage says.
    ///
    /// # Errors
    /// See [`CheckStorageError`]. A disagreement is a finding, not an error.
    pub async fn check_storage(&self, storage: Option<&str>) -> Result<StorageCheck, CheckStorageError> {
        check_storage(&self.registry, storage).await
    }

    /// Explains a path or URL: which location it belongs to, who manages that, and whether this instance may write there.
    ///
    /// # Errors
    /// See [`ExplainPathError`].
    pub async fn explain_path(&self, path: &str) -> Result<PathExplanation, ExplainPathError> {
        explain_path(&self.registry, path).await
    }
}
