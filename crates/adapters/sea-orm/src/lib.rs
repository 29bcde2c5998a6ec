//! Freehold's registry in a database, by SeaORM: SQLite files, and schemas on Postgres servers.
//!
//! - **Durable**: what was committed survives a power cut. On SQLite by a write-ahead log and `synchronous = FULL`; a session on
//!   Postgres turns `synchronous_commit` on where it is off.
//! - **Isolated**: units of work that write follow one another, in this process and among processes. On SQLite by
//!   `BEGIN IMMEDIATE`; on Postgres by an advisory lock that is held from a unit's beginning to its end. Units that read see one
//!   state and wait for nobody; on Postgres that is a snapshot (`REPEATABLE READ READ ONLY`).
//! - **Recognised**: a file is a registry by the application id in its header, a schema `freehold` by the migrations that it
//!   records. Everything else is refused and left as it is.
//! - **Untouched by reading**: a registry that is opened for reading finds its files, or its server, afterwards as they were before.
//! - **Sound**: a row that is not a valid value is an error that names it.
//!
//! The repositories are portable; what is true of one database only lies in a module of its own. Uids and keys are compared byte
//! by byte, and prefixes are ranges, so no character of them is special.
//!
//! # Features
//! `sqlite` and `postgres`, both on by default. Without one, the URLs of its databases give `UnsupportedDatabase`.
//!
//! # Postgres
//! Versions 13 and later; 15 and 18 were tried. The database must be there; everything lies in its schema `freehold`, so that one database holds one
//! registry beside whatever else it holds. Several processes that make or migrate it at once all succeed.
//!
//! | | |
//! |---|---|
//! | sessions of one handle | one that writes and is always open, up to four that read and are closed after five idle minutes |
//! | waiting for others | the patience of [`SeaOrmDatabases::with_patience`] (`lock_timeout`), then `Conflict` |
//! | a statement | ends after five minutes (`statement_timeout`), then `Unavailable` |
//! | a transaction left alone | ends after a minute (`idle_in_transaction_session_timeout`), then `Unavailable` |
//! | a machine that has vanished | is given up after a minute (`tcp_keepalives_*`), and its locks with it |
//! | a server that restarts | what is under way fails, and what begins later works |
//!
//! The URL's parameters are those of `libpq` that the driver knows (`sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `options`,
//! `application_name`, ...); others are refused. What it leaves out comes from `PGPASSWORD`, `PGSSLMODE` and their like, and from the
//! password file. Connections are encrypted by rustls: `sslmode=prefer` is the default, `verify-full` checks the certificate
//! against `sslrootcert` and the authorities that Mozilla trusts. A pooler between must pool sessions, not transactions.
//!
//! A role needs `USAGE` on the schema and `SELECT`, `INSERT`, `UPDATE` and `DELETE` on its tables, or `SELECT` alone for reading; only
//! who makes or migrates the registry needs to own it.
//!
//! # Fingerprints
//! | database | made of |
//! |---|---|
//! | SQLite | the machine's id (`/etc/machine-id`, `/var/lib/dbus/machine-id`, else the host name), the file's device and inode, and when the file was made, where the file system keeps that |
//! | Postgres | the cluster's system identifier (`pg_control_system()`, which every role may call unless that was revoked) and the database's oid |
//!
//! What is not told apart: an SQLite file that is overwritten in place by an older state of itself, and a Postgres cluster from the physical
//! copy of its files, standbys included. An SQLite file whose device has another number after a restart counts as another one.
//!
#![cfg_attr(feature = "sqlite", doc = "```")]
#![cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
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

#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod connection;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod entity;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod migration;
mod persistence;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod record;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod registry;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use persistence::SeaOrmDatabases;
#[cfg(feature = "postgres")]
pub use postgres::PostgresLiveness;
