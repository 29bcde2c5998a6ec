//! The composition root: which adapter serves which port.

use std::path::PathBuf;
use std::sync::Arc;

use freehold_ports::blobs::BlobStores;
use freehold_ports::persistence::Databases;
use freehold_ports::system::{
    Clock, InstanceDirectory, Liveness, LocalFiles, Progress, Silent, UidGenerator,
};
use freehold_services::{Host, Locations};
use freehold_system::{FileLiveness, MachineFiles, RandomUids, SettingsDirectory, SystemClock};

use super::Machine;

/// Why a machine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The platform has no place for settings.
    #[error(
        "this platform names no folder for settings; set FREEHOLD_CONFIG_DIR, or give one to the builder"
    )]
    NoSettingsFolder,
    /// No adapter for this port is built in, and none was given.
    #[error("no adapter for {port} is built in; enable the feature {feature:?} or give one to the builder")]
    NoAdapter {
        /// The port.
        port: &'static str,
        /// The feature that would bring one.
        feature: &'static str,
    },
}

/// A machine in the making. Everything that is not given is what the `freehold` binary uses.
///
/// ```
/// use std::sync::Arc;
///
/// use freehold::Machine;
/// use freehold_memory::{MemoryBlobStores, MemoryDatabases};
///
/// # fn main() -> Result<(), freehold::SetUpError> {
/// let machine = Machine::builder()
///     .config_dir("/nowhere".into())
///     .databases(Arc::new(MemoryDatabases::default()))
///     .blob_stores(Arc::new(MemoryBlobStores::default()))
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct MachineBuilder {
    config_dir: Option<PathBuf>,
    databases: Option<Arc<dyn Databases>>,
    blob_stores: Option<Arc<dyn BlobStores>>,
    files: Option<Arc<dyn LocalFiles>>,
    clock: Option<Arc<dyn Clock>>,
    uids: Option<Arc<dyn UidGenerator>>,
    liveness: Option<Arc<dyn Liveness>>,
    directory: Option<Arc<dyn InstanceDirectory>>,
    progress: Option<Arc<dyn Progress>>,
}

impl MachineBuilder {
    /// The folder of the settings files; the platform's configuration folder when not given.
    pub fn config_dir(self, folder: PathBuf) -> Self {
        Self { config_dir: Some(folder), ..self }
    }

    /// Where registries lie.
    pub fn databases(self, databases: Arc<dyn Databases>) -> Self {
        Self { databases: Some(databases), ..self }
    }

    /// Where blobs lie.
    pub fn blob_stores(self, blob_stores: Arc<dyn BlobStores>) -> Self {
        Self { blob_stores: Some(blob_stores), ..self }
    }

    /// The files that are saved from and written to.
    pub fn files(self, files: Arc<dyn LocalFiles>) -> Self {
        Self { files: Some(files), ..self }
    }

    /// The time, for people.
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// New identities.
    pub fn uids(self, uids: Arc<dyn UidGenerator>) -> Self {
        Self { uids: Some(uids), ..self }
    }

    /// Session locks.
    pub fn liveness(self, liveness: Arc<dyn Liveness>) -> Self {
        Self { liveness: Some(liveness), ..self }
    }

    /// Known instances and the user's profile, in place of settings files.
    pub fn directory(self, directory: Arc<dyn InstanceDirectory>) -> Self {
        Self { directory: Some(directory), ..self }
    }

    /// Who hears how far long work has come; nobody when not given.
    pub fn progress(self, progress: Arc<dyn Progress>) -> Self {
        Self { progress: Some(progress), ..self }
    }

    /// Puts the machine together. Nothing is read or written yet.
    ///
    /// # Errors
    /// See [`SetUpError`].
    pub fn build(self) -> Result<Machine, SetUpError> {
        let directory = match (self.directory, self.config_dir) {
            (Some(directory), _) => directory,
            (None, Some(folder)) => Arc::new(SettingsDirectory::at(folder)),
            (None, None) => {
                let folder = SettingsDirectory::default_location().ok_or(SetUpError::NoSettingsFolder)?;
                Arc::new(SettingsDirectory::at(folder))
            }
        };
        Ok(Machine(Host {
            databases: self.databases.map_or_else(default_databases, Ok)?,
            locations: Locations::new(self.blob_stores.map_or_else(default_blob_stores, Ok)?),
            files: self.files.unwrap_or_else(|| Arc::new(MachineFiles)),
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            uids: self.uids.unwrap_or_else(|| Arc::new(RandomUids)),
            liveness: self.liveness.unwrap_or_else(|| Arc::new(FileLiveness)),
            directory,
            progress: self.progress.unwrap_or_else(|| Arc::new(Silent)),
        }))
    }
}

#[cfg(feature = "sqlite")]
#[expect(clippy::unnecessary_wraps, reason = "it fails without the feature")]
fn default_databases() -> Result<Arc<dyn Databases>, SetUpError> {
    Ok(Arc::new(freehold_sea_orm::SeaOrmDatabases::default()))
}

#[cfg(not(feature = "sqlite"))]
fn default_databases() -> Result<Arc<dyn Databases>, SetUpError> {
    Err(SetUpError::NoAdapter { port: "databases", feature: "sqlite" })
}

#[cfg(feature = "local")]
#[expect(clippy::unnecessary_wraps, reason = "it fails without the feature")]
fn default_blob_stores() -> Result<Arc<dyn BlobStores>, SetUpError> {
    Ok(Arc::new(freehold_object_store::ObjectStoreBlobStores::default()))
}

#[cfg(not(feature = "local"))]
fn default_blob_stores() -> Result<Arc<dyn BlobStores>, SetUpError> {
    Err(SetUpError::NoAdapter { port: "blob stores", feature: "local" })
}
