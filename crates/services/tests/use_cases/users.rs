//! The user: a profile on first use, and the same person in every instance.

use freehold_domain::UserUid;
use freehold_ports::persistence::AccessMode;
use freehold_services::Registry;
use freehold_services::users::{UserChanges, record_user, set_user};

use super::harness::{World, records, save_path};

async fn recorded(world: &World, registry: &Registry, uid: UserUid) -> Option<freehold_domain::User> {
    let mut unit = records(world, registry).await.unwrap().begin(AccessMode::Read).await.unwrap();
    unit.users().find_many(&[uid]).await.unwrap().pop()
}

fn called(handle: &str) -> UserChanges {
    UserChanges { handle: Some(handle.parse().unwrap()), name: Some("Ada Lovelace".to_owned()) }
}

#[tokio::test]
async fn a_profile_is_made_once_with_the_name_of_the_operating_system() {
    let world = World::new();
    let first = world.host().profile().await.unwrap();
    assert_eq!((first.handle.as_str(), &first.name), ("ada", &None));
    assert_eq!(world.host().profile().await.unwrap(), first);
}

#[tokio::test]
async fn a_changed_profile_keeps_its_uid_and_reaches_the_instances_that_know_it() {
    let world = World::new();
    let lab = world.lab().await;
    let user = set_user(&world.host(), called("countess")).await.unwrap();
    assert_eq!((user.uid, user.handle.as_str()), (lab.user().uid, "countess"));
    record_user(&lab, &user).await.unwrap();
    assert_eq!(recorded(&world, &lab, user.uid).await, Some(user.clone()));
    let unnamed =
        set_user(&world.host(), UserChanges { handle: None, name: Some(String::new()) }).await.unwrap();
    assert_eq!((unnamed.name, unnamed.handle), (None, user.handle));
}

#[tokio::test]
async fn an_instance_that_is_worked_on_later_learns_of_the_changed_profile() {
    let world = World::new();
    let lab = world.lab().await;
    let user = set_user(&world.host(), called("countess")).await.unwrap();
    world.file("/home/ada/a.csv", "1");
    save_path(&world.reopened(&lab).await, "a.csv").await;
    assert_eq!(recorded(&world, &lab, user.uid).await, Some(user));
}

#[tokio::test]
async fn a_user_is_not_recorded_where_nothing_was_done() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    let grace = analysis.user();
    record_user(&lab, grace).await.unwrap();
    assert_eq!(recorded(&world, &lab, grace.uid).await, None);
    assert_ne!(grace.uid, lab.user().uid);
}
