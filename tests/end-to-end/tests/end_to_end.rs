//! The binary as its users use it, mistakes included.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod end_to_end {
    mod attacks;
    mod bad_databases;
    mod bad_files;
    mod bad_keys;
    mod bad_names;
    mod bad_roots;
    mod closing;
    mod concurrency;
    mod deletion;
    mod deletion_plans;
    mod instances;
    mod json_shapes;
    mod life_cycle;
    mod ownership;
    mod runs;
    mod saving;
    mod storages;
    mod transfer;
    mod worlds;
}
