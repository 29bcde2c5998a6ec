//! Each faulty machine fails the case that names its fault.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::system::{self, Fresh};
use freehold_memory::{CountingUids, FixedClock, MemoryFiles, MemoryInstanceDirectory, MemoryLiveness};

use super::assert_told_apart;
use super::machine::{Fault, FaultyClock, FaultyFiles, FaultyLiveness, FaultyUids};

/// A fault, and whether the second handle on the settings has settings of its own.
struct Fixture(Fault, bool);

#[async_trait]
impl system::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        let Self(fault, has_two_settings) = *self;
        let (directory, files) = (MemoryInstanceDirectory::new(), MemoryFiles::new());
        let same = if has_two_settings { MemoryInstanceDirectory::new() } else { directory.clone() };
        let (folder, disk) = (PathBuf::from("/memory/folder"), files.clone());
        files.make_folder(&folder);
        Fresh {
            clock: Arc::new(FaultyClock(FixedClock::new(), fault)),
            uids: Arc::new(FaultyUids(CountingUids::default(), fault)),
            liveness: Arc::new(FaultyLiveness(MemoryLiveness::new(), fault)),
            database: "sqlite:///memory/books.db".parse().unwrap(),
            directory: Arc::new(directory),
            same_directory: Arc::new(same),
            files: Arc::new(FaultyFiles(Arc::new(files), fault)),
            folder,
            put_file: Box::new(move |path: &Path, bytes: &[u8]| disk.put(path, bytes.to_vec())),
            keep: Box::new(()),
        }
    }
}

#[track_caller]
fn assert_caught(fault: Fault, case: &str) {
    let broken = system::run_case(Fixture(fault, false), case);
    let honest = system::run_case(Fixture(Fault::None, false), case);
    assert_told_apart(case, broken, &honest);
}

#[test]
fn a_clock_that_counts_nanoseconds_is_caught() {
    assert_caught(Fault::CountsNanoseconds, "system::clock::the_time_is_in_whole_microseconds");
}

#[test]
fn uids_that_repeat_are_caught() {
    assert_caught(Fault::RepeatsUids, "system::uids::run_uids_are_never_given_out_twice");
}

#[test]
fn a_session_that_begins_twice_is_caught() {
    assert_caught(Fault::LetsSessionsBeginTwice, "system::liveness::a_session_is_alive_once");
}

#[test]
fn a_session_that_never_dies_is_caught() {
    assert_caught(Fault::CallsTheDeadAlive, "system::liveness::a_session_is_alive_until_its_lock_is_dropped");
}

#[test]
fn a_file_that_is_read_in_another_state_is_caught() {
    assert_caught(Fault::ReadsWhatHasChanged, "system::local_files::a_file_in_another_state_is_not_read");
}

#[test]
fn a_write_over_a_file_unasked_is_caught() {
    assert_caught(
        Fault::WritesOverFiles,
        "system::local_files::a_file_that_is_there_is_not_written_over_unasked",
    );
}

#[test]
fn settings_that_another_handle_does_not_see_are_caught() {
    let case = "system::instance_directory::what_one_handle_keeps_another_one_sees";
    let broken = system::run_case(Fixture(Fault::None, true), case);
    let honest = system::run_case(Fixture(Fault::None, false), case);
    assert_told_apart(case, broken, &honest);
}
