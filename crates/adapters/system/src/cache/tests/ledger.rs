//! The recorded number of bytes: counted again whenever it cannot be believed.

use super::*;
use crate::cache::ledger::Ledger;

#[tokio::test]
async fn the_ledger_says_how_many_bytes_are_kept() {
    let (_ground, cache) = cache_of(2_500);
    for (number, total) in [(1, 1_000), (2, 2_000), (2, 2_000), (3, 2_000)] {
        keep(&cache, &content(number)).await.unwrap();
        assert_eq!(recorded(&cache), Some(total), "after {number}");
    }
    cache.clear().await.unwrap();
    assert_eq!(recorded(&cache), Some(0));
}

#[tokio::test]
async fn a_ledger_that_says_too_much_is_corrected_and_costs_no_content() {
    let (_ground, cache) = cache_of(2_500);
    keep(&cache, &content(1)).await.unwrap();
    Ledger::lock(&cache.layout.ledger()).unwrap().set_total(u64::MAX).unwrap();
    keep(&cache, &content(2)).await.unwrap();
    assert!(holds(&cache, &content(1)).await && holds(&cache, &content(2)).await);
    assert_eq!(recorded(&cache), Some(2_000));
}

#[tokio::test]
async fn a_ledger_that_is_gone_or_cannot_be_read_is_made_anew() {
    let (_ground, cache) = cache_of(2_500);
    for (number, damage) in (2..).zip(["", "x", "0000000000000000100x", "000000000000000010000"]) {
        keep(&cache, &content(1)).await.unwrap();
        fs::write(cache.layout.ledger(), damage).unwrap();
        keep(&cache, &content(number)).await.unwrap();
        assert_eq!(recorded(&cache), Some(2_000), "{damage:?}");
    }
    fs::remove_file(cache.layout.ledger()).unwrap();
    keep(&cache, &content(9)).await.unwrap();
    assert_eq!(recorded(&cache), Some(2_000));
    assert_eq!(cache.usage().await.unwrap().bytes, 2_000);
}

fn recorded(cache: &FolderCache) -> Option<u64> {
    Ledger::lock(&cache.layout.ledger()).unwrap().total().unwrap()
}
