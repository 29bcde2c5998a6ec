//! Cases: listings give every blob below a prefix, once.

use freehold_ports::blobs::PutOptions;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::Fresh;
use super::content::{content, ensure_listed, key, listed, put, put_all};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "blobs::list":
    an_absent_location_is_an_empty_listing,
    an_absent_folder_is_an_empty_listing,
    blobs_are_listed_with_their_metadata,
    a_prefix_is_whole_segments,
    a_listing_reaches_every_depth,
    the_reserved_folder_is_listed,
    more_than_a_thousand_are_each_listed_once,
    what_was_deleted_is_not_listed,
    a_listing_outlives_its_store,
}

async fn an_absent_location_is_an_empty_listing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for prefix in [None, Some("a"), Some(".lamindb")] {
        ensure_listed(store.as_ref(), prefix, &[]).await?;
    }
    Ok(())
}

async fn an_absent_folder_is_an_empty_listing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b/c"]).await?;
    for prefix in ["b", "a/c", "a/b/d", "a/b/c/d", "a/b/c/d/e"] {
        ensure_listed(store.as_ref(), Some(prefix), &[]).await?;
    }
    Ok(())
}

async fn blobs_are_listed_with_their_metadata(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let mut expected = std::collections::BTreeMap::new();
    for (seed, text) in (1..).zip(["a", "b/c", "b/d/e"]) {
        let key = key(text)?;
        let metadata = put(store.as_ref(), &key, &content(seed, seed * 1_000), PutOptions::CREATE).await?;
        expected.insert(key, metadata);
    }
    ensure_equal("the listing", &listed(store.as_ref(), None).await?, &expected)
}

async fn a_prefix_is_whole_segments(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b/1", "a/b/2/3", "a/bc/4", "a/b.5", "a/B/6", "ab/b/7", "b/8"]).await?;
    ensure_listed(store.as_ref(), Some("a/b"), &["a/b/1", "a/b/2/3"]).await?;
    ensure_listed(store.as_ref(), Some("a"), &["a/B/6", "a/b.5", "a/b/1", "a/b/2/3", "a/bc/4"]).await?;
    ensure_listed(store.as_ref(), Some("a/b/2"), &["a/b/2/3"]).await?;
    ensure_listed(store.as_ref(), Some("b"), &["b/8"]).await
}

async fn a_listing_reaches_every_depth(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let deep = "d/".repeat(30) + "deep";
    let keys = ["a", "d/shallow", "d/d/d/middle", deep.as_str()];
    put_all(store.as_ref(), &keys).await?;
    ensure_listed(store.as_ref(), None, &keys).await?;
    ensure_listed(store.as_ref(), Some("d/d"), &["d/d/d/middle", &deep]).await
}

async fn the_reserved_folder_is_listed(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &[".lamindb/0123456789abcdef0000.csv", ".lamindb/storage_uid.txt", "a"]).await?;
    let reserved = [".lamindb/0123456789abcdef0000.csv", ".lamindb/storage_uid.txt"];
    ensure_listed(store.as_ref(), Some(".lamindb"), &reserved).await?;
    ensure_listed(store.as_ref(), None, &[reserved[0], reserved[1], "a"]).await
}

async fn more_than_a_thousand_are_each_listed_once(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let keys: Vec<_> = (0..2_100).map(|number| format!("many/{}/{number}", number / 1_500)).collect();
    let puts = keys.iter().map(|text| {
        let store = &store;
        async move {
            put(store.as_ref(), &key(text)?, &content(1, 1), PutOptions::CREATE_IN_BATCH).await?;
            Ok::<_, Failure>(())
        }
    });
    stream::iter(puts).buffer_unordered(32).try_collect::<Vec<_>>().await?;
    store.flush().await?;
    let expected: Vec<_> = keys.iter().map(String::as_str).collect();
    ensure_listed(store.as_ref(), None, &expected).await?;
    ensure_listed(store.as_ref(), Some("many/0"), &expected[..1_500]).await
}

async fn what_was_deleted_is_not_listed(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b", "a/c"]).await?;
    store.delete(&[key("a/b")?]).await?;
    ensure_listed(store.as_ref(), Some("a"), &["a/c"]).await?;
    store.delete(&[key("a/c")?]).await?;
    ensure_listed(store.as_ref(), Some("a"), &[]).await
}

async fn a_listing_outlives_its_store(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a", "b"]).await?;
    let listing = store.list(None).await;
    drop(store);
    let found: Vec<_> = listing.map_ok(|metadata| metadata.key.to_string()).try_collect().await?;
    ensure_equal("how many are listed", &found.len(), &2)
}
