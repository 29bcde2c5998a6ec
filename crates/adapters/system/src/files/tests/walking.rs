//! Walking through folders.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use freehold_ports::system::{FileError, LocalFiles, WalkEntry};
use futures_util::TryStreamExt;

use super::ground::{Ground, state};
use crate::MachineFiles;

async fn walk(folder: &Path) -> Result<Vec<WalkEntry>, FileError> {
    MachineFiles.walk(folder).try_collect().await
}

/// The relative paths of files, and the names of what was skipped, marked.
async fn walked(folder: &Path) -> Vec<String> {
    let name = |path: &Path| path.strip_prefix(folder).unwrap().display().to_string();
    let entries = walk(folder).await.unwrap();
    let told = entries.into_iter().map(|entry| match entry {
        WalkEntry::File { path, relative, .. } => {
            assert_eq!(name(&path), relative);
            relative
        }
        WalkEntry::SkippedLink { path } => format!("link {}", name(&path)),
        WalkEntry::SkippedSpecial { path } => format!("special {}", name(&path)),
    });
    told.collect()
}

#[tokio::test]
async fn files_come_in_the_order_of_names() {
    let ground = Ground::new();
    for name in ["b/2", "b/10", "a", "c/d/e", "B", "b.txt", "é"] {
        ground.write(name, b"");
    }
    assert_eq!(walked(&ground.path("")).await, ["B", "a", "b/10", "b/2", "b.txt", "c/d/e", "é"]);
}

#[tokio::test]
async fn a_file_comes_with_its_state() {
    let ground = Ground::new();
    let path = ground.write("folder/file", b"12345");
    let entries = walk(&ground.path("")).await.unwrap();
    let state = state(&path).await;
    assert_eq!(entries, [WalkEntry::File { path, relative: "folder/file".to_owned(), state }]);
}

#[tokio::test]
async fn reserved_folders_are_left_out_at_every_depth() {
    let ground = Ground::new();
    for name in [".lamindb/blob", "a/.lamindb/deep/blob", "a/.lamindbx/file", "b/.lamindb.txt"] {
        ground.write(name, b"");
    }
    assert_eq!(walked(&ground.path("")).await, ["a/.lamindbx/file", "b/.lamindb.txt"]);
}

#[tokio::test]
async fn a_link_is_followed_only_to_a_plain_file_below_the_folder() {
    let ground = Ground::new();
    ground.write("outside", b"");
    ground.write("folder/sub/file", b"123");
    ground.write("folder/.lamindb/blob", b"");
    ground.pipe("folder/sub/pipe");
    for (target, name) in [
        ("sub/file", "a_inside"),
        ("../outside", "b_outside"),
        ("sub", "c_folder"),
        ("nowhere", "d_nowhere"),
        ("e_circle", "e_circle"),
        ("sub/pipe", "f_pipe"),
        (".lamindb/blob", "g_reserved"),
    ] {
        symlink(target, ground.path("folder").join(name)).unwrap();
    }
    symlink(ground.path("folder/sub/file"), ground.path("folder/h_absolute")).unwrap();
    assert_eq!(
        walked(&ground.path("folder")).await,
        [
            "a_inside",
            "link b_outside",
            "link c_folder",
            "link d_nowhere",
            "link e_circle",
            "link f_pipe",
            "link g_reserved",
            "h_absolute",
            "sub/file",
            "special sub/pipe",
        ]
    );
}

#[tokio::test]
async fn a_folder_behind_a_link_is_walked_when_it_is_asked_for() {
    let ground = Ground::new();
    ground.write("real/file", b"");
    symlink("file", ground.path("real/link")).unwrap();
    symlink("real", ground.path("folder")).unwrap();
    assert_eq!(walked(&ground.path("folder")).await, ["file", "link"]);
}

#[tokio::test]
async fn a_name_that_is_not_utf8_ends_the_walk() {
    for make in [|path: &Path| fs::write(path, "").unwrap(), |path: &Path| fs::create_dir(path).unwrap()] {
        let ground = Ground::new();
        ground.write("a", b"");
        make(&ground.not_utf8());
        let walked = walk(&ground.path("")).await;
        assert!(matches!(walked, Err(FileError::NotUtf8 { .. })), "{walked:?}");
    }
}

#[tokio::test]
async fn what_is_no_folder_cannot_be_walked() {
    let ground = Ground::new();
    let file = ground.write("file", b"");
    assert!(matches!(walk(&ground.path("absent")).await, Err(FileError::NotFound { .. })));
    assert!(matches!(walk(&file).await, Err(FileError::Io { .. })));
    assert!(matches!(walk(&ground.pipe("pipe")).await, Err(FileError::Special { .. })));
}

#[tokio::test]
async fn many_files_come_once_each() {
    let ground = Ground::new();
    let names: Vec<_> = (0..1_500).map(|number| format!("{:02}/{number:04}", number / 100)).collect();
    for name in &names {
        ground.write(name, b"");
    }
    assert_eq!(walked(&ground.path("")).await, names);
}

#[tokio::test]
async fn an_empty_folder_has_no_files() {
    let ground = Ground::new();
    fs::create_dir_all(ground.path("empty/deeper")).unwrap();
    assert_eq!(walked(&ground.path("")).await, [""; 0]);
}
