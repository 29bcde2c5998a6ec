//! Freehold's registry in a database, by SeaORM: SQLite files.
//!
//! - **Durable**: what was committed survives a power cut (write-ahead log, `synchronous = FULL`).
//! - **Isolated**: units of work that write follow one another, in this process and among processes (`BEGIN IMMEDIATE`); those
//!   that read see one state and wait for nobody.
//! - **Recognised**: a file is a registry by the application id in its header. Everything else is refused and left as it is.
//! - **Untouched by reading**: a registry that is opened for reading finds its files afterwards as they were before.
//! - **Sound**: a row that is not a valid value is an error that names it.
//!
//! The repositories are portable; what is true of SQLite only lies in one module. Uids and keys are compared byte by byte, and
//! prefixes are ranges, so no character of them is special.
//!
//! ```
//! use freehold_ports::persistence::{AccessMode, Databases};
//! use freehold_sea_orm::SeaOrmDatabases;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("books.db");
//! let url = freehold_domain::DatabaseUrl::sqlite(&path)?;
//! let registry = SeaOrmDatabases::new().create(&url).await?;
//!
//! let mut unit = registry.begin(AccessMode::Read).await?;
//! assert_eq!(unit.instance().find().await?, None);
//! unit.rollback().await?;
//! registry.close().await?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod connection;
mod entity;
mod migration;
mod persistence;
mod record;
mod registry;
mod sqlite;

pub use persistence::SeaOrmDatabases;
