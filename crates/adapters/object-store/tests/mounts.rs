//! Places that have several names: bind mounts, and names in which case is ignored.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
#[path = "mounts/bind.rs"]
mod bind;
#[cfg(target_os = "linux")]
#[path = "mounts/ignored_case.rs"]
mod ignored_case;

#[cfg(target_os = "linux")]
fn main() {
    freehold_test_servers::mounts::main(freehold_test_servers::mount_cases! {
        Nothing:
            bind::a_folder_that_is_mounted_once_has_one_name;
        Mounts:
            bind::a_bind_mount_is_another_name_of_the_place,
            bind::a_place_that_is_still_to_be_made_has_its_other_names_already,
            bind::a_place_below_a_bind_mount_lies_in_what_contains_the_source,
            bind::a_place_in_a_reserved_folder_lies_in_its_location,
            bind::a_file_system_that_is_mounted_twice_is_one,
            bind::what_another_mount_hides_is_no_name,
            bind::a_name_with_a_space_is_read;
        IgnoredCase:
            ignored_case::a_name_is_what_its_folder_says,
            ignored_case::a_link_leads_to_the_name_of_the_folder,
            ignored_case::names_beyond_ascii_are_found_as_well,
            ignored_case::what_is_still_to_be_made_keeps_its_spelling,
            ignored_case::the_probe_says_that_case_is_ignored;
    });
}

/// Other systems do not list their mounts, and nothing is promised there.
#[cfg(not(target_os = "linux"))]
fn main() {}
