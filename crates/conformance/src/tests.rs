//! The machinery: names, verdicts, panics.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;

use crate::case::{Case, CaseFuture, Failure, FreshFuture, Ground, Outcome, ensure_equal, run_named};

struct Nothing;

impl Ground<()> for Nothing {
    fn fresh(&self) -> FreshFuture<'_, ()> {
        Box::pin(async {})
    }

    fn unsupported(&self, _: &str) -> Option<String> {
        None
    }
}

fn case(name: &'static str, run: fn(&()) -> CaseFuture<'_>) -> Vec<Case<()>> {
    vec![Case { name, run }]
}

fn fails() -> Outcome {
    ensure_equal("the answer", &41, &42)
}

fn meets_an_error() -> Outcome {
    let number: u8 = "three hundred".parse()?;
    ensure_equal("the number", &number, &0)
}

#[test]
fn every_case_has_a_name_of_its_own_that_begins_with_its_ports() {
    let families = [
        ("persistence::", crate::persistence::case_names().collect::<Vec<_>>()),
        ("blobs::", crate::blobs::case_names().collect()),
        ("cache::", crate::cache::case_names().collect()),
        ("system::", crate::system::case_names().collect()),
    ];
    for (beginning, names) in families {
        assert!(names.iter().all(|name| name.starts_with(beginning)), "{names:?}");
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }
}

#[test]
fn a_case_that_holds_passes() {
    assert_eq!(run_named(Nothing, case("passes", |()| Box::pin(async { Ok(()) })), "passes"), Ok(()));
}

#[test]
fn a_verdict_says_what_was_expected_and_where() {
    let verdict = run_named(Nothing, case("fails", |()| Box::pin(async { fails() })), "fails").unwrap_err();
    assert!(verdict.contains("the answer: expected 42, found 41"), "{verdict}");
    assert!(verdict.contains("tests.rs"), "{verdict}");
}

#[test]
fn an_unexpected_error_is_a_verdict_that_names_the_place() {
    let verdict =
        run_named(Nothing, case("meets", |()| Box::pin(async { meets_an_error() })), "meets").unwrap_err();
    assert!(verdict.contains("invalid digit"), "{verdict}");
    assert!(verdict.contains("tests.rs"), "{verdict}");
}

#[test]
fn a_case_that_panics_fails() {
    let cases = case("panics", |()| Box::pin(async { panic!("on purpose") }));
    assert!(run_named(Nothing, cases, "panics").unwrap_err().contains("panicked"));
}

#[test]
fn an_unknown_name_is_no_pass() {
    let cases = case("known", |()| Box::pin(async { Ok(()) }));
    assert!(run_named(Nothing, cases, "unknown").unwrap_err().contains("no case"));
}

#[test]
fn a_long_value_is_cut_in_a_verdict() {
    let long = Failure::new("x".repeat(1_000_000)).to_string();
    assert!(long.len() < 10_000, "{}", long.len());
}
