//! Cases: a create never replaces what is there.

use std::sync::Arc;

use freehold_ports::blobs::{BlobError, BlobStore, PutOptions};

use super::Fresh;
use super::content::{content, ensure_content, in_pieces, key, listed, put, stalling};
use crate::case::{Outcome, cases, ensure_equal, ensure_error, present};
use crate::race::race;

cases! { Fresh, "blobs::create":
    a_create_on_a_taken_key_changes_nothing,
    of_many_creates_that_race_exactly_one_wins,
    of_many_creates_on_stores_of_their_own_exactly_one_wins,
    a_create_that_was_overtaken_changes_nothing,
    a_create_after_a_delete_succeeds,
}

const RACERS: usize = 16;
const KEYS: usize = 20;

async fn a_create_on_a_taken_key_changes_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, first) = (key("a/taken.csv")?, content(1, 1_000));
    let metadata = put(store.as_ref(), &key, &first, PutOptions::CREATE).await?;
    for (seed, options) in (2..).zip([PutOptions::CREATE, PutOptions::CREATE_IN_BATCH]) {
        let created = put(store.as_ref(), &key, &content(seed, 2_000), options).await;
        ensure_error!("creating a taken key", created, BlobError::AlreadyExists { .. });
        ensure_content(store.as_ref(), &key, &first).await?;
        ensure_equal("its metadata", &store.metadata(&key).await?, &Some(metadata.clone()))?;
    }
    store.flush().await?;
    ensure_content(store.as_ref(), &key, &first).await?;
    ensure_equal("how many blobs there are", &listed(store.as_ref(), None).await?.len(), &1)
}

async fn of_many_creates_that_race_exactly_one_wins(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    race_for_keys(std::iter::repeat_n(store, RACERS).collect()).await
}

async fn of_many_creates_on_stores_of_their_own_exactly_one_wins(fresh: &Fresh) -> Outcome {
    let mut stores = Vec::new();
    for _ in 0..RACERS {
        stores.push(fresh.stores.open(&fresh.root).await?);
    }
    race_for_keys(stores).await
}

async fn race_for_keys(stores: Vec<Arc<dyn BlobStore>>) -> Outcome {
    let store = Arc::clone(present("a store to race on", stores.first())?);
    for number in 0..KEYS {
        let key = key(&format!("race/{number}"))?;
        let racers = stores.iter().enumerate().map(|(racer, store)| {
            let (store, key) = (Arc::clone(store), key.clone());
            async move {
                let body = in_pieces(&content(racer, 3_000 + racer));
                (racer, store.put(&key, body, PutOptions::CREATE).await)
            }
        });
        let mut winners = Vec::new();
        for result in race(racers).await? {
            match result {
                (racer, Ok(_)) => winners.push(racer),
                (_, Err(BlobError::AlreadyExists { .. })) => {}
                (_, Err(error)) => return Err(error.into()),
            }
        }
        ensure_equal(&format!("how many won {key}"), &winners.len(), &1)?;
        for winner in winners {
            ensure_content(store.as_ref(), &key, &content(winner, 3_000 + winner)).await?;
        }
    }
    ensure_equal("how many blobs there are", &listed(store.as_ref(), None).await?.len(), &KEYS)
}

async fn a_create_that_was_overtaken_changes_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, fast) = (key("overtaken")?, content(2, 500));
    let (body, stalled) = stalling(&content(1, 100_000));
    let slow = {
        let (store, key) = (Arc::clone(&store), key.clone());
        tokio::spawn(async move { store.put(&key, body, PutOptions::CREATE).await })
    };
    stalled.reached.await?;
    put(store.as_ref(), &key, &fast, PutOptions::CREATE).await?;
    stalled.go_on.send(()).ok();
    ensure_error!("the create that was overtaken", slow.await?, BlobError::AlreadyExists { .. });
    ensure_content(store.as_ref(), &key, &fast).await
}

async fn a_create_after_a_delete_succeeds(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key("again")?;
    for seed in 1..4 {
        put(store.as_ref(), &key, &content(seed, 100), PutOptions::CREATE).await?;
        ensure_content(store.as_ref(), &key, &content(seed, 100)).await?;
        store.delete(std::slice::from_ref(&key)).await?;
    }
    Ok(())
}
