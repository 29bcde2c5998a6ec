//! The other names of a place that mounts give it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use freehold_domain::StorageRoot;
use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::BlobStores;
use freehold_test_servers::mounts::BindMount;

/// A folder of its own. What is mounted in it is declared after it, so that it ends before.
struct Ground(tempfile::TempDir);

impl Ground {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().canonicalize().unwrap().join(name)
    }

    fn root(&self, name: &str) -> StorageRoot {
        root_at(&self.path(name))
    }

    fn make(&self, name: &str) -> PathBuf {
        fs::create_dir_all(self.path(name)).unwrap();
        self.path(name)
    }

    /// The names of the places in the ground that a place has beside its own.
    fn aliases(&self, name: &str) -> Vec<String> {
        let (stores, root) = (ObjectStoreBlobStores::new(), self.root(name));
        let aliases = block_on(async { stores.aliases(&root).await.unwrap() });
        self.names(&aliases)
    }

    /// The names of the places in the ground that contain a place.
    fn enclosing(&self, name: &str) -> Vec<String> {
        let (stores, root) = (ObjectStoreBlobStores::new(), self.root(name));
        let enclosing = block_on(async { stores.enclosing(&root).await.unwrap() });
        self.names(&enclosing)
    }

    fn names(&self, roots: &[StorageRoot]) -> Vec<String> {
        let ground = self.path("");
        let inside = roots.iter().filter_map(|root| root.local_path().unwrap().strip_prefix(&ground).ok());
        inside.map(|path| path.to_str().unwrap().to_owned()).filter(|name| !name.is_empty()).collect()
    }
}

fn root_at(path: &Path) -> StorageRoot {
    StorageRoot::from_canonical(path.to_str().unwrap()).unwrap()
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(work)
}

pub(crate) fn a_folder_that_is_mounted_once_has_one_name() {
    let ground = Ground::new();
    ground.make("data");
    symlink("data", ground.path("link")).unwrap();
    assert_eq!(ground.aliases("data"), Vec::<String>::new());
    assert_eq!(ground.enclosing("data/deep/er"), ["data/deep", "data"]);
}

pub(crate) fn a_bind_mount_is_another_name_of_the_place() {
    let ground = Ground::new();
    let data = ground.make("data/raw");
    let _second = BindMount::new(&data, &ground.path("second"));
    let _third = BindMount::new(&ground.path("data"), &ground.path("third/mirror"));
    assert_eq!(ground.aliases("data/raw"), ["second", "third/mirror/raw"]);
    assert_eq!(ground.aliases("second"), ["data/raw", "third/mirror/raw"]);
    assert_eq!(ground.aliases("data"), ["third/mirror"]);
    assert_eq!(ground.aliases("third"), Vec::<String>::new());
}

pub(crate) fn a_place_that_is_still_to_be_made_has_its_other_names_already() {
    let ground = Ground::new();
    let data = ground.make("data");
    let _second = BindMount::new(&data, &ground.path("second"));
    assert_eq!(ground.aliases("second/not/yet"), ["data/not/yet"]);
    assert_eq!(fs::read_dir(data).unwrap().count(), 0);
}

pub(crate) fn a_place_below_a_bind_mount_lies_in_what_contains_the_source() {
    let ground = Ground::new();
    let deep = ground.make("data/raw/deep");
    let _second = BindMount::new(&deep, &ground.path("elsewhere/second"));
    assert_eq!(
        ground.enclosing("elsewhere/second/new"),
        ["elsewhere/second", "elsewhere", "data/raw/deep", "data/raw", "data"]
    );
    assert_eq!(ground.enclosing("data/raw/deep"), ["data/raw", "data", "elsewhere"]);
}

pub(crate) fn a_place_in_a_reserved_folder_lies_in_its_location() {
    let ground = Ground::new();
    let inner = ground.make("data/.lamindb/inner");
    let _second = BindMount::new(&inner, &ground.path("second"));
    assert_eq!(ground.aliases("second"), Vec::<String>::new(), "that is no root");
    assert_eq!(ground.enclosing("second"), ["data"]);
}

pub(crate) fn a_file_system_that_is_mounted_twice_is_one() {
    let ground = Ground::new();
    let _memory = BindMount::of_memory(&ground.path("disk"));
    ground.make("disk/data");
    let _again = BindMount::new(&ground.path("disk"), &ground.path("export/disk"));
    assert_eq!(ground.aliases("export/disk/data"), ["disk/data"]);
    assert_eq!(ground.enclosing("export/disk/data"), ["export/disk", "export", "disk"]);
}

pub(crate) fn what_another_mount_hides_is_no_name() {
    let ground = Ground::new();
    let raw = ground.make("data/raw");
    let _second = BindMount::new(&raw, &ground.path("second"));
    let _hiding = BindMount::of_memory(&raw);
    assert_eq!(ground.aliases("second"), Vec::<String>::new());
    assert_eq!(ground.aliases("data/raw"), Vec::<String>::new());
}

pub(crate) fn a_name_with_a_space_is_read() {
    let ground = Ground::new();
    let data = ground.make("lab data\\040\u{e9}");
    let _second = BindMount::new(&data, &ground.path("my mount\\"));
    assert_eq!(ground.aliases("my mount\\"), ["lab data\\040\u{e9}"]);
    assert_eq!(ground.aliases("lab data\\040\u{e9}"), ["my mount\\"]);
}
