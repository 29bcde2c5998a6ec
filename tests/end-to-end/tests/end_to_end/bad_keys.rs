//! Keys that cannot be: a clear error, and nothing is recorded.

use freehold_tests::Lab;

#[track_caller]
fn refused(key: &str) {
    let lab = Lab::new();
    lab.file("table.csv", "a,b\n");
    let answer = lab.run(&["save", "table.csv", "--key", key]).exits(2);
    assert!(answer.stderr.contains("error: "), "{answer:#?}");
    assert_eq!(lab.run(&["list", "--json"]).ok().json(), serde_json::json!([]));
}

#[test]
fn an_absolute_key_is_refused() {
    refused("/a/table.csv");
}

#[test]
fn dots_and_empty_segments_are_refused() {
    for key in ["../table.csv", "a/../table.csv", "./table.csv", "a//table.csv", "a/./table.csv", ""] {
        refused(key);
    }
}

#[test]
fn backslashes_and_control_characters_are_refused() {
    for key in ["a\\table.csv", "a\ntable.csv", "a\ttable.csv", "a\u{7f}.csv"] {
        refused(key);
    }
}

#[test]
fn a_suffix_that_differs_from_the_file_is_refused() {
    refused("table.tsv");
    refused("table");
}

#[test]
fn a_key_of_more_than_1024_bytes_is_refused() {
    refused(&format!("{}.csv", "x".repeat(1021)));
}

#[test]
fn a_key_inside_the_reserved_folder_is_refused() {
    refused(".lamindb/table.csv");
}

#[test]
fn one_key_for_several_files_is_refused() {
    let lab = Lab::new();
    lab.file("a.csv", "1");
    lab.file("b.csv", "2");
    lab.run(&["save", "a.csv", "b.csv", "--key", "c.csv"]).exits(2).says("--key");
}

#[test]
fn two_files_for_one_key_are_refused_before_any_is_saved() {
    let lab = Lab::new();
    lab.file("x/a.csv", "1");
    lab.file("y/a.csv", "2");
    lab.run(&["save", "x/a.csv", "y/a.csv"]).exits(2).says("a.csv");
    assert_eq!(lab.run(&["list", "--json"]).ok().json(), serde_json::json!([]));
}
