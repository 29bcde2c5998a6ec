//! Entities, value types and ownership rules of Freehold.
//!
//! This crate is pure: it knows no disk, no network, no database, no clock and no runtime. A value that exists is
//! valid, and a permission is a value: [`ManagedStorage`] can only be had from [`Storage::managed_by`].

pub mod artifact;
pub mod artifact_key;
pub mod blob_key;
pub mod claim;
pub mod family;
pub mod hash;
pub mod instance;
pub mod intent;
pub mod provenance;
pub mod run;
pub mod storage;
pub mod storage_kind;
pub mod storage_root;
pub mod suffix;
pub mod transform;
pub mod uid;
pub mod user;
pub mod version;

pub use artifact::{Artifact, ArtifactLocation, ArtifactState, Placement};
pub use artifact_key::{ArtifactKey, ArtifactKeyError, ArtifactKeyPrefix};
pub use blob_key::{BlobKey, BlobKeyError, RESERVED_DIRECTORY};
pub use claim::{Claim, ClaimAuthor, ClaimEpoch, ClaimError, LinkReceipt};
pub use family::{Family, VersionsExhausted};
pub use hash::{ContentHash, HashAlgorithm, HashError};
pub use instance::{
    DatabaseFingerprint, DatabaseKind, DatabaseUrl, DatabaseUrlError, FingerprintError, Instance,
    InstanceName, NameError, Slug,
};
pub use intent::{Intent, IntentKind};
pub use provenance::Provenance;
pub use run::{IllegalTransition, Run, RunOutcome, RunStatus};
pub use storage::{
    Access, Capabilities, ClaimDisagreement, ManagedStorage, NotManaged, Storage, StorageChange,
    StorageEvent, StorageFields, StorageId,
};
pub use storage_kind::StorageKind;
pub use storage_root::{
    StoragePath, StoragePathError, StorageRoot, StorageRootError, Surroundings, owning_root,
};
pub use suffix::{Suffix, SuffixError};
pub use transform::{Transform, TransformKey, TransformKeyError, TransformKind};
pub use uid::{
    ArtifactStem, ArtifactUid, InstanceUid, IntentUid, RunUid, SessionUid, StorageUid, TransformStem,
    TransformUid, UidError, UidPrefix, UserUid,
};
pub use user::{Handle, HandleError, User};
pub use version::{Version, VersionError};

/// A point in time for people to read: UTC. No decision depends on one.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
