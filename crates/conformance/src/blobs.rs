//! The contract of [`freehold_ports::blobs`] as cases.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobStores;

use crate::case::{self, Case, FreshFuture, Ground};

mod atomicity;
mod claims;
mod conditional;
mod content;
mod copy;
mod create;
mod delete;
mod keys;
mod list;
mod places;
mod probe;
mod put;
mod read;
mod remote;

/// An adapter of the blob ports, ready to be tried.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// Gives two fresh places for one case. Nothing is there yet: cases put blobs there.
    async fn fresh(&self) -> Fresh;

    /// Says why this backend cannot run the case of this name, if it cannot. The case is then reported as ignored, with the
    /// reason.
    fn unsupported(&self, case: &str) -> Option<String> {
        let _ = case;
        None
    }
}

/// What one case runs on.
pub struct Fresh {
    /// The adapter.
    pub stores: Arc<dyn BlobStores>,
    /// A root where nothing is, and that nobody else uses. It is absent as yet, in the spelling that the adapter's `resolve`
    /// gives.
    pub root: StorageRoot,
    /// Another such root, which does not overlap the first.
    pub other_root: StorageRoot,
    /// Whatever must live as long as the case, such as a temporary folder. It is dropped after the case.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Fresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stores, root, other_root, keep: _ } = self;
        formatter
            .debug_struct("Fresh")
            .field("stores", stores)
            .field("root", root)
            .field("other_root", other_root)
            .finish_non_exhaustive()
    }
}

/// The `main` of an adapter's conformance test: runs every case as its own test, as the program's arguments say.
pub fn main(fixture: impl Fixture) {
    case::run_program(FixtureGround(fixture), cases());
}

/// Runs the one case of this name, to show that an adapter passes or fails it.
///
/// # Errors
/// How the adapter broke the contract, or that there is no such case.
pub fn run_case(fixture: impl Fixture, name: &str) -> Result<(), String> {
    case::run_named(FixtureGround(fixture), cases(), name)
}

/// The names of all cases, in the order in which they are run.
pub fn case_names() -> impl Iterator<Item = &'static str> {
    cases().into_iter().map(|case| case.name)
}

fn cases() -> Vec<Case<Fresh>> {
    [
        put::CASES,
        create::CASES,
        atomicity::CASES,
        read::CASES,
        delete::CASES,
        list::CASES,
        conditional::CASES,
        claims::CASES,
        probe::CASES,
        copy::CASES,
        keys::CASES,
        places::CASES,
        remote::CASES,
    ]
    .concat()
}

struct FixtureGround<F>(F);

impl<F: Fixture> Ground<Fresh> for FixtureGround<F> {
    fn fresh(&self) -> FreshFuture<'_, Fresh> {
        self.0.fresh()
    }

    fn unsupported(&self, case: &str) -> Option<String> {
        self.0.unsupported(case)
    }
}
