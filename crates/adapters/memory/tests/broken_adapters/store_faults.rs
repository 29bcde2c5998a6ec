//! Each faulty store fails the case that names its fault.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::blobs::{self, Fresh};
use freehold_domain::StorageRoot;
use freehold_memory::MemoryBlobStores;

use super::assert_told_apart;
use super::store::{Fault, FaultyStores};

struct Fixture(Fault);

#[async_trait]
impl blobs::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        Fresh {
            stores: Arc::new(FaultyStores { inner: MemoryBlobStores::new(), fault: self.0 }),
            root: StorageRoot::from_canonical("/memory/first").unwrap(),
            other_root: StorageRoot::from_canonical("/memory/second").unwrap(),
            keep: Box::new(()),
        }
    }
}

/// The same in a bucket.
struct BucketFixture(Fault);

#[async_trait]
impl blobs::Fixture for BucketFixture {
    async fn fresh(&self) -> Fresh {
        let inner = MemoryBlobStores::new();
        let root = |text| StorageRoot::from_canonical(text).unwrap();
        inner.set_region(&root("s3://memory-bucket"), "region-1");
        Fresh {
            stores: Arc::new(FaultyStores { inner, fault: self.0 }),
            root: root("s3://memory-bucket/first"),
            other_root: root("s3://memory-bucket/second"),
            keep: Box::new(()),
        }
    }
}

#[track_caller]
fn assert_caught_in_a_bucket(fault: Fault, case: &str) {
    let broken = blobs::run_case(BucketFixture(fault), case);
    let honest = blobs::run_case(BucketFixture(Fault::None), case);
    assert_told_apart(case, broken, &honest);
}

#[track_caller]
fn assert_caught(fault: Fault, case: &str) {
    let broken = blobs::run_case(Fixture(fault), case);
    let honest = blobs::run_case(Fixture(Fault::None), case);
    assert_told_apart(case, broken, &honest);
}

#[test]
fn a_put_that_shows_part_of_the_blob_is_caught() {
    assert_caught(Fault::PutsPieceByPiece, "blobs::atomicity::nothing_is_seen_of_a_create_under_way");
}

#[test]
fn a_put_that_keeps_part_of_a_failing_body_is_caught() {
    assert_caught(Fault::PutsPieceByPiece, "blobs::atomicity::a_failing_body_leaves_nothing");
}

#[test]
fn a_put_that_keeps_part_when_it_is_dropped_is_caught() {
    assert_caught(Fault::PutsPieceByPiece, "blobs::atomicity::a_dropped_put_leaves_the_former_content");
}

#[test]
fn a_create_that_overwrites_is_caught() {
    assert_caught(Fault::CreatesOverOthers, "blobs::create::a_create_on_a_taken_key_changes_nothing");
}

#[test]
fn a_create_that_looks_before_it_writes_is_caught() {
    assert_caught(Fault::LooksBeforeItCreates, "blobs::create::a_create_that_was_overtaken_changes_nothing");
}

#[test]
fn a_delete_that_fails_on_absence_is_caught() {
    assert_caught(Fault::FailsToDeleteTheAbsent, "blobs::delete::deleting_what_is_absent_succeeds");
}

#[test]
fn a_swap_that_does_not_compare_is_caught() {
    assert_caught(
        Fault::SwapsWithoutComparing,
        "blobs::conditional::a_replacement_of_another_version_changes_nothing",
    );
}

#[test]
fn a_swap_that_compares_first_is_caught() {
    assert_caught(
        Fault::ComparesBeforeItSwaps,
        "blobs::conditional::of_many_replacements_that_race_exactly_one_wins",
    );
}

#[test]
fn a_removal_that_does_not_compare_is_caught() {
    assert_caught(
        Fault::RemovesWithoutComparing,
        "blobs::conditional::a_removal_of_another_version_changes_nothing",
    );
}

#[test]
fn a_version_that_returns_is_caught() {
    assert_caught(
        Fault::VersionsBySize,
        "blobs::conditional::a_version_changes_with_the_content_and_never_returns",
    );
}

#[test]
fn a_prefix_that_ends_within_a_segment_is_caught() {
    assert_caught(Fault::ListsByCharacters, "blobs::list::a_prefix_is_whole_segments");
}

#[test]
fn a_listing_of_one_page_is_caught() {
    assert_caught(Fault::ListsOnePage, "blobs::list::more_than_a_thousand_are_each_listed_once");
}

#[test]
fn a_range_that_is_ignored_is_caught() {
    assert_caught(Fault::IgnoresRanges, "blobs::read::a_range_is_read_as_asked_for");
}

#[test]
fn a_location_that_is_made_by_opening_it_is_caught() {
    assert_caught(Fault::MakesFoldersWhenOpening, "blobs::places::looking_creates_nothing");
}

#[test]
fn a_look_at_the_nearest_folder_only_is_caught() {
    assert_caught(Fault::KnowsTheNearestFolderOnly, "blobs::places::what_contains_a_place_encloses_it");
}

#[test]
fn an_alias_that_is_another_place_is_caught() {
    assert_caught(Fault::TakesAnotherPlaceForAnAlias, "blobs::places::an_alias_is_the_same_place");
}

#[test]
fn an_emptied_location_that_stays_is_caught() {
    assert_caught(Fault::KeepsEmptyFolders, "blobs::places::removing_an_emptied_location_leaves_nothing");
}

#[test]
fn a_probe_that_leaves_something_is_caught() {
    assert_caught(Fault::LeavesItsProbe, "blobs::probe::a_probe_leaves_nothing_behind");
}

#[test]
fn a_region_that_is_ignored_is_caught() {
    assert_caught_in_a_bucket(Fault::IgnoresTheRegion, "blobs::remote::a_given_region_is_believed");
}

#[test]
fn a_source_of_credentials_in_two_lines_is_caught() {
    assert_caught(
        Fault::TellsTheSourceInTwoLines,
        "blobs::remote::where_credentials_come_from_is_told_in_one_line_and_always_the_same",
    );
}

#[test]
fn a_url_for_present_blobs_only_is_caught() {
    assert_caught_in_a_bucket(
        Fault::SignsWhatIsThere,
        "blobs::remote::a_presigned_url_does_not_ask_whether_the_blob_exists",
    );
}

#[test]
fn an_upload_that_outlives_its_failed_put_is_caught() {
    assert_caught_in_a_bucket(
        Fault::LeavesFailedUploads,
        "blobs::remote::a_put_that_has_failed_leaves_no_upload",
    );
}

#[test]
fn an_abort_that_aborts_nothing_is_caught() {
    assert_caught_in_a_bucket(
        Fault::AbortsNothing,
        "blobs::remote::an_aborted_upload_is_gone_and_its_put_fails",
    );
}

#[test]
fn uploads_of_other_locations_are_caught() {
    assert_caught_in_a_bucket(
        Fault::ListsUploadsOfTheBucket,
        "blobs::remote::an_upload_of_another_location_is_not_listed",
    );
}
