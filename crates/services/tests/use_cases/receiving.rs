//! A location that was handed over to an instance which the giver knew by its id alone.

use freehold_domain::{Access, ClaimEpoch};
use freehold_services::hand_over_storage::hand_over_storage;
use freehold_services::receive_storage::receive_storage;

use super::harness::{World, add, into, save};

const SHARED: &str = "/shared/data";

#[tokio::test]
async fn a_receiver_writes_its_own_name_where_the_giver_could_not() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    let handed = hand_over_storage(&lab, SHARED, &analysis.instance().id().to_string()).await.unwrap();
    let uid = analysis.instance().uid();
    assert_eq!(handed.slug, uid.to_string(), "nobody told the giver the name");
    add(&analysis, SHARED).await;
    let claim = world.claim(SHARED).unwrap();
    assert_eq!(claim.slug(), Some("analysis/derived"));
    assert!(claim.is_held_by(handed.storage.uid(), uid, ClaimEpoch::FIRST.next()));
    world.file("/home/ada/a.csv", "1");
    save(&analysis, into("/home/ada/a.csv", SHARED)).await;
}

#[tokio::test]
async fn a_claim_that_its_manager_settled_under_another_name_is_corrected() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, SHARED).await;
    let claim = world.claim(SHARED).unwrap();
    let misnamed = claim.clone().with_slug(lab.instance().uid().as_str()).unwrap();
    world.machine.stores.tamper(
        &super::harness::root(SHARED),
        &freehold_domain::BlobKey::claim(),
        misnamed.to_bytes(),
    );
    add(&lab, SHARED).await;
    assert_eq!(world.claim(SHARED), Some(claim));
}

#[tokio::test]
async fn what_waits_for_its_receiver_is_received_and_nothing_else() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    assert_eq!(receive_storage(&analysis, SHARED).await.unwrap(), None, "it is another's");
    assert_eq!(receive_storage(&lab, SHARED).await.unwrap(), None, "nobody handed it over");
    assert_eq!(receive_storage(&lab, "lab/primary").await.unwrap(), None, "that is no root");
    hand_over_storage(&lab, SHARED, &analysis.instance().id().to_string()).await.unwrap();
    assert_eq!(receive_storage(&lab, SHARED).await.unwrap(), None, "it was given away");
    let received = receive_storage(&analysis, SHARED).await.unwrap().unwrap();
    assert_eq!(received.storage.access(analysis.instance()), Access::Managed);
    assert_eq!(receive_storage(&analysis, SHARED).await.unwrap(), None, "it is here already");
    world.file("/home/ada/a.csv", "1");
    save(&analysis, into("/home/ada/a.csv", SHARED)).await;
}
