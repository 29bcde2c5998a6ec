//! Every beginning of a claim, and every claim that differs in one bit, on a real disk: none lets anybody write.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;

use freehold::{AddOutcome, AddStorage, Category, Freehold, Machine, SaveArtifacts, UseCaseError};
use freehold_tests::Lab;

/// Another instance asks for the place at one damage out of so many.
const OTHERS: usize = 25;

/// Every shorter beginning of a claim, and every claim that differs in one bit.
fn damages(claim: &[u8]) -> Vec<Vec<u8>> {
    let cut = (0..claim.len()).map(|length| claim[..length].to_vec());
    let flipped = (0..claim.len() * 8).map(|bit| {
        let mut bytes = claim.to_vec();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    cut.chain(flipped).collect()
}

fn names(folder: &Path) -> BTreeSet<OsString> {
    let own = |name: &OsString| !name.to_string_lossy().starts_with("freehold.db");
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).filter(own).collect()
}

async fn open(lab: &Lab, slug: &str) -> Freehold {
    let machine = Machine::builder().config_dir(lab.path("settings")).build().unwrap();
    machine.open(Some(slug)).await.unwrap()
}

#[tokio::test]
async fn no_damaged_claim_on_a_disk_lets_anybody_write() {
    let lab = Lab::with_analysis();
    let file = lab.file("a.csv", "1").display().to_string();
    let (root, folder) = (lab.path("lab-data").display().to_string(), lab.path("lab-data/.lamindb"));
    let claim = folder.join("storage_uid.txt");
    let (whole, before) = (fs::read(&claim).unwrap(), names(&folder));
    let (manager, other) = (open(&lab, "lab/primary").await, open(&lab, "analysis/derived").await);
    let save = || SaveArtifacts { paths: vec![file.clone()], ..SaveArtifacts::default() };
    let damages = damages(&whole);
    let mut refused = 0;
    for (number, damaged) in damages.iter().enumerate() {
        fs::write(&claim, damaged).unwrap();
        let error = manager.save(save()).await.unwrap_err();
        assert_eq!(error.category(), Category::Refused, "{error}: {damaged:?}");
        if number % OTHERS == 0 {
            let request = AddStorage { root: root.clone(), ..AddStorage::default() };
            match other.add_storage(request).await {
                Ok(added) => assert_ne!(added.outcome, AddOutcome::Managed, "{damaged:?}"),
                Err(error) => assert_eq!(error.category(), Category::Refused, "{error}: {damaged:?}"),
            }
        }
        assert_eq!((fs::read(&claim).unwrap(), names(&folder)), (damaged.clone(), before.clone()));
        refused += 1;
    }
    println!("{refused} damaged claims of {} bytes, none of which let anybody write", whole.len());
    assert_eq!(refused, whole.len() * 9);
    fs::write(&claim, whole).unwrap();
    manager.save(save()).await.unwrap();
}
