//! What lies in memory in place of disks and buckets: one volume for the local file system, and one for each bucket.
//!
//! Storage locations and the machine's files look at the same volumes, so that a file of the local file system is a blob of
//! every local location that contains it, as it is on a disk.

mod address;
mod content;
mod uploads;
mod volume;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use freehold_domain::{Capabilities, StorageRoot};

pub(crate) use address::{Address, VolumeName};
pub(crate) use content::{Content, FIRST_MOMENT, moment};
pub(crate) use uploads::Uploads;
pub(crate) use volume::{Oddity, Volume};

/// Every volume, shared by those who look at it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Volumes(Arc<Mutex<State>>);

#[derive(Debug, Default)]
pub(crate) struct State {
    volumes: BTreeMap<VolumeName, Volume>,
    /// Counts contents; a version is never given out twice, also not after a deletion.
    last_version: u64,
    read_only: Vec<Address>,
    unreachable: Vec<Address>,
    capabilities: BTreeMap<StorageRoot, Capabilities>,
    anonymous: Vec<Address>,
    regions: BTreeMap<VolumeName, String>,
    uploads: Uploads,
}

impl Volumes {
    /// Looks at the volumes. Nothing is awaited while they are held.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The volume that an address lies in, if anything was ever put there.
    pub(crate) fn volume(&self, address: &Address) -> Option<&Volume> {
        self.volumes.get(address.volume())
    }

    /// The volume that an address lies in.
    pub(crate) fn volume_mut(&mut self, address: &Address) -> &mut Volume {
        let name = address.volume();
        self.volumes.entry(name.clone()).or_insert_with(|| Volume::new(name))
    }

    pub(crate) fn content(&self, address: &Address) -> Option<&Content> {
        self.volume(address)?.content(address.path())
    }

    /// Puts content at an address under a new version, and makes the folders on the way.
    pub(crate) fn put(&mut self, address: &Address, bytes: Bytes) -> Content {
        self.last_version += 1;
        let content = Content::new(bytes, self.last_version);
        self.volume_mut(address).put(address.path(), content.clone());
        content
    }

    /// Removes the content at an address and says whether there was any.
    pub(crate) fn remove(&mut self, address: &Address) -> bool {
        self.content(address).is_some() && self.volume_mut(address).remove(address.path())
    }

    /// Says whether writing is refused at an address.
    pub(crate) fn is_read_only(&self, address: &Address) -> bool {
        self.read_only.iter().any(|place| place.contains(address))
    }

    pub(crate) fn set_read_only(&mut self, place: Address, is_read_only: bool) {
        mark(&mut self.read_only, place, is_read_only);
    }

    /// Says whether an address cannot be reached at all.
    pub(crate) fn is_unreachable(&self, address: &Address) -> bool {
        self.unreachable.iter().any(|place| place.contains(address))
    }

    pub(crate) fn set_unreachable(&mut self, place: Address, is_unreachable: bool) {
        mark(&mut self.unreachable, place, is_unreachable);
    }

    /// Says whether an address is reached without credentials.
    pub(crate) fn is_anonymous(&self, address: &Address) -> bool {
        self.anonymous.iter().any(|place| place.contains(address))
    }

    pub(crate) fn set_anonymous(&mut self, place: Address, is_anonymous: bool) {
        mark(&mut self.anonymous, place, is_anonymous);
    }

    /// The region of the volume that an address lies in.
    pub(crate) fn region(&self, address: &Address) -> Option<&str> {
        self.regions.get(address.volume()).map(String::as_str)
    }

    pub(crate) fn set_region(&mut self, address: &Address, region: String) {
        self.regions.insert(address.volume().clone(), region);
    }

    pub(crate) fn uploads(&self) -> &Uploads {
        &self.uploads
    }

    pub(crate) fn uploads_mut(&mut self) -> &mut Uploads {
        &mut self.uploads
    }

    /// What was said about the backend of exactly this root.
    pub(crate) fn capabilities(&self, root: &StorageRoot) -> Option<Capabilities> {
        self.capabilities.get(root).copied()
    }

    pub(crate) fn set_capabilities(&mut self, root: StorageRoot, capabilities: Capabilities) {
        self.capabilities.insert(root, capabilities);
    }
}

fn mark(places: &mut Vec<Address>, place: Address, is_marked: bool) {
    places.retain(|marked| *marked != place);
    if is_marked {
        places.push(place);
    }
}
