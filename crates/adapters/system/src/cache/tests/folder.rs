//! What the folder looks like, and what in it is not ours.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn nobody_else_may_look_into_the_cache_and_nobody_may_change_a_content() {
    let (_ground, cache) = cache_of(10_000);
    let path = keep(&cache, &content(1)).await.unwrap();
    assert_eq!(mode(cache.layout.folder()), 0o700);
    assert_eq!(mode(&path), 0o400);
}

#[tokio::test]
async fn a_content_lies_under_its_hash_and_nothing_is_left_beside_it() {
    let (_ground, cache) = cache_of(10_000);
    let path = keep(&cache, &content(1)).await.unwrap();
    let hash = hash_of(&content(1)).to_string();
    assert_eq!(path, cache.layout.folder().join("blake3").join(&hash[..2]).join(&hash));
    assert_eq!(names_in(cache.layout.folder()), ["blake3", "freehold-cache.ledger", "partial"]);
    assert_eq!(partials(&cache), [""; 0]);
}

#[tokio::test]
async fn looking_and_clearing_make_nothing() {
    let (ground, cache) = cache_of(10_000);
    assert!(!holds(&cache, &content(1)).await);
    cache.usage().await.unwrap();
    cache.clear().await.unwrap();
    assert_eq!(names_in(ground.path()), [""; 0]);
    fs::create_dir(cache.layout.folder()).unwrap();
    cache.clear().await.unwrap();
    assert_eq!(names_in(cache.layout.folder()), [""; 0]);
}

#[tokio::test]
async fn what_is_not_named_as_ours_is_neither_counted_nor_removed() {
    let (_ground, cache) = cache_of(2_000);
    let path = keep(&cache, &content(1)).await.unwrap();
    let shard = path.parent().unwrap();
    let ours = path.file_name().unwrap().to_str().unwrap();
    // The last has a hash for its name, in the folder of another one.
    let elsewhere = cache.layout.shards().join(if ours.starts_with("00") { "11" } else { "00" });
    let foreign = [
        cache.layout.folder().join("notes.txt"),
        cache.layout.partial().join("notes.txt"),
        cache.layout.shards().join("notes.txt"),
        shard.join("notes.txt"),
        shard.join(ours.to_uppercase()),
        shard.join(format!("{ours}.bak")),
        elsewhere.join(ours),
    ];
    fs::create_dir(&elsewhere).unwrap();
    for file in &foreign {
        fs::write(file, vec![0; 100_000]).unwrap();
    }
    let usage = cache.usage().await.unwrap();
    assert_eq!((usage.contents, usage.bytes), (1, 1_000));
    for number in 2..6 {
        keep(&cache, &content(number)).await.unwrap();
    }
    cache.clear().await.unwrap();
    for file in &foreign {
        assert!(file.exists(), "{}", file.display());
    }
    assert_eq!(cache.usage().await.unwrap().contents, 0);
}

#[tokio::test]
async fn what_was_used_longest_ago_goes_first_whatever_its_name() {
    let (_ground, cache) = cache_of(3_000);
    let mut paths = Vec::new();
    for number in 1..=3 {
        paths.push(keep(&cache, &content(number)).await.unwrap());
    }
    for (path, days) in paths.iter().zip([2, 3, 1]) {
        let used = SystemTime::now() - Duration::from_hours(24 * days);
        fs::File::open(path).unwrap().set_modified(used).unwrap();
    }
    keep(&cache, &content(4)).await.unwrap();
    assert_eq!(paths.iter().map(|path| path.exists()).collect::<Vec<_>>(), [true, false, true]);
    keep(&cache, &content(5)).await.unwrap();
    assert_eq!(paths.iter().map(|path| path.exists()).collect::<Vec<_>>(), [false, false, true]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_told_by_its_path() {
    let (_ground, cache) = cache_of(10_000);
    fs::write(cache.layout.folder(), "a file").unwrap();
    let kept = keep(&cache, &content(1)).await;
    let Err(CacheError::Io { path, .. }) = &kept else { return assert!(kept.is_err(), "{kept:?}") };
    assert_eq!(path, &cache.layout.folder().display().to_string());
    assert!(cache.find(&hash_of(&content(1))).await.is_err());
    assert!(cache.usage().await.is_err());
    assert_eq!(fs::read(cache.layout.folder()).unwrap(), b"a file");
}

#[tokio::test]
async fn a_relative_folder_gives_absolute_paths() {
    let cache = FolderCache::new("some/cache", 1);
    assert!(cache.usage().await.unwrap().folder.unwrap().is_absolute());
}

#[tokio::test]
async fn among_very_many_contents_room_is_made_for_more_than_one() {
    const MANY: u64 = 4_200;
    let (_ground, cache) = cache_of(MANY * 10);
    for number in 0..MANY {
        let digest = *blake3::hash(&number.to_le_bytes()).as_bytes();
        let (shard, path) = cache.layout.place(&digest);
        fs::create_dir_all(shard).unwrap();
        fs::write(path, [0; 10]).unwrap();
    }
    keep(&cache, &content(1)).await.unwrap();
    let after_one = cache.usage().await.unwrap().contents;
    assert!(after_one > MANY * 9 / 10, "{after_one}");
    keep(&cache, &content(2)).await.unwrap();
    assert_eq!(cache.usage().await.unwrap().contents, after_one + 1);
}
