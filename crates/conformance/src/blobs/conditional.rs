//! Cases: conditional changes, which claims are made of.

use std::collections::HashSet;
use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobStore, PutOptions};
use tokio::task::JoinSet;

use super::Fresh;
use super::content::{content, ensure_absent, ensure_content, key, listed, put};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, ensure_error};
use crate::race::race;

cases! { Fresh, "blobs::conditional":
    a_replacement_of_the_expected_version_succeeds,
    a_replacement_of_another_version_changes_nothing,
    an_absent_blob_is_not_replaced,
    a_removal_of_the_expected_version_succeeds,
    a_removal_of_another_version_changes_nothing,
    removing_what_is_absent_succeeds,
    of_many_replacements_that_race_exactly_one_wins,
    of_replacements_and_removals_that_race_one_kind_wins,
    counting_by_replacement_loses_nothing,
    a_version_changes_with_the_content_and_never_returns,
    a_version_is_the_same_until_the_content_changes,
}

const RACERS: usize = 16;
const ROUNDS: usize = 10;

async fn a_replacement_of_the_expected_version_succeeds(fresh: &Fresh) -> Outcome {
    let (store, key, mut current) = with_claim(fresh).await?;
    for (seed, length) in (10..).zip([300, 0, 100_000, 1]) {
        let next = store.replace(&key, content(seed, length), &current.version).await?;
        ensure!(next.version != current.version, "expected another version, found {:?} again", next.version);
        ensure_equal(
            "the metadata that the replacement gave",
            &store.metadata(&key).await?,
            &Some(next.clone()),
        )?;
        ensure_content(store.as_ref(), &key, &content(seed, length)).await?;
        current = next;
    }
    Ok(())
}

async fn a_replacement_of_another_version_changes_nothing(fresh: &Fresh) -> Outcome {
    let (store, key, former) = with_claim(fresh).await?;
    let current = put(store.as_ref(), &key, &content(2, 200), PutOptions::OVERWRITE).await?;
    let replaced = store.replace(&key, content(3, 200), &former.version).await;
    ensure_error!("replacing a former version", replaced, BlobError::VersionMismatch { .. });
    ensure_content(store.as_ref(), &key, &content(2, 200)).await?;
    ensure_equal("its metadata", &store.metadata(&key).await?, &Some(current))
}

async fn an_absent_blob_is_not_replaced(fresh: &Fresh) -> Outcome {
    let (store, key, former) = with_claim(fresh).await?;
    store.delete(std::slice::from_ref(&key)).await?;
    let replaced = store.replace(&key, content(3, 200), &former.version).await;
    ensure_error!("replacing what was deleted", replaced, BlobError::VersionMismatch { .. });
    ensure_absent(store.as_ref(), &key).await?;
    let never = super::content::key("never/there")?;
    let replaced = store.replace(&never, content(3, 200), &former.version).await;
    ensure_error!("replacing what never was", replaced, BlobError::VersionMismatch { .. });
    ensure_absent(store.as_ref(), &never).await
}

async fn a_removal_of_the_expected_version_succeeds(fresh: &Fresh) -> Outcome {
    let (store, key, first) = with_claim(fresh).await?;
    let second = store.replace(&key, content(2, 200), &first.version).await?;
    store.remove(&key, &second.version).await?;
    ensure_absent(store.as_ref(), &key).await?;
    ensure_equal("how many blobs are left", &listed(store.as_ref(), None).await?.len(), &0)
}

async fn a_removal_of_another_version_changes_nothing(fresh: &Fresh) -> Outcome {
    let (store, key, former) = with_claim(fresh).await?;
    let current = store.replace(&key, content(2, 200), &former.version).await?;
    let removed = store.remove(&key, &former.version).await;
    ensure_error!("removing a former version", removed, BlobError::VersionMismatch { .. });
    ensure_content(store.as_ref(), &key, &content(2, 200)).await?;
    ensure_equal("its metadata", &store.metadata(&key).await?, &Some(current))
}

async fn removing_what_is_absent_succeeds(fresh: &Fresh) -> Outcome {
    let (store, key, metadata) = with_claim(fresh).await?;
    store.remove(&key, &metadata.version).await?;
    store.remove(&key, &metadata.version).await?;
    Ok(store.remove(&super::content::key("never/there")?, &metadata.version).await?)
}

async fn of_many_replacements_that_race_exactly_one_wins(fresh: &Fresh) -> Outcome {
    let (store, key, mut current) = with_claim(fresh).await?;
    let stores = open_many(fresh).await?;
    for round in 0..ROUNDS {
        let racers = stores.iter().enumerate().map(|(racer, store)| {
            let (store, key, expected) = (Arc::clone(store), key.clone(), current.version.clone());
            let content = racing_content(round, racer);
            async move { (racer, store.replace(&key, content, &expected).await) }
        });
        let mut winners = Vec::new();
        for result in race(racers).await? {
            match result {
                (racer, Ok(metadata)) => winners.push((racer, metadata)),
                (_, Err(BlobError::VersionMismatch { .. })) => {}
                (_, Err(error)) => return Err(error.into()),
            }
        }
        ensure!(winners.len() == 1, "expected one winner, found {winners:?}");
        for (winner, metadata) in winners {
            ensure_content(store.as_ref(), &key, &racing_content(round, winner)).await?;
            current = metadata;
        }
    }
    Ok(())
}

async fn of_replacements_and_removals_that_race_one_kind_wins(fresh: &Fresh) -> Outcome {
    let stores = open_many(fresh).await?;
    for round in 0..ROUNDS {
        let key = key(&format!(".lamindb/race-{round}"))?;
        let expected = put(stores[0].as_ref(), &key, &content(round, 100), PutOptions::CREATE).await?.version;
        let racers = stores.iter().enumerate().map(|(racer, store)| {
            let (store, key, expected) = (Arc::clone(store), key.clone(), expected.clone());
            let content = racing_content(round, racer);
            async move {
                if racer % 2 == 0 {
                    (Some(racer), store.replace(&key, content, &expected).await.map(drop))
                } else {
                    (None, store.remove(&key, &expected).await)
                }
            }
        });
        let (mut replacers, mut removers) = (Vec::new(), 0);
        for result in race(racers).await? {
            match result {
                (Some(racer), Ok(())) => replacers.push(racer),
                (None, Ok(())) => removers += 1,
                (_, Err(BlobError::VersionMismatch { .. })) => {}
                (_, Err(error)) => return Err(error.into()),
            }
        }
        // Once a removal has won, the other ones find nothing, which is success.
        match replacers.as_slice() {
            [] => {
                ensure!(removers > 0, "expected a winner, found none");
                ensure_absent(stores[0].as_ref(), &key).await?;
            }
            [winner] => {
                ensure_equal("how many removed what was replaced", &removers, &0)?;
                ensure_content(stores[0].as_ref(), &key, &racing_content(round, *winner)).await?;
            }
            _ => return Err(Failure::new(format!("expected one replacement to win, found {replacers:?}"))),
        }
    }
    Ok(())
}

async fn counting_by_replacement_loses_nothing(fresh: &Fresh) -> Outcome {
    let (tasks, times) = (4, 10);
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key(".lamindb/counter")?;
    put(store.as_ref(), &key, &Bytes::from_static(b"0"), PutOptions::CREATE).await?;
    let mut counters = JoinSet::new();
    for _ in 0..tasks {
        let (store, key) = (fresh.stores.open(&fresh.root).await?, key.clone());
        counters.spawn(async move {
            let mut counted = 0;
            while counted < times {
                let reader = store.read(&key, None).await?;
                let version = reader.metadata.version.clone();
                // A replacement during the read may end it in an error: then it is begun again.
                let Ok(text) = super::content::collect(reader).await else { continue };
                let number: usize = String::from_utf8(text)?.parse()?;
                match store.replace(&key, Bytes::from((number + 1).to_string()), &version).await {
                    Ok(_) => counted += 1,
                    Err(BlobError::VersionMismatch { .. }) => tokio::task::yield_now().await,
                    Err(error) => return Err(Failure::from(error)),
                }
            }
            Ok(())
        });
    }
    while let Some(counter) = counters.join_next().await {
        counter??;
    }
    ensure_content(store.as_ref(), &key, (tasks * times).to_string().as_bytes()).await
}

async fn a_version_changes_with_the_content_and_never_returns(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = BlobKey::claim();
    let mut seen = HashSet::new();
    let mut current = put(store.as_ref(), &key, &content(0, 100), PutOptions::CREATE).await?;
    for seed in 1..100 {
        ensure!(
            seen.insert(current.version.clone()),
            "expected a new version, found {:?} again",
            current.version
        );
        // The contents are all different, and all of one size.
        let content = content(seed, 100);
        current = match seed % 3 {
            0 => put(store.as_ref(), &key, &content, PutOptions::OVERWRITE).await?,
            1 => store.replace(&key, content, &current.version).await?,
            _ => {
                store.delete(std::slice::from_ref(&key)).await?;
                put(store.as_ref(), &key, &content, PutOptions::CREATE).await?
            }
        };
    }
    Ok(())
}

async fn a_version_is_the_same_until_the_content_changes(fresh: &Fresh) -> Outcome {
    let (store, key, metadata) = with_claim(fresh).await?;
    put(store.as_ref(), &super::content::key("other")?, &content(2, 10), PutOptions::CREATE).await?;
    for _ in 0..3 {
        let other = fresh.stores.open(&fresh.root).await?;
        ensure_equal("its metadata", &other.metadata(&key).await?, &Some(metadata.clone()))?;
        ensure_content(other.as_ref(), &key, &content(1, 200)).await?;
        other.flush().await?;
    }
    Ok(())
}

/// A store with a blob where claims are.
async fn with_claim(fresh: &Fresh) -> Result<(Arc<dyn BlobStore>, BlobKey, BlobMetadata), Failure> {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = BlobKey::claim();
    let metadata = put(store.as_ref(), &key, &content(1, 200), PutOptions::CREATE).await?;
    Ok((store, key, metadata))
}

/// One handle for each racer, as processes of their own would have.
async fn open_many(fresh: &Fresh) -> Result<Vec<Arc<dyn BlobStore>>, Failure> {
    let mut stores = Vec::new();
    for _ in 0..RACERS {
        stores.push(fresh.stores.open(&fresh.root).await?);
    }
    Ok(stores)
}

/// What a racer writes: of one size, and different for everybody.
fn racing_content(round: usize, racer: usize) -> Bytes {
    content(1_000 + round * RACERS + racer, 300)
}
