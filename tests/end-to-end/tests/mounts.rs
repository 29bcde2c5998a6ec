//! Places that have several names, by mounts and by case: one place, one claim, one location.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
#[path = "mounts/bind.rs"]
mod bind;
#[cfg(target_os = "linux")]
#[path = "mounts/ignored_case.rs"]
mod ignored_case;
#[cfg(target_os = "linux")]
#[path = "mounts/overlaps.rs"]
mod overlaps;

#[cfg(target_os = "linux")]
fn main() {
    freehold_test_servers::mounts::main(freehold_test_servers::mount_cases! {
        Nothing:
            bind::a_copy_of_a_location_is_not_the_location;
        Mounts:
            bind::an_instance_answers_with_the_location_that_it_has,
            bind::another_instance_sees_the_claim_under_either_name,
            bind::a_linked_place_is_linked_once,
            bind::processes_that_race_under_both_names_record_one_location,
            bind::a_location_is_meant_by_either_name,
            bind::a_location_is_adopted_under_either_name,
            bind::an_instance_that_is_moved_to_another_name_of_its_place_is_no_copy,
            overlaps::a_place_inside_a_location_of_another_is_found_out,
            overlaps::an_instance_is_not_made_inside_a_location_of_another,
            overlaps::a_place_around_a_location_of_another_is_found_out,
            overlaps::a_location_around_the_mount_itself_is_found_out,
            overlaps::the_locations_of_one_instance_may_lie_in_one_another;
        IgnoredCase:
            ignored_case::a_place_is_added_once_however_it_is_written,
            ignored_case::another_instance_sees_the_claim_however_it_is_written,
            ignored_case::a_place_inside_a_location_of_another_is_found_out_however_it_is_written;
    });
}

/// Other systems do not list their mounts, and nothing is promised there.
#[cfg(not(target_os = "linux"))]
fn main() {}
