//! Roots on a file system that ignores case.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use freehold_domain::StorageRoot;
use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::BlobStores;
use freehold_test_servers::mounts::IgnoringCase;

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

fn resolved(path: &Path) -> PathBuf {
    let root = StorageRoot::from_canonical(path.to_str().unwrap()).unwrap();
    let resolved = block_on(async { ObjectStoreBlobStores::new().resolve(&root).await.unwrap() });
    resolved.local_path().unwrap().to_owned()
}

/// What the folder says that the only thing in it is called.
fn only_name_in(folder: &Path) -> String {
    let names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 1, "{names:?}");
    names[0].to_str().unwrap().to_owned()
}

/// A folder made as `name`, and its path as the file system has it.
fn made(ground: &IgnoringCase, name: &str) -> PathBuf {
    let parent = ground.folder().join("ground");
    fs::create_dir_all(parent.join(name)).unwrap();
    let parent = ground.folder().join(only_name_in(&ground.folder()));
    parent.join(only_name_in(&parent))
}

pub(crate) fn a_name_is_what_its_folder_says() {
    let ground = IgnoringCase::mount().unwrap();
    let data = made(&ground, "Lab-Data");
    fs::create_dir(data.join("Deep")).unwrap();
    let deep = data.join(only_name_in(&data));
    for spelling in ["Lab-Data", "lab-data", "LAB-DATA", "lAB-dATA"] {
        let typed = ground.folder().join("ground").join(spelling);
        assert_eq!(resolved(&typed), data, "{spelling}");
        assert_eq!(resolved(&typed.join("dEEP")), deep, "{spelling}");
    }
    assert_eq!(resolved(&ground.folder().join("GROUND/lab-data")), data);
}

pub(crate) fn a_link_leads_to_the_name_of_the_folder() {
    let ground = IgnoringCase::mount().unwrap();
    let data = made(&ground, "Lab-Data");
    let beside = tempfile::tempdir().unwrap();
    let link = beside.path().canonicalize().unwrap().join("link");
    symlink(ground.folder().join("GROUND/LAB-DATA"), &link).unwrap();
    assert_eq!(resolved(&link), data);
}

pub(crate) fn names_beyond_ascii_are_found_as_well() {
    let ground = IgnoringCase::mount().unwrap();
    let data = made(&ground, "Gr\u{fc}n");
    assert_eq!(resolved(&ground.folder().join("ground/GR\u{dc}N")), data);
}

pub(crate) fn what_is_still_to_be_made_keeps_its_spelling() {
    let ground = IgnoringCase::mount().unwrap();
    let data = made(&ground, "Lab-Data");
    assert_eq!(resolved(&ground.folder().join("ground/LAB-DATA/Not/Yet")), data.join("Not/Yet"));
    assert_eq!(fs::read_dir(data).unwrap().count(), 0);
}

pub(crate) fn the_probe_says_that_case_is_ignored() {
    let ground = IgnoringCase::mount().unwrap();
    let data = made(&ground, "Lab-Data");
    let root = StorageRoot::from_canonical(data.to_str().unwrap()).unwrap();
    let capabilities =
        block_on(async { ObjectStoreBlobStores::new().open(&root).await.unwrap().probe().await.unwrap() });
    assert!(!capabilities.case_sensitive, "{capabilities:?}");
    assert_eq!(fs::read_dir(data).unwrap().count(), 0, "the probe leaves nothing");
}
