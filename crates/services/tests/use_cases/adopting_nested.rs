//! Places of one manager that is gone, inside one another: at no moment does one lie inside a place of another manager.

use freehold_domain::{Access, BlobKey, Claim, ClaimEpoch, InstanceUid, StorageChange};
use freehold_services::add_storage::AddStorageError;
use freehold_services::adopt_storage::AdoptStorageError;
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{Fault, World, add, assert_error, history, into, link, root, save, try_add, try_save};
use super::life_cycle::adopt;

const OUTER: &str = "/shared";
const MIDDLE: &str = "/shared/data";
const INNER: &str = "/shared/data/deep";
const PLACES: [&str; 3] = [OUTER, MIDDLE, INNER];

/// A lab that is gone, which managed three places inside one another, and an instance that is to have them.
async fn ground(world: &World) -> (Registry, Registry) {
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    for place in PLACES {
        add(&lab, place).await;
    }
    world.file("/home/ada/a.csv", "1");
    (lab, analysis)
}

fn uid(registry: &Registry) -> InstanceUid {
    registry.instance().uid()
}

/// Who manages the three places, by their claims.
fn managers(world: &World) -> [Option<InstanceUid>; 3] {
    PLACES.map(|place| world.claim(place).expect("each keeps a claim").manager())
}

/// Holds that no two managers overlap.
#[track_caller]
fn require_no_overlap(world: &World, what: &str) {
    let mut managers: Vec<InstanceUid> = managers(world).into_iter().flatten().collect();
    managers.dedup();
    assert!(managers.len() <= 1, "{what}: {managers:?}");
}

#[tokio::test]
async fn places_inside_one_that_is_taken_over_go_with_it() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let former = PLACES.map(|place| world.claim(place).unwrap());
    let adopted = adopt(&analysis, OUTER, uid(&lab).as_str()).await.unwrap();
    assert_eq!(managers(&world), [Some(uid(&analysis)); 3]);
    let mut inside: Vec<&str> = adopted.inside.iter().map(|inner| inner.root().as_str()).collect();
    inside.sort_unstable();
    assert_eq!(inside, [MIDDLE, INNER]);
    for (place, former) in PLACES.into_iter().zip(former) {
        let claim = world.claim(place).unwrap();
        assert_eq!((claim.storage_uid(), claim.reason()), (former.storage_uid(), Some("the machine burnt")));
        assert!(claim.epoch() > former.epoch() && claim.slug() == Some("analysis/derived"));
        let kept = BlobKey::retired_claim(former.epoch(), former.manager());
        assert_eq!(world.machine.stores.content(&root(place), &kept).unwrap(), former.to_bytes());
        assert_eq!(history(&world, &analysis, place).await, [StorageChange::Adopted]);
        save(&analysis, into("/home/ada/a.csv", place)).await;
        let error = try_save(&lab, into("/home/ada/a.csv", place)).await.unwrap_err();
        assert_eq!(error.category(), Category::Refused);
    }
    let again = adopt(&analysis, OUTER, uid(&lab).as_str()).await.unwrap();
    assert_eq!((again.storage, again.inside.len()), (adopted.storage, 2));
}

#[tokio::test]
async fn an_inner_place_is_not_taken_over_before_the_outermost_of_the_same_manager() {
    for place in [MIDDLE, INNER] {
        let world = World::new();
        let (lab, analysis) = ground(&world).await;
        let before = PLACES.map(|place| world.claim(place));
        let error = adopt(&analysis, place, uid(&lab).as_str()).await.unwrap_err();
        assert!(matches!(error, AdoptStorageError::OuterFirst { .. }), "{error}");
        assert_error(&error, Category::Refused, place);
        let command = format!("freehold storage adopt {OUTER} --expect-manager {}", uid(&lab));
        assert!(error.hint().unwrap().contains(&command), "{:?}", error.hint());
        assert_eq!(PLACES.map(|place| world.claim(place)), before);
    }
}

#[tokio::test]
async fn a_location_that_was_linked_before_is_managed_and_keeps_its_record() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let linked = link(&analysis, INNER).await.storage;
    let adopted = adopt(&analysis, OUTER, uid(&lab).as_str()).await.unwrap();
    let inner = adopted.inside.iter().find(|inner| *inner.root() == root(INNER)).unwrap();
    assert_eq!((inner.id(), inner.uid()), (linked.id(), linked.uid()));
    assert_eq!(inner.access(analysis.instance()), Access::Managed);
    assert_eq!(history(&world, &analysis, INNER).await, [StorageChange::Linked, StorageChange::Adopted]);
}

#[tokio::test]
async fn two_managers_never_overlap_wherever_the_adoption_is_interrupted() {
    for fault in [Fault::Broken, Fault::AnswerLost] {
        for nth in 1.. {
            let world = World::new();
            let (lab, analysis) = ground(&world).await;
            world.faults.disarm();
            world.faults.strike_nth(nth, fault);
            let first = adopt(&analysis, OUTER, uid(&lab).as_str()).await;
            let Some(struck) = world.faults.disarm() else {
                first.unwrap();
                assert!(nth > 20);
                break;
            };
            let what = format!("{fault:?} at call {nth}, {struck}");
            require_no_overlap(&world, &what);
            for place in PLACES {
                let is_theirs = world.claim(place).unwrap().manager() == Some(uid(&lab));
                let saved = try_save(&lab, into("/home/ada/a.csv", place)).await;
                assert_eq!(saved.is_ok(), is_theirs, "{what}: {place}");
            }
            if let Err(error) = adopt(&analysis, OUTER, uid(&lab).as_str()).await {
                panic!("{what}: the same request again fails: {error}");
            }
            for place in PLACES {
                assert_eq!(world.claim(place).unwrap().manager(), Some(uid(&analysis)), "{what}");
                assert_eq!(
                    history(&world, &analysis, place).await,
                    [StorageChange::Adopted],
                    "{what}: {place}"
                );
                save(&analysis, into("/home/ada/a.csv", place)).await;
            }
        }
    }
}

#[tokio::test]
async fn a_place_that_is_nobodys_in_between_is_refused_to_everybody() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let managers_then = interrupted_before_the_outer_claim(&world, &lab, &analysis).await;
    assert_eq!(managers_then, [Some(uid(&lab)), None, None]);
    let claim = world.claim(INNER).unwrap();
    assert_eq!(claim.vacated_from(), Some(uid(&lab).as_str()));
    assert_eq!(claim.epoch(), Some(ClaimEpoch::FIRST.next()));
    let before = world.contents(INNER).await;
    for registry in [&lab, &analysis] {
        match try_add(registry, INNER).await {
            Ok(outcome) => assert!(format!("{outcome:?}").contains("begun and not finished"), "{outcome:?}"),
            Err(error) => assert!(matches!(error, AddStorageError::Overlaps { .. }), "{error}"),
        }
    }
    let error = try_add(&analysis, "/shared/data/deep/down").await.unwrap_err();
    assert!(matches!(error, AddStorageError::Overlaps { .. }), "{error}");
    assert_eq!(world.contents(INNER).await, before);
    adopt(&analysis, OUTER, uid(&lab).as_str()).await.unwrap();
    assert_eq!(managers(&world), [Some(uid(&analysis)); 3]);
}

/// Interrupts an adoption when the inner claims are nobody's and the outer one is about to be replaced, and says who manages what then.
async fn interrupted_before_the_outer_claim(
    world: &World,
    lab: &Registry,
    analysis: &Registry,
) -> [Option<InstanceUid>; 3] {
    let rehearsal = World::new();
    let (gone, heir) = ground(&rehearsal).await;
    rehearsal.faults.disarm();
    adopt(&heir, OUTER, uid(&gone).as_str()).await.unwrap();
    let calls = rehearsal.faults.calls();
    let mut replacements = (1..).zip(&calls).filter(|(_, call)| call.starts_with("replace .lamindb"));
    let (outer, _) = replacements.nth(2).expect("two claims are vacated first");
    world.faults.disarm();
    world.faults.strike_nth(outer, Fault::Broken);
    adopt(analysis, OUTER, uid(lab).as_str()).await.unwrap_err();
    assert!(world.faults.disarm().is_some());
    managers(world)
}

#[tokio::test]
async fn a_manager_that_lives_after_all_takes_back_what_is_nobodys() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    interrupted_before_the_outer_claim(&world, &lab, &analysis).await;
    let error = adopt(&lab, INNER, "unknown").await.unwrap_err();
    assert!(error.hint().unwrap().contains(&format!("adopt {MIDDLE} --expect-manager unknown")));
    adopt(&lab, MIDDLE, "unknown").await.unwrap();
    assert_eq!(managers(&world), [Some(uid(&lab)); 3]);
    save(&lab, into("/home/ada/a.csv", INNER)).await;
}

#[tokio::test]
async fn of_two_that_take_over_the_same_places_one_gets_all() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let third = World { faults: super::harness::faults::Faults::default(), ..world.clone() };
    let third =
        super::harness::initialised(&third.of_another_user("third").host(), "third/one", "/third").await;
    let gone = uid(&lab);
    let rival = third.clone();
    world.faults.meanwhile("replace .lamindb", async move {
        adopt(&rival, OUTER, gone.as_str()).await.unwrap();
    });
    let error = adopt(&analysis, OUTER, gone.as_str()).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::Changed { .. }), "{error}");
    assert_eq!(managers(&world), [Some(uid(&third)); 3]);
}

#[tokio::test]
async fn a_place_that_somebody_claims_inside_meanwhile_keeps_the_outer_one_with_its_manager() {
    let world = World::new();
    let (lab, analysis) = ground(&world).await;
    let other = world.opened_apart(&lab).await;
    let before = world.claim(OUTER);
    let faults = world.faults.clone();
    world.faults.meanwhile("replace .lamindb", async move {
        faults.meanwhile("replace .lamindb", async move {
            add(&other, "/shared/new").await;
        });
    });
    let error = adopt(&analysis, OUTER, uid(&lab).as_str()).await.unwrap_err();
    assert!(matches!(error, AdoptStorageError::Overlaps { .. }), "{error}");
    assert_eq!(world.claim(OUTER), before);
    require_no_overlap(&world, "put back");
}

#[tokio::test]
async fn a_legacy_claim_that_was_taken_over_is_in_nobodys_way() {
    const LAMINDB: &str = "nUYsCWitlepu\ncreation info:\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf";
    let world = World::new();
    let analysis = world.analysis().await;
    world.machine.stores.tamper(&root(MIDDLE), &BlobKey::legacy_claim(), LAMINDB);
    assert!(matches!(try_add(&analysis, OUTER).await, Err(AddStorageError::Overlaps { .. })));
    adopt(&analysis, MIDDLE, "186kfOVJd0dZ").await.unwrap();
    add(&analysis, OUTER).await;
}

#[tokio::test]
async fn claims_of_lamindb_inside_one_another_are_taken_over_together() {
    let world = World::new();
    let analysis = world.analysis().await;
    for (place, uid, key) in
        [(OUTER, "nUYsCWitlepu", BlobKey::claim()), (INNER, "nUYsCWitlep2", BlobKey::legacy_claim())]
    {
        let text = format!("{uid}\ncreation info:\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf");
        world.machine.stores.tamper(&root(place), &key, text);
    }
    let adopted = adopt(&analysis, OUTER, "186kfOVJd0dZ").await.unwrap();
    assert_eq!(adopted.inside.len(), 1);
    assert_eq!(world.claim(INNER).as_ref().and_then(Claim::manager), Some(uid(&analysis)));
}
