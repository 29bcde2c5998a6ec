//! Freehold's registry on SQLite, by SeaORM.

mod connection;
mod entity;
mod migration;
mod persistence;
mod record;
mod registry;
mod sqlite;

pub use persistence::SeaOrmDatabases;
