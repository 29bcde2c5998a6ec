//! The instances that this user knows on this machine, and who the user is.

use std::fmt::Debug;
use std::path::PathBuf;

use async_trait::async_trait;
use freehold_domain::{DatabaseUrl, InstanceUid, Slug, StorageRoot, User};

/// An instance that this user has made or connected to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownInstance {
    /// Universal identity.
    pub uid: InstanceUid,
    /// What people call it.
    pub slug: Slug,
    /// Where its registry is.
    pub database: DatabaseUrl,
    /// Its default storage when it was last seen, for people to read.
    pub root: Option<StorageRoot>,
}

/// Why the settings could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// A settings file is damaged. It is never overwritten in this state.
    #[error("the settings file {path} is damaged: {reason}; repair it or move it away")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A settings file cannot be read or written.
    #[error("the settings at {path} cannot be used")]
    Io {
        /// The file or folder.
        path: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// The instances that this user knows on this machine, which one is current, and who the user is.
///
/// It is a convenience, never the truth: an instance is found again from its database or storage root alone.
///
/// # Atomicity
/// Each change is kept wholly or not at all, and changes by several processes at once are all kept.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait InstanceDirectory: Debug + Send + Sync {
    /// Gives every known instance, by slug and then uid.
    async fn list(&self) -> Result<Vec<KnownInstance>, DirectoryError>;

    /// Keeps an instance, in place of what was known under its uid.
    async fn remember(&self, instance: &KnownInstance) -> Result<(), DirectoryError>;

    /// Forgets an instance and says whether it was known. If it was current, none is afterwards.
    async fn forget(&self, uid: InstanceUid) -> Result<bool, DirectoryError>;

    /// Gives the current instance.
    async fn current(&self) -> Result<Option<KnownInstance>, DirectoryError>;

    /// Makes an instance, which need not be known yet, the current one.
    async fn set_current(&self, uid: InstanceUid) -> Result<(), DirectoryError>;

    /// Gives the user's profile, if one was made.
    async fn profile(&self) -> Result<Option<User>, DirectoryError>;

    /// Keeps the user's profile in place of any former one.
    async fn set_profile(&self, user: &User) -> Result<(), DirectoryError>;

    /// The folder for registries that cannot lie in their storage location, such as those of instances on a cloud. It need not exist; `None`
    /// when the platform names no such folder.
    fn registries_folder(&self) -> Option<PathBuf>;

    /// Gives the name by which the operating system knows the user.
    fn operating_system_user(&self) -> String;
}
