//! What a test runs on: a root that does not exist yet in a folder of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use freehold_domain::{BlobKey, StorageRoot};
use freehold_object_store::ObjectStoreBlobStores;
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobStore, BlobStores, ByteStream, FromBytes, PutOptions,
};
use futures_util::{StreamExt, TryStreamExt};

/// A root that does not exist yet, in a folder of its own.
pub(crate) struct Ground {
    folder: tempfile::TempDir,
}

impl Ground {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The folder that the root is to be in.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().unwrap()
    }

    pub(crate) fn path(&self, below_root: &str) -> PathBuf {
        self.folder().join("root").join(below_root)
    }

    pub(crate) fn root(&self) -> StorageRoot {
        root_at(&self.folder().join("root"))
    }

    pub(crate) async fn store(&self) -> Arc<dyn BlobStore> {
        ObjectStoreBlobStores::new().open(&self.root()).await.unwrap()
    }

    /// Makes a file below the root, and the folders on the way, behind Freehold's back.
    pub(crate) fn write(&self, below_root: &str, content: &str) {
        let path = self.path(below_root);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

pub(crate) fn root_at(path: &Path) -> StorageRoot {
    StorageRoot::from_canonical(path.to_str().unwrap()).unwrap()
}

pub(crate) fn key(text: &str) -> BlobKey {
    text.parse().unwrap()
}

pub(crate) async fn create(
    store: &dyn BlobStore,
    at: &str,
    content: &str,
) -> Result<BlobMetadata, BlobError> {
    store.put(&key(at), FromBytes::boxed(content.to_owned()), PutOptions::CREATE).await
}

pub(crate) async fn overwrite(
    store: &dyn BlobStore,
    at: &str,
    content: &str,
) -> Result<BlobMetadata, BlobError> {
    store.put(&key(at), FromBytes::boxed(content.to_owned()), PutOptions::OVERWRITE).await
}

pub(crate) async fn collect(body: ByteStream) -> Result<Vec<u8>, std::io::Error> {
    body.try_fold(Vec::new(), async |mut all, piece| {
        all.extend_from_slice(&piece);
        Ok(all)
    })
    .await
}

pub(crate) async fn content(store: &dyn BlobStore, at: &str) -> String {
    let body = store.read(&key(at), None).await.unwrap().body;
    String::from_utf8(collect(body).await.unwrap()).unwrap()
}

/// The keys below a prefix, sorted, or the first error.
pub(crate) async fn listed(store: &dyn BlobStore, prefix: Option<&str>) -> Result<Vec<String>, BlobError> {
    let mut entries = store.list(prefix.map(key)).await;
    let mut keys = Vec::new();
    while let Some(entry) = entries.next().await {
        keys.push(entry?.key.to_string());
    }
    keys.sort();
    Ok(keys)
}

/// The names of everything in a folder and below, sorted; none when it is absent.
pub(crate) fn everything_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.unwrap();
        names.push(entry.file_name().to_string_lossy().into_owned());
        if entry.file_type().unwrap().is_dir() {
            names.extend(everything_in(&entry.path()));
        }
    }
    names.sort();
    names
}
