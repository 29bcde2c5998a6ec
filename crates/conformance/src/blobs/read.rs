//! Cases: blobs are read, whole and in part.

use freehold_ports::blobs::{BlobError, PutOptions};

use super::Fresh;
use super::content::{collect, content, ensure_bytes, in_pieces, key, put, read};
use crate::case::{Failure, Outcome, cases, ensure_equal, ensure_error};

cases! { Fresh, "blobs::read":
    a_range_is_read_as_asked_for,
    a_range_is_cut_at_the_end,
    the_metadata_of_a_range_is_that_of_the_whole_blob,
    an_absent_blob_is_not_found,
    an_absent_location_holds_nothing,
    a_folder_is_not_a_blob,
    one_blob_can_be_read_by_many_at_once,
}

async fn a_range_is_read_as_asked_for(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, whole) = (key("ranges")?, content(1, 3_000_000));
    store.put(&key, in_pieces(&whole), PutOptions::CREATE).await?;
    for (start, end) in
        [(0, 3_000_000), (0, 1), (1, 2), (999, 1_001), (262_143, 1_048_577), (2_999_999, 3_000_000)]
    {
        let range = u64::try_from(start)?..u64::try_from(end)?;
        let found = read(store.as_ref(), &key, Some(range.clone())).await?;
        ensure_bytes(&format!("the bytes {range:?}"), &found, &whole[start..end])?;
    }
    Ok(())
}

async fn a_range_is_cut_at_the_end(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, whole) = (key("ranges")?, content(1, 1_000));
    put(store.as_ref(), &key, &whole, PutOptions::CREATE).await?;
    let beyond =
        [(0..5_000, 0), (999..u64::MAX, 999), (1_000..1_001, 1_000), (7_000..8_000, 1_000), (5..5, 1_000)];
    for (range, start) in beyond {
        let found = read(store.as_ref(), &key, Some(range.clone())).await?;
        ensure_bytes(&format!("the bytes {range:?}"), &found, &whole[start..])?;
    }
    let empty = super::content::key("empty")?;
    put(store.as_ref(), &empty, &content(1, 0), PutOptions::CREATE).await?;
    ensure_bytes("the bytes of an empty blob", &read(store.as_ref(), &empty, Some(0..10)).await?, &[])
}

async fn the_metadata_of_a_range_is_that_of_the_whole_blob(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let key = key("ranges")?;
    let expected = put(store.as_ref(), &key, &content(1, 1_000), PutOptions::CREATE).await?;
    for range in [None, Some(0..1), Some(500..5_000), Some(2_000..3_000)] {
        let reader = store.read(&key, range.clone()).await?;
        ensure_equal(&format!("the metadata with the bytes {range:?}"), &reader.metadata, &expected)?;
        collect(reader).await?;
    }
    Ok(())
}

async fn an_absent_blob_is_not_found(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(store.as_ref(), &key("a/there")?, &content(1, 10), PutOptions::CREATE).await?;
    for absent in ["absent", "a/absent", "a/there.not", "absent/there"] {
        let key = key(absent)?;
        ensure_equal(&format!("what is known of {key}"), &store.metadata(&key).await?, &None)?;
        for range in [None, Some(0..10)] {
            let opened = store.read(&key, range).await;
            ensure_error!(format!("reading {key}"), opened, BlobError::NotFound { .. });
        }
    }
    Ok(())
}

async fn an_absent_location_holds_nothing(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    for absent in ["absent", "a/b/absent", ".lamindb/storage_uid.txt"] {
        super::content::ensure_absent(store.as_ref(), &key(absent)?).await?;
    }
    Ok(())
}

async fn a_folder_is_not_a_blob(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    put(store.as_ref(), &key("a/b/c")?, &content(1, 10), PutOptions::CREATE).await?;
    for folder in ["a", "a/b"] {
        let folder = key(folder)?;
        ensure_equal(&format!("what is known of {folder}"), &store.metadata(&folder).await?, &None)?;
        match store.read(&folder, None).await {
            Err(BlobError::NotABlob { .. } | BlobError::NotFound { .. }) => {}
            Err(error) => {
                return Err(Failure::new(format!(
                    "reading {folder}: expected NotABlob or NotFound, found {error:?}"
                )));
            }
            Ok(_) => return Err(Failure::new(format!("reading {folder}: expected an error, found a blob"))),
        }
    }
    Ok(())
}

async fn one_blob_can_be_read_by_many_at_once(fresh: &Fresh) -> Outcome {
    let store = fresh.stores.open(&fresh.root).await?;
    let (key, whole) = (key("shared")?, content(1, 1_500_000));
    put(store.as_ref(), &key, &whole, PutOptions::CREATE).await?;
    let mut readers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, key) = (std::sync::Arc::clone(&store), key.clone());
        readers.spawn(async move { read(store.as_ref(), &key, None).await });
    }
    while let Some(reader) = readers.join_next().await {
        ensure_bytes("the content, by each of the readers", &reader??, &whole)?;
    }
    Ok(())
}
