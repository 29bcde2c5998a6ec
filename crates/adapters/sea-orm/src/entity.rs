//! The tables of the registry, as SeaORM sees them.
//!
//! The tables of previous runs and of lineage have no records of their own and are used by name.
//!
//! Numbers are internal: everything that leaves this crate goes by uid. Times are microseconds since 1970.

pub(crate) mod artifact;
pub(crate) mod family;
pub(crate) mod instance;
pub(crate) mod intent;
pub(crate) mod run;
pub(crate) mod storage;
pub(crate) mod storage_event;
pub(crate) mod transform;
pub(crate) mod user;
