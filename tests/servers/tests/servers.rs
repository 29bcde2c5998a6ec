//! What the servers for tests do, held to the conformance functions of an independent client and to our own expectations.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "servers/conformance.rs"]
mod conformance;
#[path = "servers/faults.rs"]
mod faults;
#[path = "servers/gcs.rs"]
mod gcs;
#[path = "servers/gcs_conformance.rs"]
mod gcs_conformance;
#[path = "servers/gcs_credentials.rs"]
mod gcs_credentials;
#[path = "servers/moto_conformance.rs"]
mod moto_conformance;
#[path = "servers/raw_faults.rs"]
mod raw_faults;
#[path = "servers/s3.rs"]
mod s3;
#[path = "servers/s3_access.rs"]
mod s3_access;
#[path = "servers/s3_conformance.rs"]
mod s3_conformance;
#[path = "servers/tripwire.rs"]
mod tripwire;
