//! The shapes of `--json`: one document on standard output, with the field names of the vocabulary.

use freehold_tests::{Lab, Sandbox, StorageKind, World};

#[track_caller]
fn has_fields(value: &serde_json::Value, fields: &[&str]) {
    for field in fields {
        assert!(value.get(field).is_some(), "no {field} in {value}");
    }
}

#[test]
fn init_and_info_have_the_documented_shape() {
    let lab = Lab::new();
    has_fields(
        &lab.run(&["info", "--json"]).ok().json(),
        &["id", "uid", "slug", "default_storage", "database", "user"],
    );
}

#[test]
fn saved_and_listed_artifacts_have_the_documented_shape() {
    const FIELDS: [&str; 17] = [
        "uid",
        "key",
        "description",
        "suffix",
        "size",
        "hash",
        "hash_algorithm",
        "storage",
        "location",
        "version",
        "is_latest",
        "state",
        "created_at",
        "created_by",
        "run",
        "updated_at",
        "previous_runs",
    ];
    let lab = Lab::new();
    let saved = lab.save("a.csv", "1");
    has_fields(&saved, &FIELDS);
    has_fields(&saved, &["outcome", "duplicate_of"]);
    has_fields(&lab.run(&["list", "--json"]).ok().json()[0], &FIELDS);
}

#[test]
fn listed_locations_have_the_documented_shape() {
    let listed = Lab::new().run(&["storage", "list", "--json"]).ok().json();
    has_fields(
        &listed[0],
        &[
            "id",
            "uid",
            "root",
            "description",
            "type",
            "region",
            "instance_uid",
            "created_at",
            "created_by",
            "run",
            "updated_at",
            "previous_runs",
            "access",
            "is_default",
        ],
    );
    assert_eq!(
        (&listed[0]["access"], &listed[0]["is_default"], &listed[0]["type"]),
        (&"managed".into(), &true.into(), &"local".into())
    );
}

#[test]
fn what_tells_of_ownership_has_the_documented_shape() {
    let lab = Lab::with_analysis();
    lab.run(&["storage", "add", "./second"]).ok();
    let json = |arguments: &[&str]| lab.run(&[arguments, &["--json"]].concat()).ok().json();
    let shown = json(&["storage", "show", "./second"]);
    has_fields(&shown, &["uid", "usage", "claim", "capabilities", "history", "linkers"]);
    has_fields(
        &shown["claim"],
        &["state", "storage_uid", "instance_uid", "slug", "epoch", "database", "written_by"],
    );
    has_fields(&shown["history"][0], &["change", "epoch", "other", "reason", "at", "by", "run"]);
    let checked = json(&["storage", "check", "./second"]);
    has_fields(&checked, &["has_problems", "locations"]);
    has_fields(
        &checked["locations"][0],
        &["uid", "access", "findings", "probed", "former_claims", "linkers"],
    );
    has_fields(
        &json(&["storage", "explain", "./second/a.csv"]),
        &[
            "path",
            "may_write",
            "rule",
            "because",
            "location",
            "key",
            "claim",
            "around",
            "artifacts",
            "credentials",
        ],
    );
    let handed = json(&["storage", "hand-over", "./second", "--to", "analysis/derived", "--yes"]);
    has_fields(&handed, &["uid", "access", "receiver", "linkers"]);
    let uid = handed["receiver"]["uid"].as_str().unwrap();
    let adopt = ["storage", "adopt", "./second", "--reason", "gone", "--expect-manager", uid];
    has_fields(&json(&adopt), &["uid", "access", "former_manager", "former_claim"]);
    has_fields(&json(&["storage", "release", "./second", "--yes"]), &["uid", "access", "linkers"]);
    has_fields(&json(&["connect", "./lab-data", "--moved"]), &["id", "uid", "slug", "moved", "left"]);
}

#[test]
fn what_only_clouds_have_has_the_documented_shape() {
    let world = World::of(StorageKind::S3);
    let lab = world.actor("lab/primary", "lab-data");
    world.file("a.txt", "1");
    lab.run(&["save", "a.txt"]).ok();
    let storage = lab.json(&["storage", "default"]);
    assert_eq!((&storage["type"], &storage["region"]), (&"s3".into(), &"us-east-1".into()));
    has_fields(&lab.json(&["storage", "uploads", lab.root()]), &["storage", "root", "uploads"]);
    has_fields(&lab.json(&["path", "a.txt"]), &["uid", "key", "path"]);
    has_fields(&lab.json(&["path", "a.txt", "--cached"]), &["uid", "key", "path"]);
    has_fields(&lab.json(&["path", "a.txt", "--presign", "1h"]), &["uid", "key", "url"]);
    has_fields(&lab.json(&["cache", "info"]), &["folder", "contents", "bytes", "limit"]);
    has_fields(&lab.json(&["cache", "clear"]), &["contents", "bytes"]);
}

#[test]
fn an_error_is_one_document_on_standard_output() {
    let answer = Sandbox::new().run(&["info", "--json"]).exits(3);
    let error = &answer.json()["error"];
    assert_eq!(error["kind"], "not_found");
    has_fields(error, &["kind", "message", "hint"]);
}

#[test]
fn wrong_usage_exits_2() {
    let sandbox = Sandbox::new();
    sandbox.run(&["no-such-command"]).exits(2);
    sandbox.run(&["save"]).exits(2);
    assert_eq!(sandbox.run(&["save", "--json"]).exits(2).json()["error"]["kind"], "usage");
}

#[test]
fn every_command_has_help_with_an_example() {
    let sandbox = Sandbox::new();
    for command in [
        "init",
        "info",
        "connect",
        "instance list",
        "instance delete",
        "storage add",
        "storage list",
        "storage show",
        "storage default",
        "storage update",
        "storage remove",
        "storage release",
        "storage hand-over",
        "storage adopt",
        "storage check",
        "storage explain",
        "storage uploads",
        "save",
        "list",
        "show",
        "get",
        "path",
        "update",
        "delete",
        "restore",
        "run start",
        "run finish",
        "run list",
        "run show",
        "run exec",
        "transfer",
        "user show",
        "user set",
        "cache info",
        "cache clear",
        "completions",
    ] {
        let mut arguments: Vec<&str> = command.split(' ').collect();
        arguments.push("--help");
        sandbox.run(&arguments).ok().says("freehold ").says("xample");
    }
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "zsh", "fish"] {
        Sandbox::new().run(&["completions", shell]).ok().says("freehold");
    }
}

#[test]
fn without_a_terminal_there_is_no_colour_and_no_progress_bar() {
    let lab = Lab::new();
    lab.file("folder/a.txt", "1");
    let answer = lab.run(&["save", "folder"]).ok();
    assert!(!format!("{}{}", answer.stdout, answer.stderr).contains('\u{1b}'), "{answer:#?}");
}
