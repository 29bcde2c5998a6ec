//! Adapters that are broken on purpose: each fails the conformance case that names its fault, and the honest adapter that it
//! wraps passes the same case.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "broken_adapters/cache.rs"]
mod cache;
#[path = "broken_adapters/cache_faults.rs"]
mod cache_faults;
#[path = "broken_adapters/machine.rs"]
mod machine;
#[path = "broken_adapters/machine_faults.rs"]
mod machine_faults;
#[path = "broken_adapters/registry.rs"]
mod registry;
#[path = "broken_adapters/registry_faults.rs"]
mod registry_faults;
#[path = "broken_adapters/repositories.rs"]
mod repositories;
#[path = "broken_adapters/store.rs"]
mod store;
#[path = "broken_adapters/store_faults.rs"]
mod store_faults;

/// Ends the test unless the broken adapter fails the case, as a broken one would, and the honest one passes it.
#[track_caller]
fn assert_told_apart(name: &str, broken: Result<(), String>, honest: &Result<(), String>) {
    assert_eq!(*honest, Ok(()), "the honest adapter must pass {name}");
    let verdict = broken.expect_err("the broken adapter must fail the case that names its fault");
    assert!(verdict.contains("expected"), "the verdict must say what was expected: {verdict}");
}
