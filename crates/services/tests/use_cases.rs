//! The rules of the use cases, each on two instances in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod use_cases {
    mod adopting;
    mod adopting_nested;
    mod caching;
    mod categories;
    mod checking;
    mod claims;
    mod closing;
    mod cloud_locations;
    mod cloud_registries;
    mod conflicts;
    mod connecting;
    mod damaged_claims;
    mod deleting;
    mod deleting_an_instance;
    mod deletion_orders;
    mod entity_tags;
    mod harness;
    mod initialise;
    mod interrupted_successions;
    mod interruptions;
    mod life_cycle;
    mod linked;
    mod listing;
    mod model;
    mod moving;
    mod overlaps;
    mod presigning;
    mod progress;
    mod races;
    mod reading;
    mod receiving;
    mod runs;
    mod saving;
    mod saving_in_place;
    mod spawning;
    mod storages;
    mod transferring;
    mod transferring_copies;
    mod unfinished_uploads;
    mod unrecorded_claims;
    mod users;
    mod versions;
    mod ways_out;
}
