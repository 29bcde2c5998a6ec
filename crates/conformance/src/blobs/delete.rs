//! Cases: blobs are deleted, and nothing else.

use freehold_ports::blobs::PutOptions;

use super::Fresh;
use super::content::{
    content, ensure_absent, ensure_content, ensure_listed, key, listed, put, put_all, read,
};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "blobs::delete":
    a_deleted_blob_is_gone,
    deleting_what_is_absent_succeeds,
    deleting_in_an_absent_location_succeeds,
    deleting_nothing_succeeds,
    many_are_deleted_at_once,
    only_what_was_named_is_deleted,
    deleting_a_folder_keeps_what_is_in_it,
}

async fn a_deleted_blob_is_gone(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key("a/b")?;
    put(store.as_ref(), &key, &content(1, 100), PutOptions::CREATE).await?;
    store.delete(std::slice::from_ref(&key)).await?;
    ensure_absent(store.as_ref(), &key).await
}

async fn deleting_what_is_absent_succeeds(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b"]).await?;
    let (there, absent) = (key("a/b")?, key("a/absent")?);
    store.delete(std::slice::from_ref(&absent)).await?;
    store.delete(&[absent, there.clone(), key("no/folder/at/all")?]).await?;
    store.delete(&[there.clone(), there.clone()]).await?;
    ensure_absent(store.as_ref(), &there).await
}

async fn deleting_in_an_absent_location_succeeds(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    Ok(store.delete(&[key("a")?, key("a/b")?]).await?)
}

async fn deleting_nothing_succeeds(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a"]).await?;
    store.delete(&[]).await?;
    ensure_listed(store.as_ref(), None, &["a"]).await
}

async fn many_are_deleted_at_once(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for number in 0..300 {
        let key = key(&format!("many/{}/{number}", number % 5))?;
        put(store.as_ref(), &key, &content(number, 10), PutOptions::CREATE_IN_BATCH).await?;
    }
    store.flush().await?;
    // More than any backend takes in one request, most of them absent.
    let keys = (1..2_500).map(|number| key(&format!("many/{}/{number}", number % 5)));
    store.delete(&keys.collect::<Result<Vec<_>, Failure>>()?).await?;
    ensure_listed(store.as_ref(), None, &["many/0/0"]).await
}

async fn only_what_was_named_is_deleted(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b", "a/bc", "a/c", "b", "ab", "c/a/b"]).await?;
    store.delete(&[key("a/b")?]).await?;
    ensure_listed(store.as_ref(), None, &["a/bc", "a/c", "ab", "b", "c/a/b"]).await?;
    ensure_content(store.as_ref(), &key("a/bc")?, &content(4, 10)).await
}

async fn deleting_a_folder_keeps_what_is_in_it(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b/c", "a/d"]).await?;
    // Whether it is an error, or nothing to do, is up to the backend.
    store.delete(&[key("a")?, key("a/b")?]).await.ok();
    ensure_equal("how many blobs are left", &listed(store.as_ref(), None).await?.len(), &2)?;
    ensure_equal("the size of one", &read(store.as_ref(), &key("a/b/c")?, None).await?.len(), &10)
}
