//! A world whose cloud is reached through a proxy that can be told to fail.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use freehold_test_servers::fault_proxy::FaultProxy;
use freehold_tests::{Actor, BUCKET, Shell, StorageKind, World};

/// A world whose cloud is reached through a proxy.
#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) world: World,
    pub(super) proxy: FaultProxy,
}

impl Faulty {
    pub(super) fn new(storage: StorageKind) -> Self {
        let world = World::of(storage);
        let proxy = FaultProxy::start(world.cloud().endpoint()).into_inner();
        Self { world, proxy }
    }

    /// Somebody who reaches the cloud through the proxy alone.
    pub(super) fn shell(&self, name: &str) -> Shell {
        self.world.shell(name).with_all(self.world.cloud().environment_through(&self.proxy.endpoint()))
    }

    /// The instance `lab/primary` at `lab-data`, through the proxy.
    #[track_caller]
    pub(super) fn lab(&self) -> Actor {
        Actor::init(self.shell("lab"), "lab/primary", self.world.root("lab-data"), None)
    }

    /// Makes a file of `size` bytes, of which no two blocks are alike, and gives its hash.
    pub(super) fn large_file(&self, name: &str, size: usize) -> blake3::Hash {
        const BLOCK: usize = 1 << 20;
        let path = self.world.file(name, "");
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
        let mut block = vec![0; BLOCK];
        for number in 0..size / BLOCK {
            for (place, byte) in block.iter_mut().enumerate().step_by(512) {
                *byte = u8::try_from((place / 512 + number * 7) % 251).unwrap();
            }
            block[..8].copy_from_slice(&(number as u64).to_le_bytes());
            file.write_all(&block).unwrap();
        }
        drop(file);
        hash_of(&path)
    }

    /// Waits until the proxy made so many faults.
    #[track_caller]
    pub(super) fn wait_for_faults(&self, faults: usize) {
        wait_until(|| self.proxy.faults() >= faults);
    }

    /// Waits until so many parts of an upload were begun.
    #[track_caller]
    pub(super) fn wait_for_parts(&self, parts: usize) {
        let begun = || self.proxy.requests().iter().filter(|line| line.contains("partNumber=")).count();
        wait_until(|| begun() >= parts);
    }

    /// The cloud holds the claim and the blobs of what is recorded, complete, and no upload that somebody left.
    #[track_caller]
    pub(super) fn holds_only_what_is_recorded(&self, lab: &Actor) {
        let mut recorded = vec!["lab-data/.lamindb/storage_uid.txt".to_owned()];
        let available = lab.all_versions().into_iter().filter(|artifact| artifact["state"] == "available");
        recorded.extend(
            available.map(|artifact| format!("lab-data/{}", artifact["location"]["key"].as_str().unwrap())),
        );
        recorded.sort();
        assert_eq!(self.world.places("lab-data/"), recorded);
        assert_eq!(self.world.cloud().unfinished_uploads(BUCKET), Vec::<String>::new());
    }
}

/// The hash of a file's content.
pub(super) fn hash_of(path: &Path) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(std::fs::File::open(path).unwrap()).unwrap();
    hasher.finalize()
}

#[track_caller]
fn wait_until(is_so: impl Fn() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("what was waited for did not come within a minute");
}
