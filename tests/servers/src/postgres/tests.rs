//! A server does what tests ask of it.
#![allow(clippy::unwrap_used)]

use super::{Options, PostgresServer, Stop};

#[test]
fn what_was_committed_survives_every_stop_and_the_port_stays() {
    let mut server = PostgresServer::start(Options { durable: true, ..Options::default() }).unwrap();
    let port = server.port();
    server.run("CREATE TABLE kept (how text)").unwrap();
    for how in [Stop::Politely, Stop::Immediately, Stop::Kill] {
        server.run(&format!("INSERT INTO kept VALUES ('{how:?}')")).unwrap();
        server.stop(how).unwrap();
        assert!(server.run("SELECT 1").is_err());
        server.start_again().unwrap();
    }
    let kept = server.run("SELECT how FROM kept").unwrap();
    assert_eq!(kept, ["Politely", "Immediately", "Kill"].map(|how| Some(how.to_owned())));
    assert_eq!(server.port(), port);
}

#[test]
fn a_fresh_database_is_dropped_with_its_roles() {
    let server = PostgresServer::of_test_run().unwrap();
    let mut database = server.fresh_database().unwrap();
    let role = database.role(None).unwrap();
    let count = format!(
        "SELECT (SELECT count(*) FROM pg_database WHERE datname = '{}') + (SELECT count(*) FROM pg_roles WHERE rolname = '{role}')",
        database.name()
    );
    assert_eq!(server.run(&count).unwrap(), [Some("2".to_owned())]);
    drop(database);
    assert_eq!(server.run(&count).unwrap(), [Some("0".to_owned())]);
}

#[test]
fn what_the_server_refuses_is_said_with_its_state() {
    let refused = PostgresServer::of_test_run().unwrap().run("SELECT * FROM nothing").unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the Postgres server refused: relation \"nothing\" does not exist (42P01)"
    );
}
