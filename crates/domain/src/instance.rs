//! An instance: one registry of data, with an identity that is never derived from its name.

mod database_url;
mod fingerprint;
mod name;

pub use database_url::{DatabaseKind, DatabaseUrl, DatabaseUrlError};
pub use fingerprint::{DatabaseFingerprint, FingerprintError};
pub use name::{InstanceName, NameError, Slug};
use uuid::Uuid;

use crate::{InstanceUid, ManagedStorage, StorageUid, Timestamp};

/// One registry: a metadata database plus the storage locations that it manages or links.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instance {
    id: Uuid,
    uid: InstanceUid,
    slug: Slug,
    created_at: Timestamp,
    default_storage: Option<StorageUid>,
    is_closing: bool,
}

impl Instance {
    /// A new instance. `id` must be random: two instances with one slug are two instances.
    #[must_use]
    pub fn new(id: Uuid, slug: Slug, created_at: Timestamp) -> Self {
        Self { id, uid: InstanceUid::of(id), slug, created_at, default_storage: None, is_closing: false }
    }

    /// An instance as its own database holds it.
    #[must_use]
    pub fn recorded(
        id: Uuid,
        slug: Slug,
        created_at: Timestamp,
        default_storage: Option<StorageUid>,
        is_closing: bool,
    ) -> Self {
        Self { default_storage, is_closing, ..Self::new(id, slug, created_at) }
    }

    /// Says that the instance is being deleted, or that it is not after all. While it is, nothing new is written into its locations.
    pub fn set_closing(&mut self, is_closing: bool) {
        self.is_closing = is_closing;
    }

    /// Makes `storage` the place where new artifacts go unless told otherwise.
    ///
    /// Only a managed location can be it, and [`ManagedStorage`] is the proof.
    pub fn set_default_storage(&mut self, storage: ManagedStorage<'_>) {
        self.default_storage = Some(storage.storage().uid());
    }

    /// The random identity of this instance.
    #[must_use]
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// The short identity, derived from [`id`](Self::id).
    #[must_use]
    pub fn uid(&self) -> InstanceUid {
        self.uid
    }

    /// `owner/name`, for people; not an identity.
    #[must_use]
    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// When the instance was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Whether the instance is being deleted.
    #[must_use]
    pub fn is_closing(&self) -> bool {
        self.is_closing
    }

    /// Where new artifacts go; absent only while the instance is being created.
    #[must_use]
    pub fn default_storage(&self) -> Option<StorageUid> {
        self.default_storage
    }
}
