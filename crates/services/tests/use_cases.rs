//! The rules of the use cases, each on two instances in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

mod use_cases {
    mod claims;
    mod conflicts;
    mod deleting;
    mod deleting_an_instance;
    mod harness;
    mod initialise;
    mod interruptions;
    mod linked;
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
