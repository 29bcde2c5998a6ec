//! What holds for registries on Postgres servers beyond the contract of the ports.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "postgres/arrange.rs"]
mod arrange;
#[path = "registry/calls.rs"]
mod calls;
#[path = "postgres/concurrency.rs"]
mod concurrency;
#[path = "postgres/destruction.rs"]
mod destruction;
#[path = "postgres/fingerprints.rs"]
mod fingerprints;
#[path = "postgres/liveness.rs"]
mod liveness;
#[path = "postgres/processes.rs"]
mod processes;
#[path = "postgres/query_plans.rs"]
mod query_plans;
#[path = "registry/records.rs"]
mod records;
#[path = "postgres/restart.rs"]
mod restart;
#[path = "postgres/rights.rs"]
mod rights;
#[path = "postgres/schemas.rs"]
mod schemas;
#[path = "postgres/secrecy.rs"]
mod secrecy;
#[path = "registry/statements.rs"]
mod statements;
#[path = "postgres/tls.rs"]
mod tls;
#[path = "postgres/units.rs"]
mod units;
