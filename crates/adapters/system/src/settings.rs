//! The user's settings: the instances known on this machine, and who the user is.

mod instances;
mod profile;
mod settings_file;
mod user_name;

use std::path::PathBuf;

use async_trait::async_trait;
use freehold_domain::{InstanceUid, User};
use freehold_ports::system::{DirectoryError, InstanceDirectory, KnownInstance};

use crate::blocking;
use settings_file::SettingsFile;

/// The user's settings, in TOML files in one folder that nobody else may read.
///
/// - `instances.toml`: the known instances, and which one is current. A database URL may hold a password.
/// - `profile.toml`: who the user is.
///
/// Keys that this program does not know are kept. The folder and the files are made by the first change.
#[derive(Debug, Clone)]
pub struct SettingsDirectory {
    folder: PathBuf,
    registries: Option<PathBuf>,
}

impl SettingsDirectory {
    /// The settings in `folder`, which need not exist yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        let registries = directories::BaseDirs::new().map(|base| base.data_dir().join("freehold/registries"));
        Self { folder: folder.into(), registries }
    }

    /// The same settings, with registries that cannot lie in their storage location in `folder` rather than in `freehold/registries` below the
    /// data folder of the platform.
    #[must_use]
    pub fn with_registries_in(self, folder: impl Into<PathBuf>) -> Self {
        Self { registries: Some(folder.into()), ..self }
    }

    /// The folder `freehold` in the configuration folder of the platform; none when the user has no home.
    #[must_use]
    pub fn default_location() -> Option<PathBuf> {
        directories::BaseDirs::new().map(|base| base.config_dir().join("freehold"))
    }

    async fn with_file<T: Send + 'static>(
        &self,
        name: &'static str,
        job: impl FnOnce(&SettingsFile) -> Result<T, DirectoryError> + Send + 'static,
    ) -> Result<T, DirectoryError> {
        let file = SettingsFile::new(self.folder.clone(), name);
        let lost = file.clone();
        blocking::run(move || job(&file), |error| lost.error(error)).await
    }
}

#[async_trait]
impl InstanceDirectory for SettingsDirectory {
    async fn list(&self) -> Result<Vec<KnownInstance>, DirectoryError> {
        self.with_file(instances::FILE, instances::list).await
    }

    async fn remember(&self, instance: &KnownInstance) -> Result<(), DirectoryError> {
        let instance = instance.clone();
        self.with_file(instances::FILE, move |file| instances::remember(file, &instance)).await
    }

    async fn forget(&self, uid: InstanceUid) -> Result<bool, DirectoryError> {
        self.with_file(instances::FILE, move |file| instances::forget(file, uid)).await
    }

    async fn current(&self) -> Result<Option<KnownInstance>, DirectoryError> {
        self.with_file(instances::FILE, instances::current).await
    }

    async fn set_current(&self, uid: InstanceUid) -> Result<(), DirectoryError> {
        self.with_file(instances::FILE, move |file| instances::set_current(file, uid)).await
    }

    async fn profile(&self) -> Result<Option<User>, DirectoryError> {
        self.with_file(profile::FILE, profile::read).await
    }

    async fn set_profile(&self, user: &User) -> Result<(), DirectoryError> {
        let user = user.clone();
        self.with_file(profile::FILE, move |file| profile::write(file, &user)).await
    }

    fn registries_folder(&self) -> Option<PathBuf> {
        self.registries.clone()
    }

    fn operating_system_user(&self) -> String {
        user_name::operating_system_user()
    }
}

#[cfg(all(test, unix))]
mod tests;
