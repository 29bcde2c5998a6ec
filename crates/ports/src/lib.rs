//! What the use cases of Freehold need from outside, as traits with a written contract.
//!
//! A trait here *is* its documentation: each method says what it promises, what it leaves behind when it fails, and
//! whether it may be repeated. The crate `freehold-conformance` is the same contract as tests, for any adapter.
//!
//! - [`persistence`]: the registry's records, in units of work
//! - [`blobs`]: bytes at storage locations
//! - [`cache`]: contents of cloud blobs that are kept on this machine
//! - [`system`]: clock, uids, liveness, files of the machine, known instances, progress
//!
//! This crate knows no database, no runtime and no cloud.

pub mod blobs;
pub mod cache;
pub mod persistence;
pub mod system;

#[cfg(feature = "mock")]
pub mod mock;
