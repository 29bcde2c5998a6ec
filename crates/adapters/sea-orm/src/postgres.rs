//! What is true of Postgres only: how a registry is recognised, opened, shared and destroyed there, and what errors mean.
//!
//! - Everything lies in the schema `freehold` of the database, which is the whole search path of every session.
//! - Units that write hold one advisory lock from their beginning to their end, so that they follow one another in all
//!   processes, as on SQLite; each of their statements sees everything that was committed before. Units that read see one
//!   snapshot and wait for nobody.
//! - Every session holds another advisory lock, shared, as long as it lasts: who destroys the registry wants it alone.

pub(crate) mod destroy;
mod fingerprint;
mod identity;
mod liveness;
mod lock;
pub(crate) mod open;
mod parameters;
pub(crate) mod place;
mod pool;
mod registry;
mod session;
pub(crate) mod state;

pub use liveness::PostgresLiveness;
