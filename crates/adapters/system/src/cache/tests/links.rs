//! Symbolic links in the folder, which somebody else may have put there.

use std::os::unix::fs::symlink;

use super::*;

/// A cache whose content 1 would lie at the path, and a folder elsewhere with something precious in it.
fn trap() -> (tempfile::TempDir, FolderCache, PathBuf, PathBuf) {
    let (ground, cache) = cache_of(10_000);
    let precious = ground.path().join("precious");
    fs::create_dir(&precious).unwrap();
    let path = cache.layout.place(&digest(&hash_of(&content(1))).unwrap()).1;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    (ground, cache, path, precious)
}

#[tokio::test]
async fn the_cache_may_be_reached_through_a_link() {
    let (_ground, cache, _path, precious) = trap();
    let link = precious.parent().unwrap().join("link");
    symlink(cache.layout.folder(), &link).unwrap();
    let through = FolderCache::new(&link, 10_000);
    keep(&through, &content(1)).await.unwrap();
    assert!(holds(&cache, &content(1)).await);
}

#[tokio::test]
async fn a_link_in_place_of_a_content_is_neither_read_nor_replaced() {
    let (_ground, cache, path, precious) = trap();
    let target = precious.join("data");
    fs::write(&target, content(1)).unwrap();
    symlink(&target, &path).unwrap();
    assert!(cache.find(&hash_of(&content(1))).await.is_err());
    assert!(keep(&cache, &content(1)).await.is_err());
    cache.clear().await.unwrap();
    assert!(path.is_symlink());
    assert_eq!(fs::read(&target).unwrap(), content(1));
}

#[tokio::test]
async fn a_link_in_place_of_a_folder_is_not_followed() {
    for name in ["shard", "blake3", "partial"] {
        let (_ground, cache, path, precious) = trap();
        let link = match name {
            "shard" => path.parent().unwrap().to_path_buf(),
            other => cache.layout.folder().join(other),
        };
        if link.exists() {
            fs::remove_dir_all(&link).unwrap();
        }
        symlink(&precious, &link).unwrap();
        let kept = keep(&cache, &content(1)).await;
        let source = std::error::Error::source(kept.as_ref().unwrap_err()).unwrap().to_string();
        assert!(source.contains("symbolic link"), "{name}: {source}");
        assert_eq!(names_in(&precious), [""; 0], "{name}");
        assert!(link.is_symlink(), "{name}");
    }
}

#[tokio::test]
async fn a_link_in_place_of_the_ledger_is_not_written_through() {
    let (_ground, cache, _path, precious) = trap();
    let target = precious.join("data");
    fs::write(&target, "precious").unwrap();
    symlink(&target, cache.layout.ledger()).unwrap();
    assert!(keep(&cache, &content(1)).await.is_err());
    assert_eq!(fs::read(&target).unwrap(), b"precious");
}

#[tokio::test]
async fn a_link_named_as_something_half_written_stays() {
    let (_ground, cache, _path, precious) = trap();
    let target = precious.join("data");
    fs::write(&target, "precious").unwrap();
    fs::create_dir(cache.layout.partial()).unwrap();
    let link = cache.layout.partial().join("keeping-x.partial");
    symlink(&target, &link).unwrap();
    keep(&cache, &content(1)).await.unwrap();
    assert!(link.is_symlink() && target.exists());
}
