//! A Postgres server that goes away, or does not let us do what we want.

use std::collections::BTreeSet;
use std::time::Duration;

use freehold_test_servers::postgres::{Options, PostgresServer, Stop};
use freehold_tests::{Actor, Sandbox, fresh_database};
use serde_json::Value;

/// A secret that must not be seen anywhere.
const PASSWORD: &str = "Open-Sesame-4711";

fn lab_on(server: &PostgresServer, sandbox: &Sandbox) -> Actor {
    let database = server.fresh_database().unwrap();
    Actor::init(sandbox.shell(".lab"), "lab/primary", "./lab-data".to_owned(), Some(database))
}

/// Stops the server and starts it again. After a kill its other processes may hold the data folder for a moment.
#[track_caller]
fn restart(server: &mut PostgresServer, how: Stop) {
    server.stop(how).unwrap();
    for _ in 0..100 {
        if server.start_again().is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    server.start_again().unwrap();
}

/// Every artifact that is listed has the bytes that its row tells of.
#[track_caller]
fn no_row_lies(sandbox: &Sandbox, lab: &Actor) -> BTreeSet<String> {
    let artifacts = lab.all_versions();
    for artifact in &artifacts {
        let path = sandbox.path("lab-data").join(artifact["location"]["key"].as_str().unwrap());
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{error}: {artifact}"));
        assert_eq!(artifact["hash"], blake3::hash(&bytes).to_hex().as_str());
    }
    artifacts.iter().map(|artifact| artifact["key"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_server_that_was_restarted_is_used_again() {
    let mut server = PostgresServer::start(Options { durable: true, ..Options::default() }).unwrap();
    let sandbox = Sandbox::new();
    let lab = lab_on(&server, &sandbox);
    sandbox.file("a.txt", "1");
    let saved = lab.json(&["save", "a.txt"])[0]["uid"].clone();
    for how in [Stop::Politely, Stop::Immediately, Stop::Kill] {
        restart(&mut server, how);
        assert_eq!(lab.json(&["list"])[0]["uid"], saved);
        assert_eq!(lab.get("a.txt"), b"1");
    }
}

#[test]
fn a_server_that_is_away_is_said_to_be_and_nothing_is_lost() {
    let mut server = PostgresServer::start(Options::default()).unwrap();
    let sandbox = Sandbox::new();
    let lab = lab_on(&server, &sandbox);
    sandbox.file("a.txt", "1");
    server.stop(Stop::Politely).unwrap();
    for command in [&["list", "--json"][..], &["save", "a.txt", "--json"]] {
        let error = lab.run(command).exits(1).json();
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("cannot be reached") || message.contains("unavailable"), "{message}");
    }
    server.start_again().unwrap();
    assert_eq!(lab.json(&["list"]), serde_json::json!([]));
    assert_eq!(lab.json(&["save", "a.txt"])[0]["outcome"], "created");
    assert_eq!(lab.get("a.txt"), b"1");
}

#[test]
fn commands_that_a_restart_meets_finish_or_fail_clean() {
    let mut server = PostgresServer::start(Options { durable: true, ..Options::default() }).unwrap();
    let sandbox = Sandbox::new();
    let lab = lab_on(&server, &sandbox);
    let file = |writer: usize, number: usize| format!("w{writer}-{number}.txt");
    for (writer, number) in (0..4).flat_map(|writer| (0..40).map(move |number| (writer, number))) {
        sandbox
            .file(&format!("w{writer}/{}", file(writer, number)), format!("{writer} {number}").repeat(1000));
    }
    let writers: Vec<_> =
        (0..4).map(|writer| lab.start(&["save", &format!("./w{writer}"), "--json"])).collect();
    for how in [Stop::Immediately, Stop::Kill] {
        std::thread::sleep(Duration::from_millis(120));
        restart(&mut server, how);
    }
    let mut certain = BTreeSet::new();
    for answer in writers.into_iter().map(freehold_tests::Running::answer) {
        assert!([0, 1, 5].contains(&answer.status), "{answer:#?}");
        assert!(!answer.stderr.contains("panicked"), "{answer:#?}");
        if let Value::Array(saved) = answer.json() {
            certain.extend(saved.iter().map(|artifact| artifact["key"].as_str().unwrap().to_owned()));
        } else {
            assert!(answer.json()["error"]["message"].is_string(), "{answer:#?}");
        }
    }
    let found = no_row_lies(&sandbox, &lab);
    assert!(certain.is_subset(&found), "what was said to be saved is saved");
    for writer in 0..4 {
        lab.run(&["save", &format!("./w{writer}")]).ok();
    }
    assert_eq!(no_row_lies(&sandbox, &lab).len(), 4 * 40);
    assert_eq!(lab.all_versions().len(), 4 * 40, "nothing was saved twice");
    let blobs = sandbox.contents("lab-data/.lamindb").into_iter().filter(|(path, _)| path.is_file());
    assert_eq!(blobs.count(), 1 + 4 * 40, "the claim, and one blob for each artifact");
}

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let server = PostgresServer::start(Options { passwords: true, ..Options::default() }).unwrap();
    let mut database = server.fresh_database().unwrap();
    let role = database.role(Some("another one")).unwrap();
    let url = database.url_of(&role).replacen(&format!("{role}@"), &format!("{role}:{PASSWORD}@"), 1);
    let sandbox = Sandbox::new();
    let answer =
        sandbox.run(&["-vvv", "init", "--storage", "./lab-data", "--db", &url]).exits(1).says("password");
    assert!(!format!("{}{}", answer.stdout, answer.stderr).contains(PASSWORD), "{answer:#?}");
    sandbox.run(&["info"]).exits(3);
}

#[test]
fn a_right_password_is_never_shown() {
    let server = PostgresServer::start(Options { passwords: true, ..Options::default() }).unwrap();
    let mut database = server.fresh_database().unwrap();
    let role = database.role(Some(PASSWORD)).unwrap();
    database.run(&format!("GRANT CREATE ON DATABASE {} TO {role}", database.name())).unwrap();
    let url = database.url_of(&role).replacen(&format!("{role}@"), &format!("{role}:{PASSWORD}@"), 1);
    let sandbox = Sandbox::new();
    sandbox.file("a.txt", "1");
    for command in [
        &["init", "--storage", "./lab-data", "--owner", "lab", "--name", "primary", "--db", &url][..],
        &["info"],
        &["info", "--json"],
        &["instance", "list"],
        &["save", "a.txt"],
        &["list", "--json"],
        &["connect", &url],
        &["instance", "delete", "--dry-run", "--json"],
        &["instance", "delete", "--dry-run"],
    ] {
        let answer = sandbox.run(&[&["-vvv"], command].concat()).ok();
        assert!(!format!("{}{}", answer.stdout, answer.stderr).contains(PASSWORD), "{answer:#?}");
    }
}

#[test]
fn a_database_that_is_not_there_is_named_and_not_made() {
    let database = fresh_database();
    let missing = format!("{}_missing", database.name());
    let url = database.url().replacen(database.name(), &missing, 1);
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--storage", "./lab-data", "--db", &url]).exits(1).says(&missing).says("createdb");
    sandbox.run(&["connect", &url]).exits(3).says(&missing);
    let made = database.run(&format!("SELECT datname FROM pg_database WHERE datname = '{missing}'")).unwrap();
    assert_eq!(made, Vec::<Option<String>>::new());
    assert!(!sandbox.path("lab-data/.lamindb/storage_uid.txt").exists());
}

#[test]
fn a_role_that_may_make_nothing_uses_what_is_there_and_makes_no_registry() {
    let sandbox = Sandbox::new();
    let mut empty = fresh_database();
    let stranger = empty.role(None).unwrap();
    let url = empty.url_of(&stranger);
    sandbox
        .run(&["init", "--storage", "./refused", "--db", &url])
        .exits(1)
        .says("may not make the schema")
        .says("GRANT CREATE");
    assert!(!sandbox.path("refused/.lamindb/storage_uid.txt").exists());

    let mut database = fresh_database();
    let role = database.role(None).unwrap();
    let (admin, url) = (database.url(), database.url_of(&role));
    sandbox
        .run(&["init", "--storage", "./lab-data", "--owner", "lab", "--name", "primary", "--db", &admin])
        .ok();
    database
        .run(&format!(
            "GRANT USAGE ON SCHEMA freehold TO {role}; \
             GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA freehold TO {role}; \
             GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA freehold TO {role}"
        ))
        .unwrap();
    let colleague = sandbox.shell(".colleague");
    colleague.run(&["connect", &url]).ok();
    sandbox.file("a.txt", "1");
    colleague.run(&["save", "a.txt"]).ok();
    assert_eq!(colleague.run(&["get", "a.txt", "--output", "-"]).ok().stdout, "1");
}

#[test]
fn a_second_instance_in_one_database_is_refused_naming_the_first() {
    let database = fresh_database();
    let (sandbox, url) = (Sandbox::new(), database.url());
    sandbox.run(&["init", "--storage", "./one", "--owner", "lab", "--name", "one", "--db", &url]).ok();
    let before = sandbox.run(&["info", "--json"]).ok().json();
    let other = sandbox.shell(".other");
    let second = other.run(&["init", "--storage", "./two", "--owner", "lab", "--name", "two", "--db", &url]);
    assert!([2, 4].contains(&second.status), "{second:#?}");
    second.says("lab/one");
    assert!(!sandbox.path("two/.lamindb/storage_uid.txt").exists());
    assert_eq!(sandbox.run(&["info", "--json"]).ok().json(), before);
}
