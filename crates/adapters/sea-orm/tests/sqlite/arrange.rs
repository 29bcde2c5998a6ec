//! Registries to arrange with.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, Persistence, PersistenceError};
use freehold_sea_orm::SeaOrmDatabases;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection};
use tempfile::TempDir;

pub(crate) use crate::records::*;

/// A folder with room for one database.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) url: DatabaseUrl,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("registry.db");
        let url = DatabaseUrl::sqlite(&path).unwrap();
        Self { folder, path, url }
    }

    /// A place with a registry of a few records, which nobody has open.
    pub(crate) async fn with_registry() -> Self {
        let place = Self::new();
        let registry = place.create().await;
        record_basics(registry.as_ref()).await;
        registry.close().await.unwrap();
        place
    }

    pub(crate) async fn create(&self) -> Arc<dyn Persistence> {
        databases().create(&self.url).await.unwrap()
    }

    pub(crate) async fn open(&self, mode: AccessMode) -> Result<Arc<dyn Persistence>, PersistenceError> {
        databases().open(&self.url, mode).await
    }

    /// The file that lies beside the database under its name with this ending.
    pub(crate) fn companion(&self, ending: &str) -> PathBuf {
        PathBuf::from(format!("{}{ending}", self.path.display()))
    }

    /// The database as SQLite alone sees it.
    pub(crate) async fn raw(&self) -> DatabaseConnection {
        Database::connect(format!("sqlite://{}", self.path.display())).await.unwrap()
    }

    /// Changes the database behind the registry's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        let raw = self.raw().await;
        raw.execute_unprepared(&format!("PRAGMA foreign_keys = OFF; {sql}")).await.unwrap();
        raw.close().await.unwrap();
    }

    /// Every file of the folder with its content.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        files(self.folder.path())
    }
}

pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        entries.map(|path| (path.clone(), std::fs::read(&path).unwrap_or_default())).collect();
    files.sort();
    files
}

/// Databases whose users do not wait long.
pub(crate) fn databases() -> SeaOrmDatabases {
    SeaOrmDatabases::new().with_patience(Duration::from_millis(300))
}
