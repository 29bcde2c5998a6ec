//! Several processes share one file.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_sea_orm::SeaOrmDatabases;

use crate::arrange::{Place, add_user, another_user, databases, has_user};

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
            let registry = SeaOrmDatabases::new().create(&url).await.unwrap();
            for number in first..first + USERS {
                add_user(registry.as_ref(), number).await;
            }
            registry.close().await.unwrap();
        }
        ("add-and-hang", number) => {
            let number = number.parse().unwrap();
            let registry = SeaOrmDatabases::new().open(&url, AccessMode::Write).await.unwrap();
            add_user(registry.as_ref(), number).await;
            let mut unit = registry.begin(AccessMode::Write).await.unwrap();
            unit.users().insert_many(&[another_user(number + 1)]).await.unwrap();
            println!("hanging");
            std::future::pending::<()>().await;
        }
        other => panic!("{other:?}"),
    }
}

fn start(place: &Place, task: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "processes::as_another_process", "--nocapture"])
        .env(TASK, task)
        .env(DATABASE, place.url.reveal())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Starts a process that has recorded the user of this number, and another one in a unit that does not end.
fn start_hanging(place: &Place, number: u128) -> Child {
    let mut child = start(place, &format!("add-and-hang {number}"));
    let output = BufReader::new(child.stdout.take().unwrap());
    assert!(output.lines().map_while(Result::ok).any(|line| line.contains("hanging")));
    child
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[tokio::test]
async fn processes_that_create_and_write_at_once_all_succeed() {
    let place = Place::new();
    let children: Vec<Child> =
        (1..=4).map(|number| start(&place, &format!("create-and-add {number}"))).collect();
    for child in children {
        assert!(child.wait_with_output().unwrap().status.success());
    }
    let registry = place.open(AccessMode::Read).await.unwrap();
    for number in (1..=4).flat_map(|number| number * 100..number * 100 + USERS) {
        assert!(has_user(registry.as_ref(), number).await, "{number}");
    }
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_writer_of_another_process_is_a_conflict_until_it_dies() {
    let place = Place::with_registry().await;
    let child = start_hanging(&place, 5);
    let registry = place.open(AccessMode::Write).await.unwrap();
    assert!(has_user(registry.as_ref(), 5).await);
    let begun = registry.begin(AccessMode::Write).await;
    assert!(matches!(begun, Err(PersistenceError::Conflict { .. })), "{begun:?}");
    let destroyed = databases().destroy(&place.url).await;
    assert!(matches!(destroyed, Err(PersistenceError::Conflict { .. })), "{destroyed:?}");
    kill(child);
    add_user(registry.as_ref(), 7).await;
    assert!(!has_user(registry.as_ref(), 6).await, "what was not committed is gone");
    registry.close().await.unwrap();
}

#[tokio::test]
async fn a_reader_disturbs_no_writer_of_another_process_and_leaves_its_files() {
    let place = Place::with_registry().await;
    let child = start_hanging(&place, 5);
    let before = place.files();
    let reader = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 5).await);
    assert!(!has_user(reader.as_ref(), 6).await);
    reader.close().await.unwrap();
    assert_eq!(place.files(), before);
    kill(child);
}

#[tokio::test]
async fn what_a_killed_process_committed_can_be_read_without_a_trace() {
    let place = Place::with_registry().await;
    kill(start_hanging(&place, 5));
    let before = place.files();
    assert_eq!(before.len(), 3, "the process left its log and its shared memory");
    let reader = place.open(AccessMode::Read).await.unwrap();
    assert!(has_user(reader.as_ref(), 5).await);
    assert!(!has_user(reader.as_ref(), 6).await);
    reader.close().await.unwrap();
    assert_eq!(place.files(), before);
}
