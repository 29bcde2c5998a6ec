//! Files, folders, links and what else lies on a disk.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use freehold_domain::{StorageRoot, Surroundings};
use freehold_ports::blobs::FromBytes;
use freehold_ports::system::{FileEntry, FileError, FileState, LocalFiles, WalkEntry};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::MemoryFiles;
use crate::MemoryBlobStores;

fn files(paths: &[&str]) -> MemoryFiles {
    let files = MemoryFiles::new();
    for path in paths {
        files.put(Path::new(path), (*path).to_owned());
    }
    files
}

async fn state(files: &MemoryFiles, path: &str) -> FileState {
    match files.inspect(Path::new(path)).await.unwrap() {
        FileEntry::File(state) => state,
        FileEntry::Directory => panic!("{path} is a folder"),
    }
}

async fn met(files: &MemoryFiles, folder: &str) -> Result<Vec<String>, FileError> {
    let name = |entry| match entry {
        WalkEntry::File { relative, .. } => relative,
        WalkEntry::SkippedLink { path } => format!("link {}", path.display()),
        WalkEntry::SkippedSpecial { path } => format!("special {}", path.display()),
    };
    files.walk(Path::new(folder)).map_ok(name).try_collect().await
}

async fn read(files: &MemoryFiles, path: &str, expected: &FileState) -> Result<Vec<u8>, FileError> {
    let pieces: Vec<Bytes> = files.read(Path::new(path), expected).await?.try_collect().await.unwrap();
    Ok(pieces.concat())
}

#[tokio::test]
async fn a_file_is_a_blob_of_the_local_location_that_contains_it_and_back() {
    let stores = MemoryBlobStores::new();
    let files = MemoryFiles::beside(&stores);
    let root = StorageRoot::from_canonical("/data").unwrap();
    files.put(Path::new("/data/a.csv"), "1");
    assert_eq!(stores.content(&root, &"a.csv".parse().unwrap()).unwrap(), "1");
    stores.tamper(&root, &"raw/b.csv".parse().unwrap(), "2");
    assert_eq!(met(&files, "/data").await.unwrap(), ["a.csv", "raw/b.csv"]);
}

#[tokio::test]
async fn a_walk_goes_folder_by_folder_in_the_order_of_names() {
    let files = files(&["/d/b.csv", "/d/a.csv", "/d/a/z", "/d/a/b/c", "/d/a-x", "/elsewhere/x"]);
    assert_eq!(met(&files, "/d").await.unwrap(), ["a/b/c", "a/z", "a-x", "a.csv", "b.csv"]);
}

#[tokio::test]
async fn a_walk_leaves_reserved_folders_out_wherever_they_are() {
    let files = files(&["/d/.lamindb/x", "/d/a/.lamindb/y", "/d/.lamindbx", "/d/a/b"]);
    assert_eq!(met(&files, "/d").await.unwrap(), [".lamindbx", "a/b"]);
}

#[tokio::test]
async fn a_walk_follows_links_to_files_below_its_folder_only() {
    let files = files(&["/d/a/file", "/outside"]);
    for (link, target) in [
        ("/d/inside", "a/file"),
        ("/d/escape", "../outside"),
        ("/d/folder", "a"),
        ("/d/nowhere", "missing"),
        ("/d/self", "self"),
    ] {
        files.link(Path::new(link), Path::new(target));
    }
    files.put_special(Path::new("/d/pipe"));
    let expected = [
        "a/file",
        "link /d/escape",
        "link /d/folder",
        "inside",
        "link /d/nowhere",
        "special /d/pipe",
        "link /d/self",
    ];
    assert_eq!(met(&files, "/d").await.unwrap(), expected);
}

#[tokio::test]
async fn a_walk_ends_with_the_first_error() {
    let files = files(&["/d/a", "/d/locked/b", "/d/z"]);
    files.set_unreadable(Path::new("/d/locked"), true);
    let entries: Vec<_> = files.walk(Path::new("/d")).collect().await;
    assert!(matches!(entries.as_slice(), [Ok(_), Err(FileError::PermissionDenied { .. })]), "{entries:?}");
    assert!(matches!(met(&files, "/missing").await, Err(FileError::NotFound { .. })));
}

#[cfg(unix)]
#[tokio::test]
async fn a_name_that_is_not_utf8_is_met_and_named() {
    use std::os::unix::ffi::OsStrExt;
    let files = files(&["/d/a"]);
    let name = std::ffi::OsStr::from_bytes(b"/d/\xff");
    files.put(Path::new(name), "1");
    assert!(matches!(met(&files, "/d").await, Err(FileError::NotUtf8 { .. })));
    assert!(matches!(files.inspect(Path::new(name)).await, Err(FileError::NotUtf8 { .. })));
}

#[tokio::test]
async fn a_path_is_resolved_through_links_as_far_as_it_exists() {
    let files = files(&["/data/lab/a"]);
    files.link(Path::new("/home/ada/lab"), Path::new("/data/lab"));
    let resolved = files.resolve(Path::new("/home/ada/lab/./missing/../new")).await.unwrap();
    assert_eq!(resolved, PathBuf::from("/data/lab/new"));
    assert_eq!(read(&files, "lab/a", &state(&files, "lab/a").await).await.unwrap(), b"/data/lab/a");
    let elsewhere = Surroundings { current_directory: "/data".to_owned(), home: None };
    files.set_surroundings(elsewhere.clone());
    assert_eq!(files.surroundings().unwrap(), elsewhere);
    assert_eq!(files.resolve(Path::new("lab/a")).await.unwrap(), PathBuf::from("/data/lab/a"));
}

#[tokio::test]
async fn links_in_a_loop_are_found_out() {
    let files = MemoryFiles::new();
    files.link(Path::new("/a"), Path::new("/b"));
    files.link(Path::new("/b"), Path::new("a"));
    for path in ["/a", "/b/c"] {
        assert!(matches!(files.resolve(Path::new(path)).await, Err(FileError::LinkLoop { .. })), "{path}");
    }
}

#[tokio::test]
async fn only_a_plain_file_in_the_expected_state_is_read() {
    let files = files(&["/d/a", "/d/locked"]);
    let expected = state(&files, "/d/a").await;
    files.put_special(Path::new("/d/pipe"));
    files.set_unreadable(Path::new("/d/locked"), true);
    let locked = state(&files, "/d/locked").await;
    assert_eq!(read(&files, "/d/a", &expected).await.unwrap(), b"/d/a");
    assert!(matches!(read(&files, "/d", &expected).await, Err(FileError::IsDirectory { .. })));
    assert!(matches!(read(&files, "/d/b", &expected).await, Err(FileError::NotFound { .. })));
    assert!(matches!(read(&files, "/d/pipe", &expected).await, Err(FileError::Special { .. })));
    assert!(matches!(read(&files, "/d/locked", &locked).await, Err(FileError::PermissionDenied { .. })));
    files.put(Path::new("/d/a"), "/d/a");
    assert!(matches!(read(&files, "/d/a", &expected).await, Err(FileError::Changed { .. })));
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_ends_in_an_error() {
    for is_removed in [false, true] {
        let files = files(&["/d/a"]);
        let mut body = files.read(Path::new("/d/a"), &state(&files, "/d/a").await).await.unwrap();
        assert!(body.next().await.unwrap().is_ok());
        if is_removed {
            assert!(files.remove(Path::new("/d/a")));
        } else {
            files.put(Path::new("/d/a"), "/d/a");
        }
        let error = body.next().await.unwrap().unwrap_err();
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<FileError>());
        assert!(matches!(cause, Some(FileError::Changed { .. })), "{error:?}");
    }
}

#[tokio::test]
async fn a_file_is_written_into_a_folder_that_is_there() {
    let files = MemoryFiles::new();
    files.make_folder(Path::new("/out"));
    assert_eq!(files.write(Path::new("/out/a"), FromBytes::boxed("123"), false).await.unwrap(), 3);
    let again = files.write(Path::new("/out/a"), FromBytes::boxed("4"), false).await;
    assert!(matches!(again, Err(FileError::AlreadyExists { .. })));
    assert_eq!(files.content(Path::new("/out/a")).unwrap(), "123");
    files.write(Path::new("/out/a"), FromBytes::boxed("4"), true).await.unwrap();
    assert_eq!(files.content(Path::new("/out/a")).unwrap(), "4");
    let missing = files.write(Path::new("/missing/a"), FromBytes::boxed("5"), false).await;
    assert!(matches!(missing, Err(FileError::NotFound { .. })));
    let folder = files.write(Path::new("/out"), FromBytes::boxed("6"), true).await;
    assert!(matches!(folder, Err(FileError::IsDirectory { .. })));
}

#[tokio::test]
async fn a_body_that_fails_leaves_the_file_as_it_was() {
    let files = files(&["/out/a"]);
    let body = stream::iter([Ok(Bytes::from_static(b"1")), Err(io::ErrorKind::BrokenPipe.into())]).boxed();
    match files.write(Path::new("/out/a"), body, true).await {
        Err(FileError::Io { source, .. }) => assert_eq!(source.kind(), io::ErrorKind::BrokenPipe),
        other => panic!("{other:?}"),
    }
    assert_eq!(files.content(Path::new("/out/a")).unwrap(), "/out/a");
}

#[tokio::test]
async fn a_written_file_takes_the_place_of_a_link_and_not_of_its_target() {
    let files = files(&["/d/target"]);
    files.link(Path::new("/d/link"), Path::new("target"));
    files.write(Path::new("/d/link"), FromBytes::boxed("new"), true).await.unwrap();
    assert_eq!(files.content(Path::new("/d/target")).unwrap(), "/d/target");
    assert_eq!(files.content(Path::new("/d/link")).unwrap(), "new");
}
