//! Every check on this repository itself, so that plain `cargo test` holds the house rules.

#![allow(clippy::unwrap_used, clippy::panic)]

use super::{CHECKS, Subject};
use crate::source_tree;

fn hold(name: &str) {
    let check = CHECKS.into_iter().find(|check| check.name == name).unwrap();
    let subject = Subject::read(&source_tree::root().unwrap()).unwrap();
    let findings: Vec<_> = check.findings(&subject).iter().map(ToString::to_string).collect();
    assert!(findings.is_empty(), "{name}:\n{}", findings.join("\n"));
}

macro_rules! one_test_for_each_check {
    ($($test:ident holds $name:literal;)*) => {
        $(#[test] fn $test() { hold($name); })*

        #[test]
        fn every_check_is_run_on_this_repository() {
            assert_eq!(CHECKS.map(|check| check.name), [$($name),*]);
        }
    };
}

one_test_for_each_check! {
    crates_import_only_what_the_layering_table_allows holds "layering";
    every_file_says_what_it_is_and_bears_a_telling_name holds "modules";
    no_file_is_two_ideas holds "length";
    persistence_adapters_mirror_the_ports holds "mirror";
    every_invariant_names_a_check_that_exists holds "invariants";
    every_link_leads_somewhere holds "links";
    released_migrations_are_unchanged holds "migrations";
    every_port_method_is_called_by_the_conformance_suite holds "conformance coverage";
    every_conformance_test_is_required_to_run holds "required suites";
    sqlite_and_local_disk_need_no_network_client_and_no_tls holds "local only";
    only_one_module_opens_blob_stores_and_only_one_commits holds "blob access";
    nothing_unfinished_and_nothing_of_one_machine_is_here holds "hygiene";
}
