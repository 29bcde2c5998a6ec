//! The contract of the blob ports, on a folder of this machine.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::blobs::{self, Fresh};
use freehold_domain::StorageRoot;
use freehold_object_store::ObjectStoreBlobStores;

struct LocalDisk;

#[async_trait]
impl blobs::Fixture for LocalDisk {
    async fn fresh(&self) -> Fresh {
        #[allow(clippy::expect_used)]
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Fresh {
            stores: Arc::new(ObjectStoreBlobStores::new()),
            root: root_in(folder.path(), "one"),
            other_root: root_in(folder.path(), "other"),
            keep: Box::new(folder),
        }
    }
}

#[allow(clippy::expect_used)]
fn root_in(folder: &Path, name: &str) -> StorageRoot {
    let path = folder.canonicalize().expect("the folder exists").join(name);
    let text = path.to_str().expect("the temporary folder has a name in UTF-8");
    StorageRoot::from_canonical(text).expect("it is a valid root")
}

fn main() {
    blobs::main(LocalDisk);
}
