//! What a local location promises beyond the contract that every backend keeps.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "local/batches.rs"]
mod batches;
#[path = "local/claim_searches.rs"]
mod claim_searches;
#[path = "local/conditional.rs"]
mod conditional;
#[path = "local/copying.rs"]
mod copying;
#[path = "local/errors.rs"]
mod errors;
#[path = "local/file_names.rs"]
mod file_names;
#[path = "local/ground.rs"]
mod ground;
#[path = "local/hostile_claims.rs"]
mod hostile_claims;
#[path = "local/interoperability.rs"]
mod interoperability;
#[path = "local/reading.rs"]
mod reading;
#[path = "local/resolving.rs"]
mod resolving;
#[path = "local/special_files.rs"]
mod special_files;
#[path = "local/staging.rs"]
mod staging;
#[path = "local/symbolic_links.rs"]
mod symbolic_links;
