//! A session lives as long as its process and its server, and no longer.

use std::time::Duration;

use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::system::{Liveness, LivenessError};
use freehold_sea_orm::PostgresLiveness;
use freehold_test_servers::postgres::{Options, PostgresServer, Stop};
use tokio::runtime::Runtime;

use crate::arrange::Place;
use crate::processes::{hanging_process, kill};

fn session(number: u128) -> SessionUid {
    SessionUid::from_entropy(number)
}

async fn is_alive(url: &DatabaseUrl, number: u128) -> bool {
    PostgresLiveness.is_alive(url, session(number)).await.unwrap()
}

/// Waits until a session is alive, or is not.
async fn wait_until_alive(url: &DatabaseUrl, number: u128, expected: bool) {
    while is_alive(url, number).await != expected {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_session_of_another_process_ends_with_that_process() {
    let place = Place::new();
    let child = hanging_process(&place.url, "live 1");
    assert!(is_alive(&place.url, 1).await);
    let taken = PostgresLiveness.begin(&place.url, session(1)).await;
    assert!(matches!(taken, Err(LivenessError::Taken { .. })), "{taken:?}");
    kill(child);
    wait_until_alive(&place.url, 1, false).await;
}

#[tokio::test]
async fn a_role_without_any_rights_sees_whether_the_session_of_another_role_is_alive() {
    let mut place = Place::new();
    let url = place.database.role(None).map(|role| place.url_of(&role)).unwrap();
    let life = PostgresLiveness.begin(&place.url, session(1)).await.unwrap();
    assert!(is_alive(&url, 1).await);
    assert!(!is_alive(&url, 2).await);
    drop(life);
    wait_until_alive(&url, 1, false).await;
}

#[tokio::test]
async fn sessions_of_one_name_in_two_databases_have_nothing_to_do_with_one_another() {
    let (here, there) = (Place::new(), Place::new());
    let _life = PostgresLiveness.begin(&here.url, session(1)).await.unwrap();
    assert!(!is_alive(&there.url, 1).await);
    PostgresLiveness.begin(&there.url, session(1)).await.unwrap();
}

#[tokio::test]
async fn a_lock_that_was_lost_with_its_connection_is_taken_again() {
    let mut server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::on(&server);
    let life = PostgresLiveness.begin(&place.url, session(1)).await.unwrap();
    server.restart(Stop::Immediately).unwrap();
    wait_until_alive(&place.url, 1, true).await;
    place.end_sessions();
    wait_until_alive(&place.url, 1, true).await;
    drop(life);
    assert!(!is_alive(&place.url, 1).await);
}

#[tokio::test]
async fn a_session_can_end_while_the_server_is_away() {
    let mut server = PostgresServer::start(Options::default()).unwrap();
    let place = Place::on(&server);
    let life = PostgresLiveness.begin(&place.url, session(1)).await.unwrap();
    server.stop(Stop::Immediately).unwrap();
    let asked = PostgresLiveness.is_alive(&place.url, session(1)).await;
    assert!(matches!(asked, Err(LivenessError::Lock { .. })), "{asked:?}");
    drop(life);
    server.start_again().unwrap();
    assert!(!is_alive(&place.url, 1).await);
}

#[test]
fn a_session_ends_with_its_runtime() {
    let place = Place::new();
    let runtime = Runtime::new().unwrap();
    let life = runtime.block_on(PostgresLiveness.begin(&place.url, session(1))).unwrap();
    drop(runtime);
    Runtime::new().unwrap().block_on(wait_until_alive(&place.url, 1, false));
    drop(life);
}

#[tokio::test]
async fn the_sessions_of_a_file_are_somebody_elses() {
    let url = "sqlite:///data/books.db".parse().unwrap();
    let begun = PostgresLiveness.begin(&url, session(1)).await;
    assert!(matches!(begun, Err(LivenessError::Lock { .. })), "{begun:?}");
}
