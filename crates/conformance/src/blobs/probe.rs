//! Cases: the probe finds out what a backend can do, and leaves nothing behind.

use freehold_ports::blobs::{BlobError, PutOptions};

use super::Fresh;
use super::content::{content, ensure_content, ensure_listed, key, listed, put, put_all};
use crate::case::{Outcome, cases, ensure, ensure_equal, ensure_error};

cases! { Fresh, "blobs::probe":
    a_probe_leaves_nothing_behind,
    a_probe_keeps_what_is_there,
    probes_at_once_do_not_disturb_one_another,
    what_the_probe_says_is_true,
}

async fn a_probe_leaves_nothing_behind(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for _ in 0..2 {
        store.probe().await?;
        ensure_listed(store.as_ref(), None, &[]).await?;
    }
    Ok(())
}

async fn a_probe_keeps_what_is_there(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put_all(store.as_ref(), &[".lamindb/storage_uid.txt", "a/b"]).await?;
    let before = listed(store.as_ref(), None).await?;
    store.probe().await?;
    ensure_equal("the blobs after the probe", &listed(store.as_ref(), None).await?, &before)
}

async fn probes_at_once_do_not_disturb_one_another(fresh: &Fresh) -> Outcome {
    let expected = fresh.stores.open(&fresh.root).await?.probe().await?;
    let mut probes = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = fresh.stores.open(&fresh.root).await?;
        probes.spawn(async move { store.probe().await });
    }
    while let Some(probe) = probes.join_next().await {
        ensure_equal("what each of the probes says", &probe??, &expected)?;
    }
    let store = fresh.stores.open(&fresh.root).await?;
    ensure_listed(store.as_ref(), None, &[]).await
}

async fn what_the_probe_says_is_true(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let capabilities = store.probe().await?;
    let key = key("probed/a")?;
    let metadata = put(store.as_ref(), &key, &content(1, 10), PutOptions::OVERWRITE).await?;
    if capabilities.list_after_write {
        ensure_listed(store.as_ref(), None, &["probed/a"]).await?;
    }
    if capabilities.create_if_absent {
        let created = put(store.as_ref(), &key, &content(2, 10), PutOptions::CREATE).await;
        ensure_error!("creating a taken key", created, BlobError::AlreadyExists { .. });
    }
    let replaced = store.replace(&key, content(3, 10), &metadata.version).await;
    if capabilities.compare_and_swap {
        replaced?;
        ensure_content(store.as_ref(), &key, &content(3, 10)).await?;
    } else {
        ensure_error!("replacing without compare-and-swap", replaced, BlobError::Unsupported { .. });
        let removed = store.remove(&key, &metadata.version).await;
        ensure_error!("removing without compare-and-swap", removed, BlobError::Unsupported { .. });
    }
    put(store.as_ref(), &super::content::key("Probed/A")?, &content(4, 10), PutOptions::OVERWRITE).await?;
    let both = listed(store.as_ref(), None).await?.len() == 2;
    ensure!(
        both == capabilities.case_sensitive,
        "whether keys differ by case: expected {}, found {both}",
        capabilities.case_sensitive
    );
    Ok(())
}
