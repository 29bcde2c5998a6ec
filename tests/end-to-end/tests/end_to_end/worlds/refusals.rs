//! What a cloud refuses is said in words that lead on.

use std::net::TcpListener;

use freehold_tests::{Answer, Cloud, Refusing, Shell, StorageKind, World};
use serde_json::json;

use super::on_both_clouds::on_both_clouds;

on_both_clouds! {
    a_bucket_that_is_missing_is_named_and_not_made,
    an_instance_needs_a_root_that_it_may_write,
    a_refused_connection_is_said_with_the_endpoint,
    plain_http_beyond_this_machine_is_refused_before_anything_is_sent,
}

/// Asks for an instance on a root, and nothing may be left of it when it is refused.
#[track_caller]
fn init(shell: &Shell, root: &str) -> Answer {
    let answer = shell.run(&["init", "--storage", root, "--owner", "lab", "--name", "primary"]);
    assert_ne!(answer.status, 0, "{answer:#?}");
    assert_eq!(shell.json(&["instance", "list"]), json!([]), "{answer:#?}");
    answer
}

fn a_bucket_that_is_missing_is_named_and_not_made(storage: StorageKind) {
    let world = World::of(storage);
    let root = world.cloud().root_in("no-such-bucket", "data");
    init(&world.shell("lab"), &root).exits(3).says("there is no bucket").says("no-such-bucket");
    assert_eq!(world.cloud().keys("no-such-bucket"), Vec::<String>::new());
}

fn an_instance_needs_a_root_that_it_may_write(storage: StorageKind) {
    let world = World::of(storage);
    let shell = world.sandbox().shell(".lab").with_all(world.cloud().reader_environment());
    let answer = init(&shell, &world.root("lab-data"));
    assert!([1, 4].contains(&answer.status), "{answer:#?}");
    answer.says("not written");
    assert_eq!(world.places(""), Vec::<String>::new());
}

fn a_refused_connection_is_said_with_the_endpoint(storage: StorageKind) {
    let world = World::of(storage);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let shell = world.sandbox().shell(".lab").with_all(world.cloud().environment_through(&closed));
    init(&shell, &world.root("lab-data")).exits(1).says(closed.trim_start_matches("http://"));
}

fn plain_http_beyond_this_machine_is_refused_before_anything_is_sent(storage: StorageKind) {
    let world = World::of(storage);
    let root = format!("{}?endpoint_url=http://storage.example.org", world.root("lab-data"));
    init(&world.shell("lab"), &root).exits(2).says("http").says("FREEHOLD_ALLOW_HTTP");
}

#[test]
fn the_region_of_a_bucket_is_found_out_and_recorded() {
    let world = World::of(StorageKind::S3);
    let Some(server) = world.cloud().as_s3() else { panic!("not S3") };
    server.create_bucket_in("far-away", "eu-central-1");
    let lab = world.actor("lab/primary", "lab-data");
    let root = world.cloud().root_in("far-away", "data");
    let added = lab.json(&["storage", "add", &root]);
    assert_eq!((&added["region"], &added["access"]), (&json!("eu-central-1"), &json!("managed")));
}

#[test]
fn a_wrong_region_is_said_with_the_right_one() {
    let world = World::of(StorageKind::S3);
    let Some(server) = world.cloud().as_s3() else { panic!("not S3") };
    server.create_bucket_in("far-away", "eu-central-1");
    let lab = world.actor("lab/primary", "lab-data");
    let root = world.cloud().root_in("far-away", "data");
    let answer = lab.run(&["storage", "add", &root, "--region", "us-west-2"]).exits(1);
    answer.says("us-west-2").says("eu-central-1").says("--region");
    assert_eq!(world.cloud().keys("far-away"), Vec::<String>::new());
}

#[test]
fn a_wrong_secret_is_said_and_not_shown() {
    let world = World::of(StorageKind::S3);
    let shell = world.shell("lab").with("AWS_SECRET_ACCESS_KEY", "Open-Sesame-4711");
    let answer =
        init(&shell, &world.root("lab-data")).exits(1).says("credentials").says("refused").says("secret");
    assert!(!format!("{}{}", answer.stdout, answer.stderr).contains("Open-Sesame"), "{answer:#?}");
}

#[test]
fn an_unknown_key_is_said() {
    let world = World::of(StorageKind::S3);
    let shell = world.shell("lab").with("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNUNKNOWN00");
    init(&shell, &world.root("lab-data")).exits(1).says("credentials").says("refused").says("key");
}

#[test]
fn a_wrong_token_is_said_and_not_shown() {
    let world = World::of(StorageKind::Gs);
    let shell = world
        .shell("lab")
        .without("GOOGLE_APPLICATION_CREDENTIALS")
        .with("GOOGLE_BEARER_TOKEN", "Open-Sesame-4711");
    let answer = init(&shell, &world.root("lab-data")).exits(1).says("credentials").says("refused");
    assert!(!format!("{}{}", answer.stdout, answer.stderr).contains("Open-Sesame"), "{answer:#?}");
}

#[test]
fn a_profile_that_is_not_there_is_named() {
    let world = World::of(StorageKind::S3);
    let shell = world
        .shell("lab")
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .with("AWS_PROFILE", "no-such-profile");
    init(&shell, &world.root("lab-data")).exits(1).says("no-such-profile");
}

#[test]
fn a_wrong_clock_is_said() {
    let world = World::of(StorageKind::S3);
    let refusing = Refusing::with(
        "403 Forbidden",
        "<Error><Code>RequestTimeTooSkewed</Code>\
         <Message>The difference between the request time and the current time is too large.</Message></Error>",
    );
    let shell = world.shell("lab").with_all(world.cloud().environment_through(&refusing.endpoint()));
    init(&shell, &world.root("lab-data")).exits(1).says("clock");
}

#[test]
fn a_store_that_ignores_conditions_is_linked_and_never_managed() {
    let world = World::with_cloud(Cloud::careless(StorageKind::S3));
    let shell = world.shell("lab");
    init(&shell, &world.root("lab-data"));
    world.put("lab-data/a.txt", b"1");
    shell.run(&["init", "--storage", "./local-data", "--owner", "lab"]).ok();
    shell.run(&["storage", "add", &world.root("lab-data")]).ok().says("linked").says("If-None-Match");
    assert_eq!(world.places("lab-data/"), ["lab-data/a.txt"], "no claim, and nothing left of trying");
    shell.run(&["save", &world.root("lab-data/a.txt")]).ok();
    assert_eq!(shell.run(&["get", "a.txt", "--output", "-"]).ok().stdout, "1");
}
