//! Cases: the search for claims below a location.

use std::collections::BTreeSet;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobStore, FromBytes, PutOptions, Sighting};
use futures_util::TryStreamExt;

use super::Fresh;
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "blobs::claims":
    an_absent_location_has_no_claims_below,
    claims_at_any_depth_are_found,
    the_own_claim_of_a_location_is_not_below_it,
    what_only_looks_like_a_claim_is_none,
    a_search_passes_all_that_is_there,
    a_search_changes_nothing,
}

async fn put(store: &dyn BlobStore, key: &str) -> Outcome {
    store.put(&key.parse()?, FromBytes::boxed("text"), PutOptions::CREATE).await?;
    Ok(())
}

async fn claims(store: &dyn BlobStore) -> Result<BTreeSet<BlobKey>, Failure> {
    let sightings: Vec<Sighting> = store.find_claims().await.try_collect().await?;
    let claims = sightings.into_iter().filter_map(|sighting| match sighting {
        Sighting::Claim(key) => Some(key),
        Sighting::Passed(_) | Sighting::ClaimBelowUnusableName(_) => None,
    });
    Ok(claims.collect())
}

async fn an_absent_location_has_no_claims_below(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    ensure_equal("the claims", &claims(&*store).await?, &BTreeSet::new())
}

async fn claims_at_any_depth_are_found(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let deep = format!("{}.lamindb/storage_uid.txt", "folder/".repeat(80));
    let keys = [
        "a/.lamindb/storage_uid.txt",
        "a/b/.lamindb/_is_initialized",
        "z z/\u{e9}/.lamindb/storage_uid.txt",
        &deep,
    ];
    for key in keys {
        put(&*store, key).await?;
    }
    let expected = keys.iter().map(|key| key.parse()).collect::<Result<BTreeSet<BlobKey>, _>>()?;
    ensure_equal("the claims", &claims(&*store).await?, &expected)
}

async fn the_own_claim_of_a_location_is_not_below_it(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for key in [BlobKey::claim(), BlobKey::legacy_claim()] {
        put(&*store, key.as_str()).await?;
    }
    ensure_equal("the claims", &claims(&*store).await?, &BTreeSet::new())
}

async fn what_only_looks_like_a_claim_is_none(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for key in [
        "a/storage_uid.txt",
        "a.lamindb/storage_uid.txt",
        "b/.lamindb/storage_uid.txt.old",
        "c/.lamindb/other",
    ] {
        put(&*store, key).await?;
    }
    ensure_equal("the claims", &claims(&*store).await?, &BTreeSet::new())
}

async fn a_search_passes_all_that_is_there(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for number in 0..50 {
        put(&*store, &format!("folder{}/file{number}", number % 7)).await?;
    }
    let sightings: Vec<Sighting> = store.find_claims().await.try_collect().await?;
    let passed: u64 = sightings
        .iter()
        .map(|sighting| match sighting {
            Sighting::Passed(entries) => *entries,
            Sighting::Claim(_) | Sighting::ClaimBelowUnusableName(_) => 0,
        })
        .sum();
    ensure!(passed >= 50, "it says that it passed {passed} entries, and there are 50 files");
    Ok(())
}

async fn a_search_changes_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(&*store, "a/.lamindb/storage_uid.txt").await?;
    let before: Vec<_> = store.list(None).await.try_collect().await?;
    claims(&*store).await?;
    let after: Vec<_> = store.list(None).await.try_collect().await?;
    ensure_equal("the blobs", &after, &before)
}
