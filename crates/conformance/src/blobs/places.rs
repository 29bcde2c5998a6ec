//! Cases: locations, before and after something is in them.

use freehold_domain::{BlobKey, StorageKind, StorageRoot};
use freehold_ports::blobs::{BlobError, PutOptions};

use super::Fresh;
use super::content::{content, ensure_absent, ensure_content, ensure_listed, inside, key, put, put_all};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, ensure_error};

cases! { Fresh, "blobs::places":
    resolving_a_resolved_root_changes_nothing,
    a_resolved_root_is_the_same_place,
    what_contains_a_place_encloses_it,
    an_alias_is_the_same_place,
    locations_are_separate,
    a_location_inside_another_shares_its_blobs,
    looking_creates_nothing,
    a_file_is_no_location,
    removing_an_absent_location_succeeds,
    removing_an_emptied_location_leaves_nothing,
    removing_keeps_a_location_that_holds_something,
}

async fn resolving_a_resolved_root_changes_nothing(fresh: &Fresh) -> Outcome {
    for root in [&fresh.root, &inside(&fresh.root, "a/b")?] {
        let once = fresh.stores.resolve(root).await?;
        ensure_equal("resolving again", &fresh.stores.resolve(&once).await?, &once)?;
    }
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b/c"]).await?;
    for root in [&fresh.root, &inside(&fresh.root, "a/b")?] {
        let once = fresh.stores.resolve(root).await?;
        ensure_equal("resolving again what is there", &fresh.stores.resolve(&once).await?, &once)?;
    }
    Ok(())
}

async fn a_resolved_root_is_the_same_place(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &["a/b"]).await?;
    let resolved = fresh.stores.resolve(&fresh.root).await?;
    let again = fresh.stores.open(&resolved).await?;
    ensure_listed(again.as_ref(), None, &["a/b"]).await
}

async fn what_contains_a_place_encloses_it(fresh: &Fresh) -> Outcome {
    for root in [&fresh.root, &inside(&fresh.root, "a/b")?] {
        let enclosing = fresh.stores.enclosing(root).await?;
        let ancestors: Vec<StorageRoot> = root.ancestors().collect();
        let nearest = enclosing.get(..ancestors.len()).unwrap_or(&enclosing);
        ensure_equal("what encloses the place, nearest first", nearest, &ancestors[..])?;
        ensure!(!enclosing.contains(root), "expected a place not to enclose itself, found {enclosing:?}");
    }
    Ok(())
}

async fn an_alias_is_the_same_place(fresh: &Fresh) -> Outcome {
    let root = inside(&fresh.root, "a/b")?;
    fresh.stores.aliases(&root).await?;
    let store = fresh.stores.open(&root).await?;
    put(store.as_ref(), &key("c")?, &content(1, 10), PutOptions::OVERWRITE).await?;
    for alias in fresh.stores.aliases(&root).await? {
        ensure!(alias != root, "expected other roots than the place's own, found {alias}");
        ensure_equal("the alias, resolved", &fresh.stores.resolve(&alias).await?, &alias)?;
        let same = fresh.stores.open(&alias).await?;
        ensure_listed(same.as_ref(), None, &["c"]).await?;
        ensure_content(same.as_ref(), &key("c")?, &content(1, 10)).await?;
    }
    Ok(())
}

async fn locations_are_separate(fresh: &Fresh) -> Outcome {
    let (store, other) = (fresh.stores.open(&fresh.root).await?, fresh.stores.open(&fresh.other_root).await?);
    put(store.as_ref(), &key("a")?, &content(1, 10), PutOptions::CREATE).await?;
    ensure_absent(other.as_ref(), &key("a")?).await?;
    put(other.as_ref(), &key("a")?, &content(2, 20), PutOptions::CREATE).await?;
    store.delete(&[key("a")?]).await?;
    ensure_content(other.as_ref(), &key("a")?, &content(2, 20)).await
}

async fn a_location_inside_another_shares_its_blobs(fresh: &Fresh) -> Outcome {
    let outer = fresh.stores.open(&fresh.root).await?;
    let inner = fresh.stores.open(&inside(&fresh.root, "a/b")?).await?;
    put(outer.as_ref(), &key("a/b/from-outside")?, &content(1, 10), PutOptions::CREATE).await?;
    put(inner.as_ref(), &key("c/from-inside")?, &content(2, 20), PutOptions::CREATE).await?;
    put(outer.as_ref(), &key("a/bc")?, &content(3, 30), PutOptions::CREATE).await?;
    ensure_content(inner.as_ref(), &key("from-outside")?, &content(1, 10)).await?;
    ensure_content(outer.as_ref(), &key("a/b/c/from-inside")?, &content(2, 20)).await?;
    ensure_listed(inner.as_ref(), None, &["c/from-inside", "from-outside"]).await
}

async fn looking_creates_nothing(fresh: &Fresh) -> Outcome {
    let root = inside(&fresh.root, "looked-at")?;
    for _ in 0..2 {
        fresh.stores.resolve(&root).await?;
        let store = fresh.stores.open(&root).await?;
        ensure_listed(store.as_ref(), None, &[]).await?;
        ensure_listed(store.as_ref(), Some("a/b"), &[]).await?;
        ensure_absent(store.as_ref(), &key("a/b/c")?).await?;
        ensure_absent(store.as_ref(), &BlobKey::claim()).await?;
        store.delete(&[key("a/b/c")?]).await?;
        store.flush().await?;
        fresh.stores.remove_empty(&root).await?;
    }
    // Where folders are things of their own, a blob of the same name can only be made if nobody made the folder.
    ensure_free(fresh, "looked-at").await
}

async fn a_file_is_no_location(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(store.as_ref(), &key("file")?, &content(1, 10), PutOptions::CREATE).await?;
    let root = inside(&fresh.root, "file")?;
    match fresh.root.kind() {
        StorageKind::Local => {
            let resolved = fresh.stores.resolve(&root).await;
            ensure_error!("resolving a file", resolved, BlobError::NotALocation { .. });
            let opened = fresh.stores.open(&root).await;
            ensure_error!("opening a file", opened, BlobError::NotALocation { .. });
        }
        // A bucket can have both.
        StorageKind::S3 | StorageKind::Gs => {
            let opened = fresh.stores.open(&root).await?;
            ensure_listed(opened.as_ref(), None, &[]).await?;
        }
    }
    ensure_content(store.as_ref(), &key("file")?, &content(1, 10)).await
}

async fn removing_an_absent_location_succeeds(fresh: &Fresh) -> Outcome {
    fresh.stores.remove_empty(&fresh.root).await?;
    fresh.stores.remove_empty(&inside(&fresh.root, "a/b")?).await?;
    Ok(())
}

async fn removing_an_emptied_location_leaves_nothing(fresh: &Fresh) -> Outcome {
    let root = inside(&fresh.root, "emptied")?;
    let store = fresh.stores.open(&root).await?;
    let claim = BlobKey::claim();
    let metadata = put(store.as_ref(), &claim, &content(1, 100), PutOptions::CREATE).await?;
    put_all(store.as_ref(), &[".lamindb/0123456789abcdef0000.csv", "at-the-root"]).await?;
    let metadata = store.replace(&claim, content(2, 100), &metadata.version).await?;
    store.delete(&[key(".lamindb/0123456789abcdef0000.csv")?, key("at-the-root")?]).await?;
    store.remove(&claim, &metadata.version).await?;
    drop(store);
    fresh.stores.remove_empty(&root).await?;
    fresh.stores.remove_empty(&root).await?;
    ensure_free(fresh, "emptied").await
}

async fn removing_keeps_a_location_that_holds_something(fresh: &Fresh) -> Outcome {
    for held in [".lamindb/storage_uid.txt", "a", "a/b/c"] {
        let store = fresh.stores.open(&fresh.root).await?;
        put(store.as_ref(), &key(held)?, &content(1, 10), PutOptions::CREATE).await?;
        fresh.stores.remove_empty(&fresh.root).await?;
        ensure_content(store.as_ref(), &key(held)?, &content(1, 10)).await?;
        ensure_listed(store.as_ref(), None, &[held]).await?;
        store.delete(&[key(held)?]).await?;
    }
    Ok(())
}

/// Ends the case unless a blob can be made under this name, where a folder would be in the way.
async fn ensure_free(fresh: &Fresh, name: &str) -> Outcome {
    let outer = fresh.stores.open(&fresh.root).await?;
    put(outer.as_ref(), &key(name)?, &content(9, 10), PutOptions::CREATE).await.map_err(|error| {
        Failure::new(format!(
            "expected nothing to be left at {name}, found that no blob can be made there: {error:?}"
        ))
    })?;
    let again = put(outer.as_ref(), &key(name)?, &content(9, 10), PutOptions::CREATE).await;
    ensure_error!("making it again", again, BlobError::AlreadyExists { .. });
    ensure_listed(outer.as_ref(), None, &[name]).await
}
