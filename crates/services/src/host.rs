//! A machine on which Freehold works: every port, and no instance yet.

use std::sync::Arc;

use freehold_domain::{Handle, User};
use freehold_ports::cache::ContentCache;
use freehold_ports::persistence::Databases;
use freehold_ports::system::{
    Clock, DirectoryError, InstanceDirectory, Liveness, LocalFiles, Progress, UidGenerator,
};

use crate::Locations;

/// A machine on which Freehold works: every port, and no instance yet.
#[derive(Debug, Clone)]
pub struct Host {
    /// Metadata databases.
    pub databases: Arc<dyn Databases>,
    /// Storage locations.
    pub locations: Locations,
    /// Contents of cloud blobs that are kept on this machine; none, and every read goes to the cloud.
    pub cache: Option<Arc<dyn ContentCache>>,
    /// Files that are no storage location.
    pub files: Arc<dyn LocalFiles>,
    /// The time, for people.
    pub clock: Arc<dyn Clock>,
    /// New identities.
    pub uids: Arc<dyn UidGenerator>,
    /// Session locks.
    pub liveness: Arc<dyn Liveness>,
    /// Known instances and the user's profile.
    pub directory: Arc<dyn InstanceDirectory>,
    /// Who hears how far long work has come.
    pub progress: Arc<dyn Progress>,
}

impl Host {
    /// Gives the user's profile; on first use it is made, with the operating system's user name as handle.
    ///
    /// # Errors
    /// The settings cannot be read or written.
    pub async fn profile(&self) -> Result<User, DirectoryError> {
        if let Some(profile) = self.directory.profile().await? {
            return Ok(profile);
        }
        let handle = Handle::of_operating_system_user(&self.directory.operating_system_user());
        let profile = User { uid: self.uids.user_uid(), handle, name: None };
        self.directory.set_profile(&profile).await?;
        Ok(profile)
    }
}
