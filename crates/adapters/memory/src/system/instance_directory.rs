//! Known instances and the user's profile.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use freehold_domain::{InstanceUid, User};
use freehold_ports::system::{DirectoryError, InstanceDirectory, KnownInstance};

/// Known instances, the current one, and the user's profile.
///
/// Clones share them, as processes of one user do.
#[derive(Debug, Clone)]
pub struct MemoryInstanceDirectory {
    settings: Arc<Mutex<Settings>>,
    operating_system_user: String,
    registries: Option<PathBuf>,
}

#[derive(Debug, Default)]
struct Settings {
    instances: BTreeMap<InstanceUid, KnownInstance>,
    current: Option<InstanceUid>,
    profile: Option<User>,
}

impl Default for MemoryInstanceDirectory {
    fn default() -> Self {
        Self::of_user("ada")
    }
}

impl MemoryInstanceDirectory {
    /// Empty settings of a user whom the operating system knows as `ada`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Empty settings of a user whom the operating system knows by this name.
    #[must_use]
    pub fn of_user(operating_system_user: impl Into<String>) -> Self {
        Self {
            settings: Arc::default(),
            operating_system_user: operating_system_user.into(),
            registries: Some("/registries".into()),
        }
    }

    /// The same settings on a platform that names no folder for registries; otherwise that is `/registries`.
    #[must_use]
    pub fn without_registries_folder(self) -> Self {
        Self { registries: None, ..self }
    }

    /// Loses all settings, as when their files are deleted.
    pub fn lose_everything(&self) {
        *self.settings() = Settings::default();
    }

    fn settings(&self) -> MutexGuard<'_, Settings> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl InstanceDirectory for MemoryInstanceDirectory {
    async fn list(&self) -> Result<Vec<KnownInstance>, DirectoryError> {
        let mut instances: Vec<KnownInstance> = self.settings().instances.values().cloned().collect();
        instances.sort_by(|one, other| (&one.slug, one.uid).cmp(&(&other.slug, other.uid)));
        Ok(instances)
    }

    async fn remember(&self, instance: &KnownInstance) -> Result<(), DirectoryError> {
        self.settings().instances.insert(instance.uid, instance.clone());
        Ok(())
    }

    async fn forget(&self, uid: InstanceUid) -> Result<bool, DirectoryError> {
        let mut settings = self.settings();
        settings.current = settings.current.filter(|current| *current != uid);
        Ok(settings.instances.remove(&uid).is_some())
    }

    async fn current(&self) -> Result<Option<KnownInstance>, DirectoryError> {
        let settings = self.settings();
        Ok(settings.current.and_then(|uid| settings.instances.get(&uid).cloned()))
    }

    async fn set_current(&self, uid: InstanceUid) -> Result<(), DirectoryError> {
        self.settings().current = Some(uid);
        Ok(())
    }

    async fn profile(&self) -> Result<Option<User>, DirectoryError> {
        Ok(self.settings().profile.clone())
    }

    async fn set_profile(&self, user: &User) -> Result<(), DirectoryError> {
        self.settings().profile = Some(user.clone());
        Ok(())
    }

    fn registries_folder(&self) -> Option<PathBuf> {
        self.registries.clone()
    }

    fn operating_system_user(&self) -> String {
        self.operating_system_user.clone()
    }
}
