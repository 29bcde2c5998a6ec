//! Every storage location that there is in memory, and what tests do to them behind Freehold's back.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_ports::blobs::{BlobError, BlobStore, BlobStores};

use super::store::MemoryBlobStore;
use crate::volumes::{Address, Content, Volumes};

/// What a backend can do that lacks nothing.
const EVERYTHING: Capabilities = Capabilities {
    create_if_absent: true,
    compare_and_swap: true,
    list_after_write: true,
    case_sensitive: true,
};

/// Storage locations in memory, for roots of every kind.
///
/// Clones share their contents. Locations see one another as on a real disk or bucket: `raw/a.csv` at `/data` is `a.csv`
/// at `/data/raw`. Local locations have folders, so that a key can be blocked by one; buckets have none.
///
/// Beside the port there is what a test needs: to look ([`keys`](Self::keys), [`content`](Self::content)), to change things as
/// another program would ([`tamper`](Self::tamper), [`forget`](Self::forget)), and to take rights or the connection away
/// ([`set_read_only`](Self::set_read_only), [`set_unreachable`](Self::set_unreachable), [`set_anonymous`](Self::set_anonymous)).
///
/// ```
/// use freehold_domain::StorageRoot;
/// use freehold_memory::MemoryBlobStores;
/// use freehold_ports::blobs::{BlobStores, FromBytes, PutOptions};
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let stores = MemoryBlobStores::new();
/// let root = StorageRoot::from_canonical("s3://lab-bucket/raw")?;
/// let location = stores.open(&root).await?;
/// location.put(&"plate1.csv".parse()?, FromBytes::boxed("1,2\n"), PutOptions::CREATE).await?;
///
/// assert_eq!(stores.keys(&root), ["plate1.csv".parse()?]);
/// stores.tamper(&root, &"plate1.csv".parse()?, "1,3\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct MemoryBlobStores {
    volumes: Volumes,
    capabilities: Capabilities,
}

impl Default for MemoryBlobStores {
    fn default() -> Self {
        Self::with_capabilities(EVERYTHING)
    }
}

impl fmt::Debug for MemoryBlobStores {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemoryBlobStores")
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

impl MemoryBlobStores {
    /// Locations on backends that lack nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Locations on backends that can do no more than this.
    ///
    /// Without `create_if_absent` a create overwrites what is there, as some look-alikes of S3 do; without `compare_and_swap`
    /// conditional changes are [`BlobError::Unsupported`]. The other capabilities are told to those who probe, and change
    /// nothing.
    #[must_use]
    pub fn with_capabilities(capabilities: Capabilities) -> Self {
        Self { volumes: Volumes::default(), capabilities }
    }

    /// Changes what the backend of one location can do.
    pub fn set_capabilities(&self, root: &StorageRoot, capabilities: Capabilities) {
        self.volumes.lock().set_capabilities(root.clone(), capabilities);
    }

    /// Takes the right to write at `root` and everywhere below it away, or gives it back. Attempts are
    /// [`BlobError::PermissionDenied`].
    pub fn set_read_only(&self, root: &StorageRoot, is_read_only: bool) {
        self.volumes.lock().set_read_only(Address::of_root(root), is_read_only);
    }

    /// Cuts the connection to `root` and everything below it, or mends it. Attempts are [`BlobError::Unavailable`].
    pub fn set_unreachable(&self, root: &StorageRoot, is_unreachable: bool) {
        self.volumes.lock().set_unreachable(Address::of_root(root), is_unreachable);
    }

    /// Takes the credentials for `root` and everything below it away, or gives them back. Without them it can be read, as what is public, and
    /// neither written nor presigned.
    pub fn set_anonymous(&self, root: &StorageRoot, is_anonymous: bool) {
        self.volumes.lock().set_anonymous(Address::of_root(root), is_anonymous);
    }

    /// Says in which region the bucket of `root` lies; until then it has none.
    pub fn set_region(&self, root: &StorageRoot, region: impl Into<String>) {
        self.volumes.lock().set_region(&Address::of_root(root), region.into());
    }

    /// Leaves an upload in parts behind, as a process does that dies in the middle of it.
    pub fn leave_upload(&self, root: &StorageRoot, key: &BlobKey) {
        self.volumes.lock().uploads_mut().begin(Address::of_root(root).join(key));
    }

    /// Puts bytes at a key, over what is there, as another program would that asks nobody.
    pub fn tamper(&self, root: &StorageRoot, key: &BlobKey, bytes: impl Into<Bytes>) {
        self.volumes.lock().put(&Address::of_root(root).join(key), bytes.into());
    }

    /// Removes what is at a key, as another program would that asks nobody, and says whether something was.
    #[must_use = "a key that nothing was at is likely a mistake"]
    pub fn forget(&self, root: &StorageRoot, key: &BlobKey) -> bool {
        self.volumes.lock().remove(&Address::of_root(root).join(key))
    }

    /// The bytes at a key.
    #[must_use]
    pub fn content(&self, root: &StorageRoot, key: &BlobKey) -> Option<Bytes> {
        let volumes = self.volumes.lock();
        volumes.content(&Address::of_root(root).join(key)).map(Content::bytes).cloned()
    }

    /// The keys of all blobs in a location, in byte order, those of locations inside it included.
    #[must_use]
    pub fn keys(&self, root: &StorageRoot) -> Vec<BlobKey> {
        let (volumes, address) = (self.volumes.lock(), Address::of_root(root));
        let below = volumes.volume(&address).into_iter().flat_map(|volume| volume.below(address.path()));
        below.filter_map(|(path, _)| address.key_of(path)).collect()
    }

    /// Whether anything was made at `root`: a folder, or a blob in it.
    #[must_use]
    pub fn exists(&self, root: &StorageRoot) -> bool {
        let (volumes, address) = (self.volumes.lock(), Address::of_root(root));
        volumes.volume(&address).is_some_and(|volume| {
            volume.is_folder(address.path()) || volume.below(address.path()).next().is_some()
        })
    }

    pub(crate) fn volumes(&self) -> &Volumes {
        &self.volumes
    }

    fn require_location(&self, root: &StorageRoot) -> Result<(), BlobError> {
        let (volumes, address) = (self.volumes.lock(), Address::of_root(root));
        let Some(volume) = volumes.volume(&address) else { return Ok(()) };
        if volume.is_no_place_for_a_folder(address.path()) {
            let reason = "a file is there, and a location is a folder".to_owned();
            return Err(BlobError::NotALocation { location: root.to_string(), reason });
        }
        Ok(())
    }
}

#[async_trait]
impl BlobStores for MemoryBlobStores {
    async fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        self.require_location(root)?;
        Ok(root.clone())
    }

    async fn open(&self, root: &StorageRoot) -> Result<Arc<dyn BlobStore>, BlobError> {
        self.require_location(root)?;
        Ok(Arc::new(MemoryBlobStore::new(self.volumes.clone(), root.clone(), self.capabilities)))
    }

    async fn open_in_region(
        &self,
        root: &StorageRoot,
        region: &str,
    ) -> Result<Arc<dyn BlobStore>, BlobError> {
        self.require_location(root)?;
        let store = MemoryBlobStore::new(self.volumes.clone(), root.clone(), self.capabilities);
        Ok(Arc::new(store.in_region(region)))
    }

    async fn remove_empty(&self, root: &StorageRoot) -> Result<(), BlobError> {
        let address = Address::of_root(root);
        let mut volumes = self.volumes.lock();
        if volumes.volume(&address).is_some() {
            let volume = volumes.volume_mut(&address);
            volume.remove_empty_folder(address.join(&BlobKey::reserved_directory()).path());
            volume.remove_empty_folder(address.path());
        }
        Ok(())
    }
}
