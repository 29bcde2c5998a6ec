//! Several processes share one database.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_ports::system::Liveness;
use freehold_sea_orm::PostgresLiveness;

use crate::arrange::{Place, add_user, another_user, databases, has_user, impatient};

const TASK: &str = "FREEHOLD_TEST_TASK";
const DATABASE: &str = "FREEHOLD_TEST_DATABASE";

/// How many users each process records.
const USERS: u128 = 10;

/// What other processes do: this program itself, started again with a task. Without one it is an empty test.
#[tokio::test]
async fn as_another_process() {
    let Ok(task) = std::env::var(TASK) else { return };
    let url = std::env::var(DATABASE).unwrap().parse().unwrap();
    match task.split_once(' ').unwrap() {
        ("create-and-add", number) => {
            let first = number.parse::<u128>().unwrap() * 100;
            let registry = databases().create(&url).await.unwrap();
            for number in first..first + USERS {
                add_user(registry.as_ref(), number).await;
            }
            registry.close().await.unwrap();
        }
        ("add-and-hang", number) => {
            let number = number.parse().unwrap();
            let registry = databases().open(&url, AccessMode::Write).await.unwrap();
            add_user(registry.as_ref(), number).await;
            let mut unit = registry.begin(AccessMode::Write).await.unwrap();
            unit.users().insert_many(&[another_user(number + 1)]).await.unwrap();
            hang().await;
        }
        ("live", number) => {
            let session = SessionUid::from_entropy(number.parse().unwrap());
            let _life = PostgresLiveness.begin(&url, session).await.unwrap();
            hang().await;
        }
        other => panic!("{other:?}"),
    }
}

async fn hang() {
    println!("hanging");
    std::future::pending::<()>().await;
}

/// This program with a task, and with these variables.
pub(crate) fn process(url: &DatabaseUrl, task: &str, variables: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::as_another_process", "--nocapture"])
        .env(TASK, task)
        .env(DATABASE, url.reveal())
        .envs(variables.iter().copied())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The same, once it has come so far that it hangs.
pub(crate) fn hanging_process(url: &DatabaseUrl, task: &str) -> Child {
    let mut child = process(url, task, &[]);
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(output.lines().map_while(Result::ok).any(|line| line.contains("hanging")));
    child
}

pub(crate) fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn eight_processes_that_create_and_write_at_once_all_succeed() {
    let place = Place::new();
    let children: Vec<Child> =
        (1..=8).map(|number| process(&place.url, &format!("create-and-add {number}"), &[])).collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let registry = place.open(AccessMode::Read).await.unwrap();
    for number in (1..=8).flat_map(|number| number * 100..number * 100 + USERS) {
        assert!(has_user(registry.as_ref(), number).await, "{number}");
    }
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_writer_of_another_process_is_a_conflict_until_it_dies() {
    let place = Place::with_registry().await;
    let child = hanging_process(&place.url, "add-and-hang 5");
    let registry = impatient().open(&place.url, AccessMode::Write).await.unwrap();
    assert!(has_user(registry.as_ref(), 5).await, "a reader waits for nobody");
    let begun = registry.begin(AccessMode::Write).await;
    assert!(matches!(begun, Err(PersistenceError::Conflict { .. })), "{begun:?}");
    let destroyed = databases().destroy(&place.url).await;
    assert!(matches!(destroyed, Err(PersistenceError::Conflict { .. })), "{destroyed:?}");
    kill(child);
    registry.close().await.unwrap();
    let registry = place.open(AccessMode::Write).await.unwrap();
    add_user(registry.as_ref(), 7).await;
    assert!(!has_user(registry.as_ref(), 6).await, "what was not committed is gone");
    registry.close().await.unwrap();
}
