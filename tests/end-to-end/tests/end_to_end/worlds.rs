//! The same program on every kind of database and storage, each on a real server.

mod cache;
mod claim_races;
mod cloud_faults;
mod cloud_registries;
mod many_writers;
pub(super) mod on_both_clouds;
mod postgres_faults;
mod presigned;
mod public_data;
mod quickstart;
mod refusals;
