//! Each faulty registry fails the case that names its fault.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::persistence::{self, Fresh};
use freehold_memory::MemoryDatabases;

use super::assert_told_apart;
use super::registry::{Fault, FaultyDatabases};

struct Fixture(Fault);

#[async_trait]
impl persistence::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        Fresh {
            databases: Arc::new(FaultyDatabases { inner: MemoryDatabases::new(), fault: self.0 }),
            url: "sqlite:///memory/books.db".parse().unwrap(),
            keep: Box::new(()),
        }
    }
}

#[track_caller]
fn assert_caught(fault: Fault, case: &str) {
    let broken = persistence::run_case(Fixture(fault), case);
    let honest = persistence::run_case(Fixture(Fault::None), case);
    assert_told_apart(case, broken, &honest);
}

#[test]
fn a_registry_that_forgets_to_roll_back_is_caught() {
    assert_caught(Fault::ForgetsToRollBack, "persistence::unit_of_work::a_rollback_keeps_nothing");
}

#[test]
fn a_registry_that_swallows_the_abort_is_caught() {
    assert_caught(
        Fault::SwallowsTheAbort,
        "persistence::unit_of_work::a_commit_after_an_error_gives_aborted",
    );
}

#[test]
fn a_registry_that_writes_when_reading_is_caught() {
    assert_caught(
        Fault::WritesWhenReading,
        "persistence::read_only::a_reading_unit_refuses_changes_of_users",
    );
}

#[test]
fn pages_that_skip_a_row_are_caught() {
    assert_caught(Fault::SkipsARow, "persistence::pages::users_come_by_uid_each_once");
}

#[test]
fn pages_that_repeat_a_row_are_caught() {
    assert_caught(Fault::RepeatsARow, "persistence::pages::users_come_by_uid_each_once");
}

#[test]
fn records_out_of_order_are_caught() {
    assert_caught(Fault::FindsOutOfOrder, "persistence::users::found_users_come_in_the_order_asked_for");
}

#[test]
fn an_update_of_what_is_absent_is_caught() {
    assert_caught(Fault::UpdatesWhatIsAbsent, "persistence::users::an_absent_user_is_not_updated");
}

#[test]
fn a_lineage_that_allows_a_cycle_is_caught() {
    assert_caught(
        Fault::AllowsACycle,
        "persistence::lineage::an_output_that_the_run_descends_from_is_refused",
    );
}

#[test]
fn a_lost_update_is_caught() {
    assert_caught(
        Fault::RemembersFamilies,
        "persistence::isolation::writers_on_handles_of_their_own_lose_no_update",
    );
}

#[test]
fn a_database_that_is_made_by_opening_it_is_caught() {
    assert_caught(Fault::OpensWhatIsMissing, "persistence::databases::a_missing_database_is_not_opened");
}
