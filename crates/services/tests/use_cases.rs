//! The rules of the use cases, each on two instances in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod use_cases {
    mod categories;
    mod claims;
    mod conflicts;
    mod connecting;
    mod deleting;
    mod deleting_an_instance;
    mod harness;
    mod initialise;
    mod interruptions;
    mod linked;
    mod listing;
    mod progress;
    mod races;
    mod reading;
    mod runs;
    mod saving;
    mod saving_in_place;
    mod spawning;
    mod storages;
    mod transferring;
    mod transferring_copies;
    mod users;
    mod versions;
}
