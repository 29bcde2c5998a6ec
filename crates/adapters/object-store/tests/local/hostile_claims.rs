//! A claim that is no claim is told as what it is, without being read to its end or waited for.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use freehold_domain::BlobKey;
use freehold_ports::blobs::BlobError;
use futures_util::StreamExt;

use crate::ground::{Ground, create};

const CLAIM: &str = ".lamindb/storage_uid.txt";

const GIBIBYTE: u64 = 1 << 30;

fn ground() -> Ground {
    let ground = Ground::new();
    fs::create_dir_all(ground.path(".lamindb")).unwrap();
    ground
}

#[tokio::test]
async fn the_size_of_a_huge_claim_is_known_before_any_of_it_is_read() {
    let ground = ground();
    fs::File::create(ground.path(CLAIM)).unwrap().set_len(GIBIBYTE).unwrap();
    let reader = ground.store().await.read(&BlobKey::claim(), None).await.unwrap();
    assert_eq!(reader.metadata.size, GIBIBYTE);
}

#[tokio::test]
async fn a_huge_claim_comes_in_small_pieces() {
    let ground = ground();
    fs::File::create(ground.path(CLAIM)).unwrap().set_len(GIBIBYTE).unwrap();
    let mut body = ground.store().await.read(&BlobKey::claim(), None).await.unwrap().body;
    let piece = body.next().await.unwrap().unwrap();
    assert!(piece.len() <= 16 << 20, "{}", piece.len());
}

#[tokio::test]
async fn a_claim_that_leads_out_of_its_location_is_not_read() {
    let ground = ground();
    fs::write(ground.folder().join("secret"), "secret").unwrap();
    symlink(ground.folder().join("secret"), ground.path(CLAIM)).unwrap();
    let read = ground.store().await.read(&BlobKey::claim(), None).await;
    assert!(matches!(read, Err(BlobError::OutsideLocation { .. })), "{read:?}");
}

#[tokio::test]
async fn a_claim_that_is_a_link_to_nothing_is_not_written_over() {
    let ground = ground();
    symlink("nowhere", ground.path(CLAIM)).unwrap();
    let created = create(&*ground.store().await, CLAIM, "claim").await;
    assert!(matches!(created, Err(BlobError::AlreadyExists { .. })), "{created:?}");
    assert_eq!(fs::read_link(ground.path(CLAIM)).unwrap().to_str(), Some("nowhere"));
    assert!(!ground.path(".lamindb/nowhere").exists());
}

#[tokio::test]
async fn a_claim_that_is_a_folder_or_a_pipe_is_no_blob() {
    let (folder, pipe) = (ground(), ground());
    fs::create_dir(folder.path(CLAIM)).unwrap();
    assert!(Command::new("mkfifo").arg(pipe.path(CLAIM)).status().unwrap().success());
    for ground in [folder, pipe] {
        let read = ground.store().await.read(&BlobKey::claim(), None).await;
        assert!(matches!(read, Err(BlobError::NotABlob { .. })), "{read:?}");
    }
}
