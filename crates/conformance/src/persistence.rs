//! The contract of [`freehold_ports::persistence`] as cases.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::Databases;

use crate::case::{self, Case, FreshFuture, Ground};

mod artifact_listing;
mod artifact_updates;
mod artifacts;
mod batches;
mod databases;
mod families;
mod fingerprints;
mod instances;
mod intents;
mod isolation;
mod lineage;
mod lineage_cycles;
mod listing;
mod pages;
mod read_only;
mod records;
mod refusals;
mod registry;
mod run_deletion;
mod runs;
mod storage_changes;
mod storage_history;
mod storages;
mod transforms;
mod unit_of_work;
mod users;
mod values;

/// An adapter of the persistence ports, ready to be tried.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// Gives a fresh, empty place for one case. Nothing is created there yet: the case does that.
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
    pub databases: Arc<dyn Databases>,
    /// Where a database can be created that nobody else uses.
    pub url: DatabaseUrl,
    /// Whatever must live as long as the case, such as a temporary folder. It is dropped after the case.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Fresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { databases, url, keep: _ } = self;
        formatter
            .debug_struct("Fresh")
            .field("databases", databases)
            .field("url", url)
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
        databases::CASES,
        unit_of_work::CASES,
        isolation::CASES,
        read_only::CASES,
        instances::CASES,
        fingerprints::CASES,
        users::CASES,
        storages::CASES,
        storage_changes::CASES,
        storage_history::CASES,
        transforms::CASES,
        runs::CASES,
        run_deletion::CASES,
        families::CASES,
        artifacts::CASES,
        artifact_updates::CASES,
        artifact_listing::CASES,
        lineage::CASES,
        lineage_cycles::CASES,
        intents::CASES,
        pages::CASES,
        values::CASES,
        batches::CASES,
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
