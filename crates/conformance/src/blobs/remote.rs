//! Cases: what a location that is reached over a network has. A backend without such things passes.

use std::sync::Arc;
use std::time::Duration;

use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobStore, PutOptions, UnfinishedUpload};
use futures_util::stream::TryStreamExt;

use super::Fresh;
use super::content::{
    content, ensure_absent, ensure_content, failing_after, in_pieces, key, listed, put, stalling,
};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal, present};

cases! { Fresh, "blobs::remote":
    a_location_opened_in_its_region_is_the_same_place,
    a_given_region_is_believed,
    where_credentials_come_from_is_told_in_one_line_and_always_the_same,
    a_presigned_url_does_not_ask_whether_the_blob_exists,
    presigning_and_listing_uploads_create_nothing,
    a_put_that_has_returned_leaves_no_upload,
    a_put_that_has_failed_leaves_no_upload,
    a_dropped_put_leaves_no_upload_in_the_end,
    an_aborted_upload_is_gone_and_its_put_fails,
    an_upload_of_another_location_is_not_listed,
}

/// Larger than what backends send in one request.
const LARGE: usize = 20 << 20;

/// How often a case looks for something that comes to light by and by.
const LOOKS: u32 = 100;
/// How long it waits between two looks.
const PAUSE: Duration = Duration::from_millis(20);

async fn a_location_opened_in_its_region_is_the_same_place(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, whole) = (key("a/b")?, content(1, 1_000));
    put(store.as_ref(), &key, &whole, PutOptions::CREATE).await?;
    let region = store.region().unwrap_or("nowhere").to_owned();
    let again = fresh.stores.open_in_region(&fresh.root, &region).await?;
    ensure_content(again.as_ref(), &key, &whole).await?;
    ensure_equal("the region", &again.region(), &store.region())
}

async fn a_given_region_is_believed(fresh: &Fresh) -> Outcome {
    let has_regions = fresh.stores.open(&fresh.root).await?.region().is_some();
    let store = fresh.stores.open_in_region(&fresh.root, "region-9").await?;
    ensure_equal("the region", &store.region(), &has_regions.then_some("region-9"))
}

async fn where_credentials_come_from_is_told_in_one_line_and_always_the_same(fresh: &Fresh) -> Outcome {
    let (store, again) = (fresh.stores.open(&fresh.root).await?, fresh.stores.open(&fresh.root).await?);
    let source = store.credentials_source();
    ensure_equal("the source of credentials", &again.credentials_source(), &source)?;
    let is_line = source.is_none_or(|source| !source.trim().is_empty() && !source.contains('\n'));
    ensure!(is_line, "the source of credentials: expected one line for people, found {source:?}");
    Ok(())
}

async fn a_presigned_url_does_not_ask_whether_the_blob_exists(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (here, absent) = (key("a/b")?, key("a/absent")?);
    put(store.as_ref(), &here, &content(1, 10), PutOptions::CREATE).await?;
    let an_hour = Duration::from_hours(1);
    let Some(url) = store.presigned_url(&here, an_hour).await? else { return Ok(()) };
    let of_absent = present("the URL of an absent blob", store.presigned_url(&absent, an_hour).await?)?;
    for url in [&url, &of_absent] {
        ensure!(
            url.reveal().starts_with("http"),
            "a presigned URL: expected an HTTP URL, found something else"
        );
    }
    ensure!(url != of_absent, "the URLs of two blobs: expected two, found one and the same");
    Ok(())
}

async fn presigning_and_listing_uploads_create_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    // A location that is not there at all may say so.
    put(store.as_ref(), &key("a")?, &content(1, 10), PutOptions::CREATE).await?;
    store.presigned_url(&key("b")?, Duration::from_mins(1)).await?;
    ensure_no_upload(store.as_ref()).await?;
    ensure_equal("how many blobs there are", &listed(store.as_ref(), None).await?.len(), &1)
}

async fn a_put_that_has_returned_leaves_no_upload(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, whole) = (key("large")?, content(1, LARGE));
    for options in [PutOptions::CREATE, PutOptions::OVERWRITE] {
        store.put(&key, in_pieces(&whole), options).await?;
        ensure_no_upload(store.as_ref()).await?;
    }
    ensure_content(store.as_ref(), &key, &whole).await
}

async fn a_put_that_has_failed_leaves_no_upload(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(store.as_ref(), &key("taken")?, &content(1, 10), PutOptions::CREATE).await?;
    let failed = store.put(&key("failing")?, failing_after(content(2, LARGE)), PutOptions::CREATE).await;
    ensure!(failed.is_err(), "a put of a failing body: expected an error, found success");
    ensure_no_upload(store.as_ref()).await?;
    let refused = store.put(&key("taken")?, in_pieces(&content(3, LARGE)), PutOptions::CREATE).await;
    ensure!(refused.is_err(), "a create on a taken key: expected an error, found success");
    ensure_no_upload(store.as_ref()).await
}

async fn a_dropped_put_leaves_no_upload_in_the_end(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(store.as_ref(), &key("a")?, &content(1, 10), PutOptions::CREATE).await?;
    let (body, stalled) = stalling(&content(2, LARGE));
    let key = key("dropped")?;
    tokio::select! {
        put = store.put(&key, body, PutOptions::CREATE) => {
            return Err(Failure::new(format!("the put of a waiting body: expected it to wait, found {put:?}")));
        }
        reached = stalled.reached => reached?,
    }
    for _ in 0..LOOKS {
        if uploads(store.as_ref()).await?.is_empty() {
            return ensure_absent(store.as_ref(), &key).await;
        }
        tokio::time::sleep(PAUSE).await;
    }
    ensure_no_upload(store.as_ref()).await
}

async fn an_aborted_upload_is_gone_and_its_put_fails(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(store.as_ref(), &key("a")?, &content(1, 10), PutOptions::CREATE).await?;
    let key = key("folder/aborted")?;
    let (body, stalled) = stalling(&content(2, 2 * LARGE));
    let putting = {
        let (store, key) = (Arc::clone(&store), key.clone());
        tokio::spawn(async move { store.put(&key, body, PutOptions::CREATE).await })
    };
    stalled.reached.await?;
    let Some(upload) = first_upload(store.as_ref()).await? else {
        // The backend has no uploads in parts.
        stalled.go_on.send(()).ok();
        putting.await??;
        return Ok(());
    };
    ensure_upload_below(&upload, &key)?;
    for _ in 0..2 {
        store.abort_upload(&upload).await?;
    }
    stalled.go_on.send(()).ok();
    let put = putting.await?;
    ensure!(put.is_err(), "the put whose upload was aborted: expected an error, found success");
    ensure_absent(store.as_ref(), &key).await?;
    ensure_no_upload(store.as_ref()).await
}

async fn an_upload_of_another_location_is_not_listed(fresh: &Fresh) -> Outcome {
    let (store, other) = (fresh.stores.open(&fresh.root).await?, fresh.stores.open(&fresh.other_root).await?);
    put(other.as_ref(), &key("a")?, &content(1, 10), PutOptions::CREATE).await?;
    let (body, stalled) = stalling(&content(2, LARGE));
    let (here, large) = (Arc::clone(&store), key("large")?);
    let putting = tokio::spawn(async move { here.put(&large, body, PutOptions::CREATE).await });
    stalled.reached.await?;
    let found = uploads(other.as_ref()).await;
    stalled.go_on.send(()).ok();
    putting.await??;
    ensure_equal("the uploads to the other location", &found?, &Vec::<UnfinishedUpload>::new())
}

async fn uploads(store: &dyn BlobStore) -> Result<Vec<UnfinishedUpload>, Failure> {
    Ok(store.unfinished_uploads().await.try_collect().await?)
}

/// The first upload that comes to light, if one does.
async fn first_upload(store: &dyn BlobStore) -> Result<Option<UnfinishedUpload>, Failure> {
    for _ in 0..LOOKS / 4 {
        if let Some(upload) = uploads(store).await?.pop() {
            return Ok(Some(upload));
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(None)
}

/// An upload has the key of its blob, or one that is kept for the backend's own use.
fn ensure_upload_below(upload: &UnfinishedUpload, key: &BlobKey) -> Outcome {
    let found = &upload.key;
    ensure!(found == key || found.is_reserved(), "the key of the upload: expected {key}, found {found}");
    Ok(())
}

async fn ensure_no_upload(store: &dyn BlobStore) -> Outcome {
    ensure_equal("the uploads that are unfinished", &uploads(store).await?, &Vec::new())
}
