//! Cases: what is put is there, whole.

use freehold_ports::blobs::{PutMode, PutOptions};
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Fresh;
use super::content::{
    content, ensure_bytes, ensure_content, ensure_listed, in_pieces, key, listed, put, read,
};
use crate::case::{Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "blobs::put":
    content_comes_back_as_it_was_put,
    a_put_gives_the_metadata_of_the_blob,
    an_overwrite_replaces_the_whole_content,
    an_overwrite_of_nothing_creates,
    folders_on_the_way_are_made,
    a_folder_that_was_emptied_can_be_used_again,
    a_blob_in_the_way_of_a_folder_stays_as_it_is,
    a_folder_in_the_way_of_a_blob_stays_as_it_is,
    a_put_in_a_batch_is_seen_when_it_has_returned,
    a_flush_without_puts_does_nothing,
    many_puts_at_once_are_all_kept,
}

/// A batch that overwrites.
const OVERWRITE_IN_BATCH: PutOptions = PutOptions { mode: PutMode::Overwrite, ..PutOptions::CREATE_IN_BATCH };

async fn content_comes_back_as_it_was_put(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for size in [0, 1, 255, 4_096, 65_536, 1 << 20, (1 << 20) + 1, 5 * (1 << 20) + 3] {
        let (key, content) = (key(&format!("size/{size}"))?, content(size, size));
        store.put(&key, in_pieces(&content), PutOptions::CREATE).await?;
        ensure_content(store.as_ref(), &key, &content).await?;
    }
    Ok(())
}

async fn a_put_gives_the_metadata_of_the_blob(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key("a/b.csv")?;
    for (seed, options) in (1..).zip([PutOptions::CREATE, PutOptions::OVERWRITE, OVERWRITE_IN_BATCH]) {
        let given = put(store.as_ref(), &key, &content(seed, 1_000 + seed), options).await?;
        ensure_equal("the key", &given.key, &key)?;
        ensure_equal("the size", &given.size, &(1_000 + u64::try_from(seed)?))?;
        ensure_equal("the metadata of the blob", &store.metadata(&key).await?, &Some(given.clone()))?;
        ensure_equal(
            "the metadata in the listing",
            &listed(store.as_ref(), None).await?.get(&key),
            &Some(&given),
        )?;
    }
    Ok(())
}

async fn an_overwrite_replaces_the_whole_content(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key("a.bin")?;
    for (seed, length) in [(1, 3_000_000), (2, 10), (3, 0), (4, 100_000), (5, 100_000)] {
        put(store.as_ref(), &key, &content(seed, length), PutOptions::OVERWRITE).await?;
        ensure_content(store.as_ref(), &key, &content(seed, length)).await?;
    }
    ensure_listed(store.as_ref(), None, &["a.bin"]).await
}

async fn an_overwrite_of_nothing_creates(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, content) = (key("new/a.bin")?, content(1, 100));
    put(store.as_ref(), &key, &content, PutOptions::OVERWRITE).await?;
    ensure_content(store.as_ref(), &key, &content).await
}

async fn folders_on_the_way_are_made(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, content) = (key("a/b/c/d/e/f/g.bin")?, content(1, 100));
    put(store.as_ref(), &key, &content, PutOptions::CREATE).await?;
    ensure_content(store.as_ref(), &key, &content).await
}

async fn a_folder_that_was_emptied_can_be_used_again(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (first, second, content) = (key("a/b/first")?, key("a/b/second")?, content(1, 100));
    put(store.as_ref(), &first, &content, PutOptions::CREATE).await?;
    store.delete(std::slice::from_ref(&first)).await?;
    put(store.as_ref(), &second, &content, PutOptions::CREATE).await?;
    ensure_listed(store.as_ref(), None, &["a/b/second"]).await
}

async fn a_blob_in_the_way_of_a_folder_stays_as_it_is(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (blob, below, content) = (key("a/b")?, key("a/b/c")?, content(1, 100));
    put(store.as_ref(), &blob, &content, PutOptions::CREATE).await?;
    // Some backends keep both, others refuse the second.
    put(store.as_ref(), &below, &content, PutOptions::CREATE).await.ok();
    ensure_bytes("the blob that was there first", &read(store.as_ref(), &blob, None).await?, &content)
}

async fn a_folder_in_the_way_of_a_blob_stays_as_it_is(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (below, folder, content) = (key("a/b/c")?, key("a/b")?, content(1, 100));
    put(store.as_ref(), &below, &content, PutOptions::CREATE).await?;
    // Some backends keep both, others refuse the second.
    put(store.as_ref(), &folder, &content, PutOptions::OVERWRITE).await.ok();
    ensure_bytes("the blob that was there first", &read(store.as_ref(), &below, None).await?, &content)
}

async fn a_put_in_a_batch_is_seen_when_it_has_returned(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, content) = (key("batch/a")?, content(1, 100));
    put(store.as_ref(), &key, &content, PutOptions::CREATE_IN_BATCH).await?;
    ensure_content(store.as_ref(), &key, &content).await?;
    store.flush().await?;
    ensure_content(store.as_ref(), &key, &content).await
}

async fn a_flush_without_puts_does_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    store.flush().await?;
    store.flush().await?;
    ensure!(listed(store.as_ref(), None).await?.is_empty(), "expected a flush to leave nothing, found blobs");
    Ok(())
}

async fn many_puts_at_once_are_all_kept(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let puts = (0..200).map(|number| {
        let store = &store;
        async move {
            let key = key(&format!("many/{}/{number}", number % 7))?;
            store.put(&key, in_pieces(&content(number, 5_000 + number)), PutOptions::CREATE_IN_BATCH).await?;
            Ok::<_, crate::case::Failure>((key, number))
        }
    });
    let done: Vec<_> = stream::iter(puts).buffer_unordered(32).try_collect().await?;
    store.flush().await?;
    for (key, number) in &done {
        ensure_content(store.as_ref(), key, &content(*number, 5_000 + number)).await?;
    }
    ensure_equal("how many are listed", &listed(store.as_ref(), None).await?.len(), &200)
}
