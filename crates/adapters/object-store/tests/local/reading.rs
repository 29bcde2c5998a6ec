//! Reading large blobs, and blobs that change meanwhile.

use std::fs::{self, OpenOptions};
use std::io::Write;

use freehold_ports::blobs::{BlobError, FromBytes, PutOptions};
use futures_util::StreamExt;

use crate::ground::{Ground, collect, key, overwrite};

const LARGE: usize = 5 * 1024 * 1024 + 17;

fn pattern() -> Vec<u8> {
    (0..LARGE).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

async fn ground_with_a_large_blob() -> Ground {
    let ground = Ground::new();
    let store = ground.store().await;
    store.put(&key("large"), FromBytes::boxed(pattern()), PutOptions::CREATE).await.unwrap();
    ground
}

fn inner(error: std::io::Error) -> BlobError {
    error.downcast().expect("the port's error is inside")
}

#[tokio::test]
async fn a_large_blob_is_read_as_it_was_stored() {
    let ground = ground_with_a_large_blob().await;
    let reader = ground.store().await.read(&key("large"), None).await.unwrap();
    assert_eq!(reader.metadata.size, LARGE as u64);
    assert!(collect(reader.body).await.unwrap() == pattern());
}

#[tokio::test]
async fn a_range_is_cut_at_the_end_of_the_blob() {
    let ground = ground_with_a_large_blob().await;
    let store = ground.store().await;
    let all = LARGE as u64;
    for range in
        [0..10, 3_000_000..4_200_000, 5_000_000..all + 99, all..all + 5, all + 7..all + 9, 0..u64::MAX, 9..9]
    {
        let reader = store.read(&key("large"), Some(range.clone())).await.unwrap();
        assert_eq!(reader.metadata.size, all);
        let from = usize::try_from(range.start.min(all)).unwrap();
        let to = usize::try_from(range.end.min(all)).unwrap().max(from);
        assert!(collect(reader.body).await.unwrap() == pattern()[from..to], "{range:?}");
    }
}

#[tokio::test]
async fn a_reader_sees_one_version_whole_while_it_is_overwritten() {
    let ground = ground_with_a_large_blob().await;
    let store = ground.store().await;
    let mut reader = store.read(&key("large"), None).await.unwrap();
    let first = reader.body.next().await.unwrap().unwrap();
    overwrite(&*store, "large", "new").await.unwrap();
    let rest = collect(reader.body).await.unwrap();
    assert!([&first[..], &rest[..]].concat() == pattern());
}

#[tokio::test]
async fn a_blob_that_is_written_in_place_while_it_is_read_ends_in_an_error() {
    let ground = ground_with_a_large_blob().await;
    let store = ground.store().await;
    let mut reader = store.read(&key("large"), None).await.unwrap();
    reader.body.next().await.unwrap().unwrap();
    OpenOptions::new().append(true).open(ground.path("large")).unwrap().write_all(b"more").unwrap();
    let error = inner(collect(reader.body).await.unwrap_err());
    assert!(matches!(error, BlobError::VersionMismatch { .. }), "{error:?}");
}

#[tokio::test]
async fn a_blob_that_is_truncated_while_it_is_read_ends_in_an_error() {
    let ground = ground_with_a_large_blob().await;
    let store = ground.store().await;
    let mut reader = store.read(&key("large"), None).await.unwrap();
    reader.body.next().await.unwrap().unwrap();
    OpenOptions::new().write(true).open(ground.path("large")).unwrap().set_len(10).unwrap();
    let error = inner(collect(reader.body).await.unwrap_err());
    assert!(matches!(error, BlobError::VersionMismatch { .. }), "{error:?}");
}

#[tokio::test]
async fn a_blob_that_is_deleted_while_it_is_read_is_read_to_its_end() {
    let ground = ground_with_a_large_blob().await;
    let mut reader = ground.store().await.read(&key("large"), None).await.unwrap();
    let first = reader.body.next().await.unwrap().unwrap();
    fs::remove_file(ground.path("large")).unwrap();
    let rest = collect(reader.body).await.unwrap();
    assert!([&first[..], &rest[..]].concat() == pattern());
}

#[tokio::test]
async fn a_sparse_blob_of_five_gibibytes_is_read_a_block_at_a_time() {
    let ground = Ground::new();
    ground.write("sparse", "");
    let size = 5 * 1024 * 1024 * 1024;
    OpenOptions::new().write(true).open(ground.path("sparse")).unwrap().set_len(size).unwrap();
    let store = ground.store().await;
    let range = size - 3 * 1024 * 1024..size;
    let mut reader = store.read(&key("sparse"), Some(range)).await.unwrap();
    assert_eq!(reader.metadata.size, size);
    let mut read = 0;
    while let Some(block) = reader.body.next().await {
        let block = block.unwrap();
        assert!(block.len() <= 1024 * 1024);
        read += block.len();
    }
    assert_eq!(read, 3 * 1024 * 1024);
}
