//! The contract of [`freehold_ports::system`] as cases.

use std::any::Any;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use freehold_domain::DatabaseUrl;
use freehold_ports::system::{Clock, InstanceDirectory, Liveness, LocalFiles, UidGenerator};

use crate::case::{self, Case, FreshFuture, Ground};

mod clock;
mod instance_directory;
mod liveness;
mod local_file_content;
mod local_files;
mod progress;
mod uids;

/// Adapters of the system ports, ready to be tried.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// Gives fresh settings and an empty folder for one case.
    async fn fresh(&self) -> Fresh;

    /// Says why this machine cannot run the case of this name, if it cannot. The case is then reported as ignored, with the
    /// reason.
    fn unsupported(&self, case: &str) -> Option<String> {
        let _ = case;
        None
    }
}

/// Makes a file with this content, and the folders on the way, without the port that is being tried.
pub type PutFile = Box<dyn Fn(&Path, &[u8]) + Send + Sync>;

/// What one case runs on.
pub struct Fresh {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The maker of uids.
    pub uids: Arc<dyn UidGenerator>,
    /// The locks of sessions.
    pub liveness: Arc<dyn Liveness>,
    /// A database whose sessions nobody else uses. It need not exist.
    pub database: DatabaseUrl,
    /// Empty settings.
    pub directory: Arc<dyn InstanceDirectory>,
    /// A second handle on the same settings, as another process would have.
    pub same_directory: Arc<dyn InstanceDirectory>,
    /// The files of the machine.
    pub files: Arc<dyn LocalFiles>,
    /// A folder that exists, is empty, can be written and is spelled as the adapter's `resolve` gives it.
    pub folder: PathBuf,
    /// Makes a file inside the folder, or replaces its content in place.
    pub put_file: PutFile,
    /// Whatever must live as long as the case, such as a temporary folder. It is dropped after the case.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Fresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            clock,
            uids,
            liveness,
            database,
            directory,
            same_directory,
            files,
            folder,
            put_file: _,
            keep: _,
        } = self;
        formatter
            .debug_struct("Fresh")
            .field("clock", clock)
            .field("uids", uids)
            .field("liveness", liveness)
            .field("database", database)
            .field("directory", directory)
            .field("same_directory", same_directory)
            .field("files", files)
            .field("folder", folder)
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
        clock::CASES,
        uids::CASES,
        liveness::CASES,
        instance_directory::CASES,
        local_files::CASES,
        local_file_content::CASES,
        progress::CASES,
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
