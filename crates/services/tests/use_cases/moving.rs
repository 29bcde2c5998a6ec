//! A registry or a root that was really moved is accepted in one explicit step; a copy never is.

use freehold_domain::{BlobKey, StorageChange};
use freehold_ports::persistence::Databases;
use freehold_services::connect_instance::connect_instance;
use freehold_services::relocate_instance::{RelocateError, relocate_instance};
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{
    ANALYSIS, LAB, World, add, assert_error, database, history, into, root, save, save_path, try_save,
};

const MORE: &str = "/lab/more";
const ELSEWHERE: &str = "sqlite:///elsewhere/books.db";

async fn ground(world: &World) -> Registry {
    let lab = world.lab().await;
    add(&lab, MORE).await;
    world.file("/home/ada/a.csv", "1");
    lab
}

/// Moves everything below a local folder, as `mv` does.
fn move_folder(world: &World, from: &str, to: &str) {
    let keys = world.machine.stores.keys(&root(from));
    for key in keys {
        let bytes = world.machine.stores.content(&root(from), &key).unwrap();
        world.machine.stores.tamper(&root(to), &key, bytes);
        assert!(world.machine.stores.forget(&root(from), &key));
    }
}

#[tokio::test]
async fn a_registry_that_was_moved_writes_after_it_was_said() {
    let world = World::new();
    let lab = ground(&world).await;
    lab.close().await.unwrap();
    assert!(world.machine.databases.copy(lab.database(), &database(ELSEWHERE)));
    assert!(world.machine.databases.destroy(lab.database()).await.unwrap());
    let relocated = relocate_instance(&world.host(), ELSEWHERE).await.unwrap();
    let roots: Vec<&str> = relocated.moved.iter().map(|storage| storage.root().as_str()).collect();
    assert_eq!((roots, relocated.left.len()), (vec![LAB, MORE], 0));
    save_path(&relocated.registry, "a.csv").await;
    save(&relocated.registry, into("a.csv", MORE)).await;
    assert_eq!(
        history(&world, &relocated.registry, MORE).await,
        [StorageChange::Claimed, StorageChange::Moved]
    );
    let again = relocate_instance(&world.host(), ELSEWHERE).await.unwrap();
    assert!(again.moved.is_empty(), "nothing was moved since");
}

#[tokio::test]
async fn a_copied_registry_is_refused_while_the_one_that_the_claims_name_is_there() {
    let world = World::new();
    let lab = ground(&world).await;
    assert!(world.machine.databases.copy(lab.database(), &database(ELSEWHERE)));
    let before = (world.contents(LAB).await, world.contents(MORE).await);
    for is_connected in [false, true] {
        if is_connected {
            connect_instance(&world.host(), ELSEWHERE).await.unwrap();
        }
        let error = relocate_instance(&world.host(), ELSEWHERE).await.unwrap_err();
        assert!(matches!(error, RelocateError::Copied { .. }), "{error}");
        assert_error(&error, Category::Refused, "is a copy");
        assert!(error.hint().unwrap().contains("freehold connect"));
    }
    assert_eq!((world.contents(LAB).await, world.contents(MORE).await), before);
    save_path(&lab, "a.csv").await;
}

#[tokio::test]
async fn a_root_that_was_moved_is_recorded_where_it_lies_with_what_is_inside() {
    let world = World::new();
    let lab = ground(&world).await;
    add(&lab, "/lab/more/inner").await;
    world.machine.stores.tamper(&root("/moved"), &".lamindb/freehold.db".parse().unwrap(), "");
    let moved_database = database("sqlite:///moved/.lamindb/freehold.db");
    lab.close().await.unwrap();
    assert!(world.machine.databases.copy(lab.database(), &moved_database));
    assert!(world.machine.databases.destroy(lab.database()).await.unwrap());
    move_folder(&world, LAB, "/moved");
    let relocated = relocate_instance(&world.host(), "/moved").await.unwrap();
    assert_eq!(relocated.moved.len(), 3);
    save_path(&relocated.registry, "a.csv").await;
    assert_eq!(
        history(&world, &relocated.registry, "/moved").await,
        [StorageChange::Claimed, StorageChange::Moved]
    );
    move_folder(&world, MORE, "/farther");
    let relocated = relocate_instance(&world.host(), "/farther").await.unwrap();
    let mut roots: Vec<&str> = relocated.moved.iter().map(|storage| storage.root().as_str()).collect();
    roots.sort_unstable();
    assert_eq!(roots, ["/farther", "/farther/inner"]);
    save(&relocated.registry, into("a.csv", "/farther/inner")).await;
}

#[tokio::test]
async fn a_root_of_which_two_copies_lie_there_is_refused() {
    let world = World::new();
    let lab = ground(&world).await;
    let claim = world.machine.stores.content(&root(MORE), &BlobKey::claim()).unwrap();
    world.machine.stores.tamper(&root("/copy"), &BlobKey::claim(), claim);
    let error = relocate_instance(&world.host(), "/copy").await.unwrap_err();
    assert!(matches!(error, RelocateError::TwoPlaces { .. }), "{error}");
    assert_error(&error, Category::Refused, MORE);
    save(&world.reopened(&lab).await, into("a.csv", MORE)).await;
}

#[tokio::test]
async fn a_root_that_was_moved_into_a_location_of_another_is_refused() {
    let world = World::new();
    let (lab, _analysis) = (ground(&world).await, world.analysis().await);
    move_folder(&world, MORE, "/analysis/data/inner");
    let error = relocate_instance(&world.host(), "/analysis/data/inner").await.unwrap_err();
    assert!(matches!(error, RelocateError::Overlaps { .. }), "{error}");
    assert_error(&error, Category::Refused, ANALYSIS);
    assert!(try_save(&world.reopened(&lab).await, into("a.csv", MORE)).await.is_err());
}

#[tokio::test]
async fn a_place_that_is_not_ours_is_no_place_that_was_moved() {
    let world = World::new();
    let (lab, analysis) = (ground(&world).await, world.analysis().await);
    assert!(world.machine.databases.copy(lab.database(), &database("sqlite:///theirs/.lamindb/freehold.db")));
    let theirs = world.machine.stores.content(&root(ANALYSIS), &BlobKey::claim()).unwrap();
    world.machine.stores.tamper(&root("/theirs"), &".lamindb/freehold.db".parse().unwrap(), "");
    world.machine.stores.tamper(&root("/theirs"), &BlobKey::claim(), theirs);
    let error = relocate_instance(&world.host(), "/theirs").await.unwrap_err();
    assert!(matches!(error, RelocateError::NotOurs { .. }), "{error}");
    assert_error(&error, Category::Refused, analysis.instance().uid().as_str());
}
