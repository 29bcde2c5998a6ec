//! A claim that is damaged anywhere, in any way, gives nobody a right: neither its manager, nor anyone who would like to be.

use freehold_domain::{Access, BlobKey};
use freehold_services::add_storage::{AddOutcome, AddStorage, add_storage};
use freehold_services::save_artifacts::SaveArtifactsError;
use freehold_services::{AccessError, Category, Registry, UseCaseError};

use super::harness::{ANALYSIS, LAB, PURGE, World, add, paths, root, save_path, try_delete, try_save};

/// What befell a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Damage {
    what: String,
    bytes: Vec<u8>,
}

/// Every shorter beginning of a claim.
fn truncations(claim: &[u8]) -> Vec<Damage> {
    let cut =
        |length: usize| Damage { what: format!("cut to {length} bytes"), bytes: claim[..length].to_vec() };
    (0..claim.len()).map(cut).collect()
}

/// Every claim that differs in one bit.
fn flips(claim: &[u8]) -> Vec<Damage> {
    let flip = |bit: usize| {
        let mut bytes = claim.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        Damage { what: format!("bit {} of byte {} flipped", bit % 8, bit / 8), bytes }
    };
    (0..claim.len() * 8).map(flip).collect()
}

/// The lab, whose claim at [`LAB`] is damaged in turn, and the analysis, which would like to have its place.
struct Ground {
    world: World,
    lab: Registry,
    analysis: Registry,
    saved: String,
    claim: Vec<u8>,
}

impl Ground {
    async fn new() -> Self {
        let world = World::new();
        let (lab, analysis) = (world.lab().await, world.analysis().await);
        world.file("/home/ada/a.csv", "1");
        let saved = save_path(&lab, "a.csv").await.artifact.uid.to_string();
        world.file("/home/ada/b.csv", "2");
        let claim = world.machine.stores.content(&root(LAB), &BlobKey::claim()).unwrap().to_vec();
        Self { world, lab, analysis, saved, claim }
    }

    fn damages(&self) -> Vec<Damage> {
        [truncations(&self.claim), flips(&self.claim)].concat()
    }

    fn inflict(&self, damage: &Damage) {
        self.world.machine.stores.tamper(&root(LAB), &BlobKey::claim(), damage.bytes.clone());
    }
}

/// Asks for a place, and says whether it is managed by then.
async fn manages_after_asking(registry: &Registry, at: &str) -> bool {
    let request = AddStorage { root: at.to_owned(), ..AddStorage::default() };
    match add_storage(registry, request).await {
        Ok(added) => {
            added.outcome == AddOutcome::Managed
                || added.storage.access(registry.instance()) == Access::Managed
        }
        Err(error) => {
            assert_eq!(error.category(), Category::Refused, "{error}");
            false
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_damaged_claim_lets_its_manager_write() {
    let ground = Ground::new().await;
    let damages = ground.damages();
    for damage in &damages {
        ground.inflict(damage);
        let before = ground.world.contents(LAB).await;
        let error = try_save(&ground.lab, paths(&["b.csv"])).await.unwrap_err();
        let is_fenced = matches!(
            error,
            SaveArtifactsError::Access(
                AccessError::ClaimDisagrees { .. } | AccessError::ClaimUnreadable { .. }
            )
        );
        assert!(is_fenced, "{}: {error}", damage.what);
        let error = try_delete(&ground.lab, &[&ground.saved], PURGE).await.unwrap_err();
        assert_eq!(error.category(), Category::Refused, "{}: {error}", damage.what);
        assert_eq!(ground.world.contents(LAB).await, before, "{}", damage.what);
    }
    println!("{} damaged claims, none of which let its manager write", damages.len());
    assert_eq!(damages.len(), ground.claim.len() * 9);
}

#[tokio::test(start_paused = true)]
async fn no_damaged_claim_lets_another_instance_in() {
    let ground = Ground::new().await;
    let (above, below) = ("/lab", "/lab/data/deep");
    for damage in ground.damages() {
        ground.inflict(&damage);
        let before = ground.world.contents(LAB).await;
        for at in [LAB, above, below] {
            assert!(!manages_after_asking(&ground.analysis, at).await, "{at}: {}", damage.what);
        }
        assert_eq!(ground.world.contents(LAB).await, before, "{}", damage.what);
        assert_eq!((ground.world.claim(above), ground.world.claim(below)), (None, None), "{}", damage.what);
    }
    assert!(ground.world.claim(ANALYSIS).is_some());
}

#[tokio::test(start_paused = true)]
async fn no_damaged_claim_makes_its_manager_one_again() {
    let damages = Ground::new().await.damages();
    for damage in damages {
        let ground = Ground::new().await;
        ground.inflict(&damage);
        let before = ground.world.contents(LAB).await;
        assert!(!manages_after_asking(&ground.lab, LAB).await, "{}", damage.what);
        assert_eq!(ground.world.contents(LAB).await, before, "{}", damage.what);
    }
}

#[tokio::test(start_paused = true)]
async fn a_claim_that_is_whole_again_gives_its_right_back() {
    let ground = Ground::new().await;
    for damage in ground.damages().iter().step_by(97) {
        ground.inflict(damage);
        assert!(try_save(&ground.lab, paths(&["b.csv"])).await.is_err(), "{}", damage.what);
    }
    ground.inflict(&Damage { what: "none".to_owned(), bytes: ground.claim.clone() });
    assert_eq!(add(&ground.lab, LAB).await.outcome, AddOutcome::Managed);
    save_path(&ground.lab, "b.csv").await;
}
