//! An instance: one registry of data, with an identity that is never derived from its name.

mod database_url;
mod name;

pub use database_url::{DatabaseKind, DatabaseUrl, DatabaseUrlError};
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
}

impl Instance {
    /// A new instance. `id` must be random: two instances with one slug are two instances.
    #[must_use]
    pub fn new(id: Uuid, slug: Slug, created_at: Timestamp) -> Self {
        Self { id, uid: InstanceUid::of(id), slug, created_at, default_storage: None }
    }

    /// An instance as its own database holds it.
    #[must_use]
    pub fn recorded(
        id: Uuid,
        slug: Slug,
        created_at: Timestamp,
        default_storage: Option<StorageUid>,
    ) -> Self {
        Self { default_storage, ..Self::new(id, slug, created_at) }
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

    /// Where new artifacts go; absent only while the instance is being created.
    #[must_use]
    pub fn default_storage(&self) -> Option<StorageUid> {
        self.default_storage
    }
}
