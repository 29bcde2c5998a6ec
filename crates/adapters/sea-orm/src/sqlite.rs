//! What is true of SQLite only: how its files are recognised, opened and shared, and what its errors mean.

pub(crate) mod destroy;
pub(crate) mod error;
mod fingerprint;
mod gate;
mod identity;
mod machine;
pub(crate) mod open;
pub(crate) mod place;
mod pool;
mod read_only;
mod writable;
