//! What holds for registries in SQLite files beyond the contract of the ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "sqlite/arrange.rs"]
mod arrange;
#[path = "registry/calls.rs"]
mod calls;
#[path = "sqlite/concurrency.rs"]
mod concurrency;
#[path = "sqlite/damage.rs"]
mod damage;
#[path = "sqlite/destruction.rs"]
mod destruction;
#[path = "sqlite/fingerprints.rs"]
mod fingerprints;
#[path = "sqlite/places.rs"]
mod places;
#[path = "sqlite/processes.rs"]
mod processes;
#[path = "sqlite/query_plans.rs"]
mod query_plans;
#[path = "sqlite/reading.rs"]
mod reading;
#[path = "registry/records.rs"]
mod records;
#[path = "registry/statements.rs"]
mod statements;
#[path = "sqlite/units.rs"]
mod units;
