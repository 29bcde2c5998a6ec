//! Cases: nobody ever sees part of a blob.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobStore, BlobVersion, PutOptions};
use futures_util::stream::StreamExt;
use tokio::task::JoinSet;

use super::Fresh;
use super::content::{
    BODY_FAILURE, collect, content, ensure_absent, ensure_bytes, ensure_content, failing_after, in_pieces,
    key, listed, put, stalling,
};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "blobs::atomicity":
    nothing_is_seen_of_a_create_under_way,
    the_former_content_is_seen_while_an_overwrite_is_under_way,
    a_failing_body_leaves_nothing,
    a_failing_body_leaves_the_former_content,
    a_dropped_put_leaves_nothing,
    a_dropped_put_leaves_the_former_content,
    readers_during_overwrites_see_one_version_whole,
    a_reader_from_before_an_overwrite_sees_one_version_or_an_error,
}

/// Bodies large enough that no adapter keeps them in its buffers until the end.
const LARGE: usize = 3 * (1 << 20) + 11;

/// How long a case waits for what a dropped put may have left running to come to light.
const AFTERMATH: Duration = Duration::from_millis(100);

async fn nothing_is_seen_of_a_create_under_way(fresh: &Fresh) -> Outcome {
    for length in [1_000, LARGE] {
        let store = fresh.stores.open(&fresh.root).await?;
        let (key, whole) = (key(&format!("create/{length}"))?, content(1, length));
        let (body, stalled) = stalling(&whole);
        let putting = spawn_put(&store, &key, body, PutOptions::CREATE);
        stalled.reached.await?;
        let observer = fresh.stores.open(&fresh.root).await?;
        ensure_absent(observer.as_ref(), &key).await?;
        stalled.go_on.send(()).ok();
        putting.await??;
        ensure_content(observer.as_ref(), &key, &whole).await?;
    }
    Ok(())
}

async fn the_former_content_is_seen_while_an_overwrite_is_under_way(fresh: &Fresh) -> Outcome {
    for length in [1_000, LARGE] {
        let store = fresh.stores.open(&fresh.root).await?;
        let (key, former, next) =
            (key(&format!("overwrite/{length}"))?, content(1, 5_000), content(2, length));
        put(store.as_ref(), &key, &former, PutOptions::CREATE).await?;
        let (body, stalled) = stalling(&next);
        let putting = spawn_put(&store, &key, body, PutOptions::OVERWRITE);
        stalled.reached.await?;
        let observer = fresh.stores.open(&fresh.root).await?;
        ensure_content(observer.as_ref(), &key, &former).await?;
        stalled.go_on.send(()).ok();
        putting.await??;
        ensure_content(observer.as_ref(), &key, &next).await?;
    }
    Ok(())
}

async fn a_failing_body_leaves_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for (length, options) in [
        (0, PutOptions::CREATE),
        (1_000, PutOptions::OVERWRITE),
        (LARGE, PutOptions::CREATE),
        (LARGE, PutOptions::CREATE_IN_BATCH),
    ] {
        let key = key("failing/a")?;
        let failed = store.put(&key, failing_after(content(1, length)), options).await;
        ensure_body_failure(failed)?;
        ensure_absent(store.as_ref(), &key).await?;
    }
    store.flush().await?;
    ensure_equal("how many blobs are left", &listed(store.as_ref(), None).await?.len(), &0)
}

async fn a_failing_body_leaves_the_former_content(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, former) = (key("failing/a")?, content(1, 5_000));
    let metadata = put(store.as_ref(), &key, &former, PutOptions::CREATE).await?;
    for length in [0, 1_000, LARGE] {
        let failed = store.put(&key, failing_after(content(2, length)), PutOptions::OVERWRITE).await;
        ensure_body_failure(failed)?;
        ensure_content(store.as_ref(), &key, &former).await?;
        ensure_equal("its metadata", &store.metadata(&key).await?, &Some(metadata.clone()))?;
    }
    ensure_equal("how many blobs there are", &listed(store.as_ref(), None).await?.len(), &1)
}

async fn a_dropped_put_leaves_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for length in [1_000, LARGE] {
        let key = key(&format!("dropped/{length}"))?;
        drop_midway(store.as_ref(), &key, &content(1, length), PutOptions::CREATE).await?;
        ensure_absent(store.as_ref(), &key).await?;
        ensure_equal("how many blobs are left", &listed(store.as_ref(), None).await?.len(), &0)?;
    }
    Ok(())
}

async fn a_dropped_put_leaves_the_former_content(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for length in [1_000, LARGE] {
        let (key, former) = (key(&format!("dropped/{length}"))?, content(1, 5_000));
        put(store.as_ref(), &key, &former, PutOptions::CREATE).await?;
        drop_midway(store.as_ref(), &key, &content(2, length), PutOptions::OVERWRITE).await?;
        ensure_content(store.as_ref(), &key, &former).await?;
    }
    ensure_equal("how many blobs there are", &listed(store.as_ref(), None).await?.len(), &2)
}

async fn readers_during_overwrites_see_one_version_whole(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key("busy")?;
    let versions: Vec<_> = (0..4).map(|seed| content(seed, 300_000 + seed * 50_000)).collect();
    put(store.as_ref(), &key, &versions[0], PutOptions::CREATE).await?;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..4 {
        let (store, key, versions) = (Arc::clone(&store), key.clone(), versions.clone());
        let is_over = Arc::clone(&is_over);
        readers.spawn(async move {
            let mut seen = Vec::new();
            while !is_over.load(Ordering::Relaxed) || seen.is_empty() {
                seen.extend(look(store.as_ref(), &key, &versions).await?);
            }
            Ok::<_, Failure>(seen)
        });
    }
    for seed in 1..25 {
        let content = &versions[seed % versions.len()];
        store.put(&key, in_pieces(content), PutOptions::OVERWRITE).await?;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut by_version = HashMap::<BlobVersion, usize>::new();
    while let Some(reader) = readers.join_next().await {
        for (version, content) in reader?? {
            let known = *by_version.entry(version.clone()).or_insert(content);
            ensure!(known == content, "expected one content of version {version:?}, found two");
        }
    }
    Ok(())
}

async fn a_reader_from_before_an_overwrite_sees_one_version_or_an_error(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, former, next) = (key("slow")?, content(1, 4 * LARGE), content(2, 4 * LARGE));
    put(store.as_ref(), &key, &former, PutOptions::CREATE).await?;
    let mut reader = store.read(&key, None).await?;
    let mut seen = match reader.body.next().await {
        Some(piece) => piece?.to_vec(),
        None => return Err(Failure::new("expected content, found an empty body")),
    };
    put(store.as_ref(), &key, &next, PutOptions::OVERWRITE).await?;
    if let Ok(rest) = collect(reader).await {
        seen.extend(rest);
        ensure_bytes("the version that the reader began with", &seen, &former)?;
    }
    ensure_content(store.as_ref(), &key, &next).await
}

/// Reads the blob once, and says which of the contents its version has. A reader may be told that it came at a bad time.
async fn look(
    store: &dyn BlobStore,
    key: &BlobKey,
    versions: &[Bytes],
) -> Result<Option<(BlobVersion, usize)>, Failure> {
    let reader = store.read(key, None).await?;
    let metadata = reader.metadata.clone();
    let Ok(seen) = collect(reader).await else {
        tokio::task::yield_now().await;
        return Ok(None);
    };
    ensure_equal("the size of the metadata and of the content", &metadata.size, &u64::try_from(seen.len())?)?;
    match versions.iter().position(|version| *version == seen) {
        Some(content) => Ok(Some((metadata.version, content))),
        None => {
            Err(Failure::new(format!("expected one version whole, found a mixture of {} bytes", seen.len())))
        }
    }
}

fn spawn_put(
    store: &Arc<dyn BlobStore>,
    key: &BlobKey,
    body: freehold_ports::blobs::ByteStream,
    options: PutOptions,
) -> tokio::task::JoinHandle<Result<freehold_ports::blobs::BlobMetadata, BlobError>> {
    let (store, key) = (Arc::clone(store), key.clone());
    tokio::spawn(async move { store.put(&key, body, options).await })
}

/// Drops a put when half of its body is taken, and then lets the body end.
async fn drop_midway(store: &dyn BlobStore, key: &BlobKey, content: &Bytes, options: PutOptions) -> Outcome {
    let (body, stalled) = stalling(content);
    let putting = store.put(key, body, options);
    tokio::select! {
        put = putting => return Err(Failure::new(format!("expected the put to wait for its body, found {put:?}"))),
        reached = stalled.reached => reached?,
    }
    stalled.go_on.send(()).ok();
    tokio::time::sleep(AFTERMATH).await;
    Ok(())
}

fn ensure_body_failure<T>(result: Result<T, BlobError>) -> Outcome {
    match result {
        Err(BlobError::Body { source }) if source.to_string().contains(BODY_FAILURE) => Ok(()),
        Err(error) => {
            Err(Failure::new(format!("expected the error of the body inside Body, found {error:?}")))
        }
        Ok(_) => Err(Failure::new("putting a failing body: expected Body, found success")),
    }
}
