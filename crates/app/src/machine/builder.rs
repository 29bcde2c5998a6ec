//! The composition root: which adapter serves which port.

use std::path::PathBuf;
use std::sync::Arc;

use freehold_ports::blobs::BlobStores;
use freehold_ports::cache::ContentCache;
use freehold_ports::persistence::Databases;
use freehold_ports::system::{
    Clock, InstanceDirectory, Liveness, LocalFiles, Progress, Silent, UidGenerator,
};
use freehold_services::{Host, Locations};
use freehold_system::{FolderCache, MachineFiles, RandomUids, SettingsDirectory, SystemClock};

use super::Machine;

/// The most bytes that a cache in a folder keeps, unless told otherwise: 10 GiB.
const CACHE_BYTES: u64 = 10 * 1024 * 1024 * 1024;

/// Why a machine could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The platform has no place for settings.
    #[error(
        "this platform names no folder for settings; set FREEHOLD_CONFIG_DIR, or give one to the builder"
    )]
    NoSettingsFolder,
    /// No adapter for this port is built in, and none was given.
    #[error("no adapter for {port} is built in; enable one of the features {}, or give an adapter to the builder", features.join(", "))]
    NoAdapter {
        /// The port.
        port: &'static str,
        /// The features that would bring one.
        features: &'static [&'static str],
    },
}

/// A machine in the making. Everything that is not given is what the `freehold` binary uses, but for the cache: only who asks for one has one.
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
    data_dir: Option<PathBuf>,
    cache_dir: Option<PathBuf>,
    cache_bytes: Option<u64>,
    cache: Option<Arc<dyn ContentCache>>,
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

    /// The folder for registries that cannot lie in their storage location, such as those of instances on a cloud; `freehold` in the
    /// platform's data folder when not given. With [`directory`](Self::directory) it says nothing.
    pub fn data_dir(self, folder: PathBuf) -> Self {
        Self { data_dir: Some(folder), ..self }
    }

    /// Keeps what is read from clouds in this folder, which the user's processes and instances may share; the `freehold` binary uses
    /// [`Machine::default_cache_dir`]. When not given, nothing is kept.
    pub fn cache_dir(self, folder: PathBuf) -> Self {
        Self { cache_dir: Some(folder), ..self }
    }

    /// The most bytes that are kept in the folder of the cache; 10 GiB when not given. With zero nothing is kept or found.
    pub fn cache_size(self, bytes: u64) -> Self {
        Self { cache_bytes: Some(bytes), ..self }
    }

    /// What keeps what is read from clouds, in place of a folder.
    pub fn cache(self, cache: Arc<dyn ContentCache>) -> Self {
        Self { cache: Some(cache), ..self }
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

    /// Session locks; beside a registry that is a file, and on the server of any other, when not given.
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
        let directory = match self.directory {
            Some(directory) => directory,
            None => settings(self.config_dir, self.data_dir)?,
        };
        let bytes = self.cache_bytes.unwrap_or(CACHE_BYTES);
        let folder_cache = |folder| -> Arc<dyn ContentCache> { Arc::new(FolderCache::new(folder, bytes)) };
        Ok(Machine(Host {
            databases: self.databases.map_or_else(default_databases, Ok)?,
            locations: Locations::new(self.blob_stores.map_or_else(default_blob_stores, Ok)?),
            cache: self.cache.or_else(|| self.cache_dir.map(folder_cache)),
            files: self.files.unwrap_or_else(|| Arc::new(MachineFiles)),
            clock: self.clock.unwrap_or_else(|| Arc::new(SystemClock)),
            uids: self.uids.unwrap_or_else(|| Arc::new(RandomUids)),
            liveness: self.liveness.unwrap_or_else(default_liveness),
            directory,
            progress: self.progress.unwrap_or_else(|| Arc::new(Silent)),
        }))
    }
}

/// The settings files, and where registries lie that have no place beside their data.
fn settings(
    config_dir: Option<PathBuf>,
    data_dir: Option<PathBuf>,
) -> Result<Arc<dyn InstanceDirectory>, SetUpError> {
    let folder =
        config_dir.or_else(SettingsDirectory::default_location).ok_or(SetUpError::NoSettingsFolder)?;
    let settings = SettingsDirectory::at(folder);
    Ok(Arc::new(match data_dir {
        Some(folder) => settings.with_registries_in(folder.join("registries")),
        None => settings,
    }))
}

#[cfg(any(feature = "postgres", feature = "sqlite"))]
#[expect(clippy::unnecessary_wraps, reason = "it fails without the features")]
fn default_databases() -> Result<Arc<dyn Databases>, SetUpError> {
    Ok(Arc::new(freehold_sea_orm::SeaOrmDatabases::new()))
}

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
fn default_databases() -> Result<Arc<dyn Databases>, SetUpError> {
    Err(SetUpError::NoAdapter { port: "databases", features: &["sqlite", "postgres"] })
}

#[cfg(any(feature = "gcs", feature = "local", feature = "s3"))]
#[expect(clippy::unnecessary_wraps, reason = "it fails without the features")]
fn default_blob_stores() -> Result<Arc<dyn BlobStores>, SetUpError> {
    Ok(Arc::new(freehold_object_store::ObjectStoreBlobStores::new()))
}

#[cfg(not(any(feature = "gcs", feature = "local", feature = "s3")))]
fn default_blob_stores() -> Result<Arc<dyn BlobStores>, SetUpError> {
    Err(SetUpError::NoAdapter { port: "blob stores", features: &["local", "s3", "gcs"] })
}

#[cfg(feature = "postgres")]
fn default_liveness() -> Arc<dyn Liveness> {
    Arc::new(super::liveness::LivenessByDatabase::default())
}

#[cfg(not(feature = "postgres"))]
fn default_liveness() -> Arc<dyn Liveness> {
    Arc::new(freehold_system::FileLiveness)
}
