//! Cases: copies within a backend. One that cannot copy gives `None`, and has done nothing.

use std::sync::Arc;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BlobMetadata, BlobStore, PutOptions};

use super::Fresh;
use super::content::{content, ensure_absent, ensure_content, key, put};
use crate::case::{Failure, Outcome, cases, ensure_equal, ensure_error};

cases! { Fresh, "blobs::copy":
    a_copy_has_the_content_of_its_source,
    a_copy_shares_nothing_with_its_source,
    a_copy_can_stay_within_one_location,
    a_copy_that_creates_replaces_nothing,
    a_copy_that_overwrites_replaces_the_whole_content,
    a_copy_of_what_is_absent_is_not_found,
}

async fn a_copy_has_the_content_of_its_source(fresh: &Fresh) -> Outcome {
    for length in [0, 1, 3_000_000] {
        let (store, source, source_key) = with_source(fresh, length).await?;
        let key = key(&format!("copied/{length}"))?;
        match copy(fresh, store.as_ref(), &key, &source_key, PutOptions::CREATE).await? {
            Some(metadata) => {
                ensure_equal(
                    "the metadata that the copy gave",
                    &store.metadata(&key).await?,
                    &Some(metadata),
                )?;
                ensure_content(store.as_ref(), &key, &content(1, length)).await?;
            }
            None => ensure_absent(store.as_ref(), &key).await?,
        }
        ensure_content(source.as_ref(), &source_key, &content(1, length)).await?;
    }
    Ok(())
}

async fn a_copy_shares_nothing_with_its_source(fresh: &Fresh) -> Outcome {
    let (store, source, source_key) = with_source(fresh, 10_000).await?;
    let key = key("copied")?;
    if copy(fresh, store.as_ref(), &key, &source_key, PutOptions::CREATE).await?.is_none() {
        return ensure_absent(store.as_ref(), &key).await;
    }
    put(source.as_ref(), &source_key, &content(2, 20), PutOptions::OVERWRITE).await?;
    ensure_content(store.as_ref(), &key, &content(1, 10_000)).await?;
    put(store.as_ref(), &key, &content(3, 30), PutOptions::OVERWRITE).await?;
    ensure_content(source.as_ref(), &source_key, &content(2, 20)).await?;
    source.delete(std::slice::from_ref(&source_key)).await?;
    ensure_content(store.as_ref(), &key, &content(3, 30)).await
}

async fn a_copy_can_stay_within_one_location(fresh: &Fresh) -> Outcome {
    let (_, source, source_key) = with_source(fresh, 10_000).await?;
    let key = key("copied")?;
    match copy(fresh, source.as_ref(), &key, &source_key, PutOptions::CREATE).await? {
        Some(_) => ensure_content(source.as_ref(), &key, &content(1, 10_000)).await,
        None => ensure_absent(source.as_ref(), &key).await,
    }
}

async fn a_copy_that_creates_replaces_nothing(fresh: &Fresh) -> Outcome {
    let (store, _, source_key) = with_source(fresh, 10_000).await?;
    let key = key("taken")?;
    put(store.as_ref(), &key, &content(2, 20), PutOptions::CREATE).await?;
    for options in [PutOptions::CREATE, PutOptions::CREATE_IN_BATCH] {
        match copy(fresh, store.as_ref(), &key, &source_key, options).await {
            Err(BlobError::AlreadyExists { .. }) | Ok(None) => {}
            Err(error) => return Err(Failure::new(format!("expected AlreadyExists, found {error:?}"))),
            Ok(Some(_)) => {
                return Err(Failure::new("copying to a taken key: expected AlreadyExists, found success"));
            }
        }
        ensure_content(store.as_ref(), &key, &content(2, 20)).await?;
    }
    Ok(())
}

async fn a_copy_that_overwrites_replaces_the_whole_content(fresh: &Fresh) -> Outcome {
    let (store, _, source_key) = with_source(fresh, 10_000).await?;
    let key = key("taken")?;
    put(store.as_ref(), &key, &content(2, 20_000), PutOptions::CREATE).await?;
    match copy(fresh, store.as_ref(), &key, &source_key, PutOptions::OVERWRITE).await? {
        Some(_) => ensure_content(store.as_ref(), &key, &content(1, 10_000)).await,
        None => ensure_content(store.as_ref(), &key, &content(2, 20_000)).await,
    }
}

async fn a_copy_of_what_is_absent_is_not_found(fresh: &Fresh) -> Outcome {
    let (store, _, _) = with_source(fresh, 10).await?;
    let (key, absent) = (key("copied")?, key("absent")?);
    let copied = copy(fresh, store.as_ref(), &key, &absent, PutOptions::OVERWRITE).await;
    if !matches!(copied, Ok(None)) {
        ensure_error!("copying what is absent", copied, BlobError::NotFound { .. });
    }
    ensure_absent(store.as_ref(), &key).await
}

/// Both locations, with a blob of this length in the other one.
async fn with_source(
    fresh: &Fresh,
    length: usize,
) -> Result<(Arc<dyn BlobStore>, Arc<dyn BlobStore>, BlobKey), Failure> {
    let store = fresh.stores.open(&fresh.root).await?;
    let source = fresh.stores.open(&fresh.other_root).await?;
    let source_key = key("source/a.bin")?;
    put(source.as_ref(), &source_key, &content(1, length), PutOptions::OVERWRITE).await?;
    Ok((store, source, source_key))
}

/// Copies a blob of the other location.
async fn copy(
    fresh: &Fresh,
    store: &dyn BlobStore,
    key: &BlobKey,
    source_key: &BlobKey,
    options: PutOptions,
) -> Result<Option<BlobMetadata>, BlobError> {
    store.copy_from(key, &fresh.other_root, source_key, options).await
}
