//! The machine's cache: what lies in a cloud is fetched once, always verified, and never missed when the cache cannot be used.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use freehold_domain::{Artifact, ContentHash};
use freehold_memory::MemoryContentCache;
use freehold_ports::blobs::ByteStream;
use freehold_ports::cache::{CacheError, CacheUsage, CachedContent, ContentCache};
use freehold_ports::persistence::AccessMode;
use freehold_ports::system::{Activity, Progress, ProgressEvent};
use freehold_services::cache_artifact::{CacheArtifactError, cache_artifact};
use freehold_services::connect_instance::open_instance;
use freehold_services::read_artifact::{ReadArtifactError, read_artifact};
use freehold_services::save_artifacts::SaveArtifacts;
use freehold_services::show_run::show_run;
use freehold_services::{Category, Host, Registry, UseCaseError};

use super::harness::{
    Fault, LAB, World, add, assert_error, bytes, into, link, paths, root, run_of, save, save_path,
    under_new_run,
};

const BUCKET: &str = "s3://lab-bucket/data";

/// An instance with a cache, and the artifact `a.csv` in a bucket, with the content `12`.
async fn arranged(world: &World) -> (Registry, Artifact) {
    let lab = with_cache(&world.lab().await, Some(Arc::new(world.machine.cache.clone()))).await;
    add(&lab, BUCKET).await;
    world.file("/home/ada/a.csv", "12");
    let artifact = save(&lab, into("a.csv", BUCKET)).await.artifact;
    world.faults.disarm();
    (lab, artifact)
}

/// The same instance on a machine with this cache.
async fn with_cache(registry: &Registry, cache: Option<Arc<dyn ContentCache>>) -> Registry {
    opened(registry, Host { cache, ..registry.host().clone() }).await
}

async fn opened(registry: &Registry, host: Host) -> Registry {
    open_instance(&host, Some(&registry.database().reveal()), AccessMode::Write).await.unwrap()
}

fn reads(world: &World) -> usize {
    world.faults.calls().iter().filter(|call| call.starts_with("read ")).count()
}

async fn kept(world: &World) -> u64 {
    world.machine.cache.usage().await.unwrap().contents
}

#[tokio::test]
async fn what_lies_in_a_cloud_is_fetched_once_and_read_without_it_from_then_on() {
    let world = World::new();
    let (lab, artifact) = arranged(&world).await;
    assert_eq!(bytes(&lab, "a.csv").await, "12");
    assert_eq!((reads(&world), kept(&world).await), (1, 1));
    world.lose_bytes(BUCKET, &artifact);
    assert_eq!(bytes(&lab, "a.csv").await, "12");
    assert_eq!(reads(&world), 1);
}

#[tokio::test]
async fn a_damaged_file_of_the_cache_is_fetched_again() {
    let world = World::new();
    let (lab, artifact) = arranged(&world).await;
    bytes(&lab, "a.csv").await;
    world.machine.files.put(&world.machine.cache.path(&artifact.hash), "13");
    assert_eq!(bytes(&lab, "a.csv").await, "12");
    assert_eq!(reads(&world), 2);
    assert_eq!(world.machine.files.content(&world.machine.cache.path(&artifact.hash)).unwrap(), "12");
}

#[tokio::test]
async fn without_the_cache_nothing_is_found_there_and_nothing_kept() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    let straight = lab.without_cache();
    assert_eq!(bytes(&straight, "a.csv").await, "12");
    assert_eq!(kept(&world).await, 0);
    bytes(&lab, "a.csv").await;
    assert_eq!(bytes(&straight, "a.csv").await, "12");
    assert_eq!(reads(&world), 3);
}

#[tokio::test]
async fn what_lies_on_this_machine_is_read_where_it_lies() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    world.file("/home/ada/b.csv", "34");
    let artifact = save(&lab, into("b.csv", LAB)).await.artifact;
    assert_eq!(bytes(&lab, "b.csv").await, "34");
    let cached = cache_artifact(&lab, "b.csv").await.unwrap();
    assert_eq!(cached.path, PathBuf::from(LAB).join(artifact.blob_key().as_str()));
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn what_was_recorded_by_its_entity_tag_is_never_cached() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    world.machine.stores.tamper(&root("s3://public-bucket"), &"b.csv".parse().unwrap(), "34");
    link(&lab, "s3://public-bucket").await;
    save(&lab, SaveArtifacts { trust_entity_tags: true, ..paths(&["s3://public-bucket/b.csv"]) }).await;
    assert_eq!(bytes(&lab, "b.csv").await, "34");
    assert_eq!(kept(&world).await, 0);
    let error = cache_artifact(&lab, "b.csv").await.unwrap_err();
    assert!(matches!(error, CacheArtifactError::NoHash { .. }));
    assert_error(&error, Category::Invalid, "entity tag");
}

#[tokio::test]
async fn what_is_larger_than_the_cache_goes_straight_and_is_opened_once() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    for limit in [1, 0] {
        let lab = with_cache(&lab, Some(Arc::new(world.machine.cache.with_limit(limit)))).await;
        world.faults.disarm();
        assert_eq!(bytes(&lab, "a.csv").await, "12");
        assert_eq!((reads(&world), kept(&world).await), (1, 0), "{limit}");
    }
    let small = with_cache(&lab, Some(Arc::new(world.machine.cache.with_limit(1)))).await;
    let error = cache_artifact(&small, "a.csv").await.unwrap_err();
    assert!(matches!(error, CacheArtifactError::TooLarge { size: 2, limit: 1, .. }));
    assert!(error.hint().unwrap().contains("FREEHOLD_CACHE_SIZE"));
    for off in [Some(world.machine.cache.with_limit(0)), None] {
        let off = with_cache(&lab, off.map(|cache| Arc::new(cache) as Arc<dyn ContentCache>)).await;
        let error = cache_artifact(&off, "a.csv").await.unwrap_err();
        assert!(matches!(error, CacheArtifactError::Off { .. }));
    }
}

#[tokio::test]
async fn a_cached_file_has_the_content_and_is_an_input_of_the_run() {
    let world = World::new();
    let (lab, artifact) = arranged(&world).await;
    let run = under_new_run(&lab, "reads").await;
    let cached = cache_artifact(&run, "a.csv").await.unwrap();
    assert_eq!(world.machine.files.content(&cached.path).unwrap(), "12");
    assert_eq!(cached.artifact.uid, artifact.uid);
    assert_eq!(show_run(&lab, run_of(&run).as_str()).await.unwrap().inputs.len(), 1);
    world.lose_bytes(BUCKET, &artifact);
    assert_eq!(cache_artifact(&lab, "a.csv").await.unwrap().path, cached.path);
}

#[tokio::test]
async fn changed_bytes_are_an_integrity_problem_before_one_of_them_is_given() {
    let world = World::new();
    let (lab, artifact) = arranged(&world).await;
    world.machine.stores.tamper(&root(BUCKET), &artifact.blob_key(), "13");
    let error = read_artifact(&lab, "a.csv").await.unwrap_err();
    assert!(matches!(error, ReadArtifactError::Mismatch(_)));
    assert_error(&error, Category::Integrity, "not the recorded ones");
    assert!(error.hint().is_some());
    let error = cache_artifact(&lab, "a.csv").await.unwrap_err();
    assert_error(&error, Category::Integrity, "not the recorded ones");
    assert_eq!(kept(&world).await, 0);
}

#[tokio::test]
async fn what_is_gone_or_cannot_be_reached_is_told_as_without_a_cache() {
    let world = World::new();
    let (lab, artifact) = arranged(&world).await;
    world.faults.strike("read ", 1, Fault::Broken);
    let error = read_artifact(&lab, "a.csv").await.unwrap_err();
    assert!(matches!(error, ReadArtifactError::Blob(_)), "{error}");
    world.lose_bytes(BUCKET, &artifact);
    let error = read_artifact(&lab, "a.csv").await.unwrap_err();
    assert!(matches!(error, ReadArtifactError::BytesMissing { .. }), "{error}");
    assert_eq!(kept(&world).await, 0);
}

/// A cache on a disk that is full, or whose folder may not be used at all.
#[derive(Debug)]
struct BrokenCache {
    is_readable: bool,
}

fn broken<T>() -> Result<T, CacheError> {
    let source = io::Error::from(io::ErrorKind::StorageFull);
    Err(CacheError::Io { path: "/cache".to_owned(), source })
}

#[async_trait]
impl ContentCache for BrokenCache {
    fn limit(&self) -> u64 {
        1_000
    }

    async fn find(&self, _: &ContentHash) -> Result<Option<CachedContent>, CacheError> {
        if self.is_readable { Ok(None) } else { broken() }
    }

    async fn keep(
        &self,
        _: &ContentHash,
        _: u64,
        _: ByteStream,
    ) -> Result<Option<CachedContent>, CacheError> {
        broken()
    }

    async fn usage(&self) -> Result<CacheUsage, CacheError> {
        broken()
    }

    async fn clear(&self) -> Result<CacheUsage, CacheError> {
        broken()
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_used_is_no_reason_not_to_read() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    for is_readable in [true, false] {
        let lab = with_cache(&lab, Some(Arc::new(BrokenCache { is_readable }))).await;
        assert_eq!(bytes(&lab, "a.csv").await, "12");
        let error = cache_artifact(&lab, "a.csv").await.unwrap_err();
        assert!(matches!(error, CacheArtifactError::Cache(_)), "{error}");
        assert!(error.hint().unwrap().contains("FREEHOLD_CACHE_DIR"));
    }
}

#[derive(Debug, Default, Clone)]
struct Recorder(Arc<Mutex<Vec<ProgressEvent>>>);

impl Progress for Recorder {
    fn report(&self, event: ProgressEvent) {
        self.0.lock().unwrap().push(event);
    }
}

#[tokio::test]
async fn fetching_and_finding_are_each_one_piece_of_reading_with_every_byte() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    let recorder = Recorder::default();
    let lab = opened(&lab, Host { progress: Arc::new(recorder.clone()), ..lab.host().clone() }).await;
    let begun = ProgressEvent::Started { activity: Activity::Reading, items: Some(1), bytes: Some(2) };
    let advanced = ProgressEvent::Advanced { items: 0, bytes: 2 };
    for _ in ["fetched", "found"] {
        recorder.0.lock().unwrap().clear();
        bytes(&lab, "a.csv").await;
        assert_eq!(*recorder.0.lock().unwrap(), [begun, advanced, ProgressEvent::Finished]);
    }
}

#[tokio::test]
async fn equal_contents_of_several_artifacts_are_kept_once() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    world.file("/home/ada/twin.csv", "12");
    save(&lab, into("twin.csv", BUCKET)).await;
    world.faults.disarm();
    assert_eq!((bytes(&lab, "a.csv").await, bytes(&lab, "twin.csv").await), ("12".into(), "12".into()));
    assert_eq!((reads(&world), kept(&world).await), (1, 1));
}

#[tokio::test]
async fn a_content_that_makes_room_for_another_is_fetched_again() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    world.file("/home/ada/b.csv", "345");
    save(&lab, into("b.csv", BUCKET)).await;
    let cache = MemoryContentCache::new(&world.machine.files, 4);
    let lab = with_cache(&lab, Some(Arc::new(cache))).await;
    world.faults.disarm();
    for _ in 0..2 {
        assert_eq!((bytes(&lab, "a.csv").await, bytes(&lab, "b.csv").await), ("12".into(), "345".into()));
    }
    assert_eq!(reads(&world), 4);
}

#[tokio::test]
async fn what_is_registered_in_place_in_a_linked_bucket_is_cached_too() {
    let world = World::new();
    let (lab, _) = arranged(&world).await;
    world.machine.stores.tamper(&root("gs://public-bucket"), &"b.csv".parse().unwrap(), "34");
    link(&lab, "gs://public-bucket").await;
    save_path(&lab, "gs://public-bucket/b.csv").await;
    assert_eq!(bytes(&lab, "b.csv").await, "34");
    assert_eq!(kept(&world).await, 1);
}
