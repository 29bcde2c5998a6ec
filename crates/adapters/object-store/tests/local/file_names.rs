//! Keys and file names are one to one.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use freehold_domain::BlobKey;
use freehold_ports::blobs::BlobError;

use crate::ground::{Ground, content, create, key, listed};

#[tokio::test]
async fn a_key_is_the_file_name_as_it_stands() {
    let ground = Ground::new();
    let store = ground.store().await;
    let names = [
        "a b",
        "100%",
        "a%2Fb",
        "a+b",
        "a#b?c",
        "a\\b",
        "é\u{301}",
        "\u{1F9EC}",
        "~",
        "...",
        "a:b*c|d",
        "line\nbreak",
    ];
    for name in names {
        create(&*store, &format!("folder/{name}"), name).await.unwrap();
        assert_eq!(fs::read_to_string(ground.path("folder").join(name)).unwrap(), name);
    }
    let mut expected: Vec<_> = names.iter().map(|name| format!("folder/{name}")).collect();
    expected.sort();
    assert_eq!(listed(&*store, None).await.unwrap(), expected);
}

#[tokio::test]
async fn a_name_that_is_not_utf8_is_an_error_of_the_listing() {
    let ground = Ground::new();
    ground.write("good", "good");
    fs::write(ground.path("").join(OsStr::from_bytes(b"bad\xff")), "bad").unwrap();
    let store = ground.store().await;
    let error = listed(&*store, None).await.unwrap_err();
    assert!(matches!(&error, BlobError::UnusableName { name, .. } if name.starts_with("bad")), "{error:?}");
}

#[tokio::test]
async fn a_folder_name_that_is_not_utf8_is_an_error_of_the_listing() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("").join(OsStr::from_bytes(b"bad\xff"))).unwrap();
    let store = ground.store().await;
    assert!(matches!(listed(&*store, None).await, Err(BlobError::UnusableName { .. })));
}

#[tokio::test]
async fn a_listing_elsewhere_is_not_disturbed_by_an_unusable_name() {
    let ground = Ground::new();
    ground.write("good/file", "good");
    fs::write(ground.path("").join(OsStr::from_bytes(b"bad\xff")), "bad").unwrap();
    let store = ground.store().await;
    assert_eq!(listed(&*store, Some("good")).await.unwrap(), ["good/file"]);
}

#[tokio::test]
async fn a_name_too_long_for_the_file_system_is_refused_and_nobodys() {
    let ground = Ground::new();
    let store = ground.store().await;
    let long = "x".repeat(300);
    assert!(matches!(create(&*store, &long, "new").await, Err(BlobError::Unsupported { .. })));
    let below = format!("{long}/file");
    assert!(matches!(create(&*store, &below, "new").await, Err(BlobError::Unsupported { .. })));
    assert_eq!(store.metadata(&key(&long)).await.unwrap(), None);
    store.delete(&[key(&long), key(&below)]).await.unwrap();
}

#[tokio::test]
async fn the_longest_key_is_stored_and_read() {
    let ground = Ground::new();
    let store = ground.store().await;
    let mut longest = "folder/".repeat(600);
    longest.truncate(BlobKey::MAXIMUM_LENGTH - 1);
    let longest = longest.trim_end_matches('/').to_owned() + "x";
    let longest = format!("{longest}{}", "y".repeat(BlobKey::MAXIMUM_LENGTH - longest.len()));
    create(&*store, &longest, "deep").await.unwrap();
    assert_eq!(content(&*store, &longest).await, "deep");
    assert_eq!(listed(&*store, None).await.unwrap(), std::slice::from_ref(&longest));
    store.delete(&[key(&longest)]).await.unwrap();
    assert_eq!(store.metadata(&key(&longest)).await.unwrap(), None);
}

#[tokio::test]
async fn names_of_work_in_progress_are_not_given_to_blobs() {
    let ground = Ground::new();
    let store = ground.store().await;
    for hidden in [".lamindb/.freehold-x", ".freehold-x/blob"] {
        let created = create(&*store, hidden, "new").await;
        assert!(matches!(created, Err(BlobError::Unsupported { .. })), "{created:?}");
    }
    assert!(!ground.path(".lamindb").exists());
}
