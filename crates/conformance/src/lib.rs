//! The executable contract of every Freehold port, for adapters of your own.
//!
//! The traits of `freehold_ports` say in words what an adapter must hold. This crate says the same in cases, one for each
//! behaviour, named by its rule: `persistence::unit_of_work::a_rollback_keeps_nothing`. Freehold's own adapters pass them, and yours
//! joins with a fixture of a few lines.
//!
//! | ports | fixture | what a case gets |
//! |---|---|---|
//! | [`freehold_ports::persistence`] | [`persistence::Fixture`] | a database URL where nothing is yet |
//! | [`freehold_ports::blobs`] | [`blobs::Fixture`] | two roots where nothing is yet |
//! | [`freehold_ports::cache`] | [`cache::Fixture`] | an empty cache of [`cache::LIMIT`] bytes |
//! | [`freehold_ports::system`] | [`system::Fixture`] | fresh settings, an empty folder, locks that nobody else uses |
//!
//! # Joining
//!
//! Add a test target without the usual harness to your crate:
//!
//! ```toml
//! [dev-dependencies]
//! async-trait = "0.1"
//! freehold-conformance = "0.1"
//!
//! [[test]]
//! name = "conformance"
//! harness = false
//! ```
//!
//! and in `tests/conformance.rs` say how a fresh place for one case is made. Here for a store that wraps another one, as a cache or
//! an encryption would:
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use async_trait::async_trait;
//! use freehold_conformance::blobs::{self, Fresh};
//! use freehold_domain::StorageRoot;
//! use freehold_ports::blobs::{BlobError, BlobStore, BlobStores};
//!
//! /// The adapter that is to be tried.
//! #[derive(Debug)]
//! struct Audited {
//!     inner: Arc<dyn BlobStores>,
//! }
//!
//! #[async_trait]
//! impl BlobStores for Audited {
//!     async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
//!         self.inner.resolve(root).await
//!     }
//!
//!     async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
//!         eprintln!("opening {root}");
//!         self.inner.open(root).await
//!     }
//!
//!     async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
//!         self.inner.remove_empty(root).await
//!     }
//! }
//!
//! /// How a case gets a place of its own.
//! struct Fixture {
//!     backend: Arc<dyn BlobStores>,
//! }
//!
//! #[async_trait]
//! impl blobs::Fixture for Fixture {
//!     async fn fresh(&self) -> Fresh {
//!         let folder = temporary_folder();
//!         let root = |name: &str| StorageRoot::from_canonical(&format!("{folder}/{name}")).unwrap();
//!         Fresh {
//!             stores: Arc::new(Audited { inner: Arc::clone(&self.backend) }),
//!             root: root("first"),
//!             other_root: root("second"),
//!             keep: Box::new(folder),
//!         }
//!     }
//!
//!     fn unsupported(&self, case: &str) -> Option<String> {
//!         (case == "blobs::keys::long_keys_are_kept").then(|| "keys end at 255 bytes here".to_owned())
//!     }
//! }
//!
//! fn main() {
//!     blobs::main(Fixture { backend: backend() });
//! }
//! # fn temporary_folder() -> String { String::new() }
//! # fn backend() -> Arc<dyn BlobStores> { std::process::exit(1) }
//! ```
//!
//! # Running
//!
//! The target is an ordinary test: `cargo test --test conformance` runs all cases, and a part of a name after `--` those that have it.
//! Every case has a runtime and a place of its own, so they run in any order and at once. One that is stuck fails after a minute.
//!
//! What a backend cannot do is reported as *ignored*, with the reason that the fixture gives, and not passed over in silence.
//!
//! # One case by itself
//!
//! [`persistence::run_case`], [`blobs::run_case`], [`cache::run_case`] and [`system::run_case`] run one case from any other test, for example to show that an
//! adapter which is broken on purpose fails the case that names its fault.

mod case;
mod race;

pub mod blobs;
pub mod cache;
pub mod persistence;
pub mod system;

#[cfg(test)]
mod tests;
