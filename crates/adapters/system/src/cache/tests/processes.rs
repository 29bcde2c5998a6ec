//! Processes that work on one cache at once, and processes that are killed.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use freehold_ports::blobs::ByteStream;
use futures_util::{StreamExt, stream};

use super::*;

const FOLDER: &str = "FREEHOLD_TEST_CACHE_FOLDER";
const ROUNDS: u8 = 30;

fn start(test: &str, cache: &FolderCache) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--ignored", &format!("cache::tests::processes::{test}")])
        .env(FOLDER, cache.layout.folder())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn cache_of_parent(limit: u64) -> FolderCache {
    FolderCache::new(std::env::var_os(FOLDER).unwrap(), limit)
}

#[tokio::test]
#[ignore = "it is the other process of what_a_killed_process_was_keeping_is_removed_by_the_next"]
async fn process_that_keeps_half_a_content() {
    let half: ByteStream = Box::pin(stream::iter([Ok(vec![7; 600_000].into())]).chain(stream::pending()));
    let cache = cache_of_parent(10_000_000);
    drop(cache.keep(&hash_of(&content(7)), 1_000_000, half).await);
}

#[tokio::test]
async fn what_a_killed_process_was_keeping_is_removed_by_the_next() {
    let (_ground, cache) = cache_of(10_000_000);
    let mut process = start("process_that_keeps_half_a_content", &cache);
    let is_written = || {
        partials(&cache).iter().any(|name| {
            fs::metadata(cache.layout.partial().join(name)).is_ok_and(|metadata| metadata.len() >= 600_000)
        })
    };
    while !is_written() {
        assert!(process.try_wait().unwrap().is_none(), "the process ended early");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    keep(&cache, &content(1)).await.unwrap();
    cache.clear().await.unwrap();
    assert_eq!(partials(&cache).len(), 1, "what a live process is keeping stays");
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(!holds(&cache, &content(7)).await);
    keep(&cache, &content(2)).await.unwrap();
    assert_eq!(partials(&cache), [""; 0]);
}

#[tokio::test]
async fn clearing_removes_what_a_dead_process_was_keeping() {
    let (_ground, cache) = cache_of(10_000);
    fs::create_dir_all(cache.layout.partial()).unwrap();
    fs::write(cache.layout.partial().join("keeping-dead.partial"), "half").unwrap();
    cache.clear().await.unwrap();
    assert_eq!(partials(&cache), [""; 0]);
}

/// Keeps and finds more contents than the cache can hold, and checks what it is given.
async fn churn(cache: &FolderCache) {
    for round in 0..ROUNDS {
        for number in [round, round.wrapping_add(1), round / 2] {
            let path = keep(cache, &content(number)).await.unwrap();
            if let Ok(bytes) = fs::read(path) {
                assert_eq!(bytes, content(number));
            }
            cache.find(&hash_of(&content(number))).await.unwrap();
        }
        if round % 10 == 9 {
            cache.clear().await.unwrap();
        }
    }
}

#[tokio::test]
#[ignore = "it is the other process of processes_at_once_keep_find_evict_and_clear"]
async fn process_that_churns() {
    churn(&cache_of_parent(3_500)).await;
}

#[tokio::test]
async fn processes_at_once_keep_find_evict_and_clear() {
    let (_ground, cache) = cache_of(3_500);
    let mut others = [start("process_that_churns", &cache), start("process_that_churns", &cache)];
    churn(&cache).await;
    for other in &mut others {
        assert!(other.wait().unwrap().success());
    }
    assert_eq!(partials(&cache), [""; 0]);
    keep(&cache, &content(200)).await.unwrap();
    let usage = cache.usage().await.unwrap();
    assert!(usage.bytes <= 3_500 && usage.contents >= 1, "{usage:?}");
    assert!(holds(&cache, &content(200)).await);
}
