//! What is checked and explained of locations, and who says that they link them.

use freehold_domain::{BlobKey, Capabilities, ClaimDisagreement, LinkReceipt, StorageChange};
use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::check_storage::{Finding, Severity, StorageCheck, check_storage};
use freehold_services::explain_path::{Rule, explain_path};
use freehold_services::plan_deletion::plan_deletion;
use freehold_services::release_storage::release_storage;
use freehold_services::remove_storage::remove_storage;
use freehold_services::show_storage::show_storage;
use freehold_services::{Category, Registry, UseCaseError};

use super::harness::{LAB, World, add, history, link, root, save_path};

const SHARED: &str = "/shared/data";

async fn announce(registry: &Registry, at: &str) {
    let request = AddStorage { root: at.to_owned(), link: true, announce: true, ..AddStorage::default() };
    assert!(add_storage(registry, request).await.unwrap().announced);
}

async fn findings(registry: &Registry, at: &str) -> Vec<Finding> {
    let StorageCheck { mut locations } = check_storage(registry, Some(at)).await.unwrap();
    locations.remove(0).findings
}

#[tokio::test]
async fn a_location_that_is_as_recorded_has_no_problems() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    add(&lab, "/shared/data/own").await;
    link(&analysis, SHARED).await;
    for registry in [&lab, &analysis] {
        let checked = check_storage(registry, None).await.unwrap();
        assert!(!checked.has_problems(), "{checked:?}");
    }
    let checked = check_storage(&lab, Some(SHARED)).await.unwrap();
    assert_eq!(checked.locations.len(), 1);
    assert!(checked.locations[0].probed.unwrap().can_be_managed());
    let unknown = check_storage(&lab, Some("/nowhere")).await.unwrap_err();
    assert_eq!(unknown.category(), Category::NotFound);
}

#[tokio::test]
async fn a_claim_that_is_gone_or_damaged_or_of_another_epoch_is_a_problem_with_a_remedy() {
    let world = World::new();
    let lab = world.lab().await;
    let claim = world.claim(LAB).unwrap();
    let later = claim.clone().with_epoch(claim.epoch().unwrap().next()).unwrap();
    world.machine.stores.tamper(&root(LAB), &BlobKey::claim(), later.to_bytes());
    let found = findings(&lab, LAB).await;
    assert!(matches!(
        found[..],
        [Finding::ClaimDisagrees { disagreement: ClaimDisagreement::Epoch { .. }, .. }]
    ));
    assert!(found[0].remedy(&root(LAB)).unwrap().contains("freehold storage add"));
    world.machine.stores.tamper(&root(LAB), &BlobKey::claim(), "garbage");
    assert!(matches!(findings(&lab, LAB).await[..], [Finding::ClaimUnreadable { .. }]));
    world.remove_claim(LAB);
    assert_eq!(findings(&lab, LAB).await, [Finding::ClaimMissing]);
    assert!(check_storage(&lab, None).await.unwrap().has_problems());
    world.machine.stores.set_unreachable(&root(LAB), true);
    let found = findings(&lab, LAB).await;
    assert_eq!(found[0].severity(), Severity::Warning, "{found:?}");
}

#[tokio::test]
async fn a_location_that_another_took_over_is_recorded_as_lost_by_a_check() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    super::life_cycle::adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap();
    assert!(matches!(findings(&lab, SHARED).await[..], [Finding::ClaimDisagrees { .. }]));
    assert_eq!(history(&world, &lab, SHARED).await, [StorageChange::Claimed, StorageChange::Lost]);
    assert_eq!(findings(&lab, SHARED).await, []);
    let checked = check_storage(&analysis, Some(SHARED)).await.unwrap();
    let retired = &checked.locations[0].retired;
    assert_eq!(retired.len(), 1);
    assert_eq!(retired[0].claim.as_ref().unwrap().manager(), Some(lab.instance().uid()));
}

#[tokio::test]
async fn a_backend_that_no_longer_honours_conditions_is_a_problem() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, SHARED).await;
    let capabilities = Capabilities {
        create_if_absent: false,
        compare_and_swap: true,
        list_after_write: true,
        case_sensitive: true,
    };
    world.machine.stores.set_capabilities(&root(SHARED), capabilities);
    assert_eq!(findings(&lab, SHARED).await, [Finding::Unmanageable { probed: capabilities }]);
}

#[tokio::test]
async fn a_receipt_tells_the_manager_who_links_and_is_the_only_thing_written() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    let before = world.keys(SHARED);
    announce(&analysis, SHARED).await;
    let receipt = BlobKey::link_receipt(analysis.instance().uid());
    let mut expected = before.clone();
    expected.push(receipt.to_string());
    expected.sort();
    assert_eq!(world.keys(SHARED), expected);
    let linkers = show_storage(&lab, SHARED).await.unwrap().linkers.unwrap();
    assert_eq!(linkers.receipts.iter().map(LinkReceipt::slug).collect::<Vec<_>>(), ["analysis/derived"]);
    let plan = plan_deletion(&lab).await.unwrap();
    assert!(!plan.has_data(), "a receipt is no data");
    assert_eq!(plan.locations[1].linkers.as_ref(), Some(&linkers));
    remove_storage(&analysis, SHARED).await.unwrap();
    assert_eq!(world.keys(SHARED), before);
}

#[tokio::test]
async fn a_forged_receipt_is_counted_and_changes_nothing() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    announce(&analysis, SHARED).await;
    let forged = LinkReceipt::new("x/y", uuid::Uuid::from_u128(7)).to_bytes();
    for (key, bytes) in [(".lamindb/links/000000000000", forged), (".lamindb/links/x", vec![b'x'; 10_000])] {
        world.machine.stores.tamper(&root(SHARED), &key.parse().unwrap(), bytes);
    }
    let released = release_storage(&lab, SHARED).await.unwrap();
    let linkers = released.linkers.unwrap();
    assert_eq!((linkers.receipts.len(), linkers.unreadable, linkers.is_cut), (1, 2, false));
}

#[tokio::test]
async fn a_path_belongs_to_the_location_with_the_longest_root() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, "/shared").await;
    add(&lab, SHARED).await;
    world.file("/shared/data/a.csv", "1");
    let saved = save_path(&lab, "/shared/data/a.csv").await.artifact;
    let explained = explain_path(&lab, "/shared/data/../data/a.csv").await.unwrap();
    assert_eq!(explained.location.unwrap().storage.root(), &root(SHARED));
    assert_eq!((explained.around, explained.rule), (vec![root("/shared")], Rule::Managed));
    assert_eq!(explained.artifacts.iter().map(|artifact| artifact.uid).collect::<Vec<_>>(), [saved.uid]);
    link(&analysis, SHARED).await;
    assert_eq!(explain_path(&analysis, "/shared/data/a.csv").await.unwrap().rule, Rule::Linked);
    assert_eq!(explain_path(&analysis, "/shared/b.csv").await.unwrap().rule, Rule::Outside);
    world.remove_claim(SHARED);
    let denied = explain_path(&lab, "/shared/data/a.csv").await.unwrap().rule;
    assert!(matches!(denied, Rule::Denied { .. }) && !denied.may_write());
}

#[tokio::test]
async fn the_history_of_a_location_is_shown_with_who_was_part_of_it() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    add(&lab, SHARED).await;
    super::life_cycle::adopt(&analysis, SHARED, lab.instance().uid().as_str()).await.unwrap();
    let events = show_storage(&analysis, SHARED).await.unwrap().history;
    let [event] = &events[..] else { panic!("{events:?}") };
    assert_eq!((event.change, event.other), (StorageChange::Adopted, Some(lab.instance().uid())));
    assert_eq!(event.reason.as_deref(), Some("the machine burnt"));
}

#[tokio::test]
async fn an_explanation_says_whose_credentials_reach_a_location() {
    const BUCKET: &str = "s3://lab-bucket";
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, BUCKET).await;
    assert_eq!(explain_path(&lab, "/lab/data/a.csv").await.unwrap().credentials, None);
    let reached = explain_path(&lab, "s3://lab-bucket/a.csv").await.unwrap().credentials;
    assert_eq!(reached.as_deref(), Some("whoever runs this process"));
    world.machine.stores.set_anonymous(&root(BUCKET), true);
    let anonymous = explain_path(&lab, "s3://lab-bucket/a.csv").await.unwrap().credentials;
    assert_eq!(anonymous.as_deref(), Some("anonymous"));
    assert_eq!(explain_path(&lab, "s3://elsewhere/a.csv").await.unwrap().credentials, None);
}
