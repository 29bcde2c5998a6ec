//! The contract of [`freehold_ports::cache`] as cases.

use std::any::Any;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::ContentHash;
use freehold_ports::blobs::FromBytes;
use freehold_ports::cache::{CacheError, CachedContent, ContentCache};
use futures_util::TryStreamExt;

use crate::case::{self, Case, Failure, FreshFuture, Ground};

mod clearing;
mod eviction;
mod finding;
mod keeping;

/// The most bytes that the cache of a case keeps.
pub const LIMIT: u64 = 100_000;

/// An adapter of the cache port, ready to be tried.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// Gives an empty cache for one case.
    async fn fresh(&self) -> Fresh;

    /// Says why this machine cannot run the case of this name, if it cannot. The case is then reported as ignored, with the
    /// reason.
    fn unsupported(&self, case: &str) -> Option<String> {
        let _ = case;
        None
    }
}

/// Reads the file that a cache names, without the port that is being tried; nothing when there is none.
pub type ReadFile = Box<dyn Fn(&Path) -> Option<Bytes> + Send + Sync>;

/// Puts other bytes into the file that a cache names, as a failing disk would.
pub type DamageFile = Box<dyn Fn(&Path, &[u8]) + Send + Sync>;

/// What one case runs on.
pub struct Fresh {
    /// An empty cache with a limit of [`LIMIT`].
    pub cache: Arc<dyn ContentCache>,
    /// A second handle on the same cache, as another process would have.
    pub same_cache: Arc<dyn ContentCache>,
    /// The same cache once more, turned off by a limit of zero.
    pub off: Arc<dyn ContentCache>,
    /// Reads a file of the cache.
    pub read_file: ReadFile,
    /// Damages a file of the cache.
    pub damage_file: DamageFile,
    /// Whatever must live as long as the case, such as a temporary folder. It is dropped after the case.
    pub keep: Box<dyn Any + Send + Sync>,
}

impl fmt::Debug for Fresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cache, same_cache, off, read_file: _, damage_file: _, keep: _ } = self;
        formatter
            .debug_struct("Fresh")
            .field("cache", cache)
            .field("same_cache", same_cache)
            .field("off", off)
            .finish_non_exhaustive()
    }
}

/// The `main` of an adapter's conformance test: runs every case as its own test, as the program's arguments say.
pub fn main(fixture: impl Fixture) {
    case::run_program(FixtureGround(fixture), cases());
}

/// Runs the one case of this name, to show that an adapter passes or fails it.
///
/// # Errors
/// How the adapter broke the contract, or that there is no such case.
pub fn run_case(fixture: impl Fixture, name: &str) -> Result<(), String> {
    case::run_named(FixtureGround(fixture), cases(), name)
}

/// The names of all cases, in the order in which they are run.
pub fn case_names() -> impl Iterator<Item = &'static str> {
    cases().into_iter().map(|case| case.name)
}

fn cases() -> Vec<Case<Fresh>> {
    [keeping::CASES, finding::CASES, eviction::CASES, clearing::CASES].concat()
}

struct FixtureGround<F>(F);

impl<F: Fixture> Ground<Fresh> for FixtureGround<F> {
    fn fresh(&self) -> FreshFuture<'_, Fresh> {
        self.0.fresh()
    }

    fn unsupported(&self, case: &str) -> Option<String> {
        self.0.unsupported(case)
    }
}

/// Bytes of this length that no other number has.
fn content(number: u8, length: usize) -> Bytes {
    (0..length).map(|index| number ^ u8::try_from(index % 251).unwrap_or_default()).collect()
}

fn hash_of(content: &[u8]) -> ContentHash {
    ContentHash::blake3(*blake3::hash(content).as_bytes())
}

/// Keeps these bytes under their hash.
async fn keep(cache: &dyn ContentCache, content: &Bytes) -> Result<Option<CachedContent>, CacheError> {
    cache.keep(&hash_of(content), content.len() as u64, FromBytes::boxed(content.clone())).await
}

/// Keeps these bytes, which must be possible.
async fn keep_all(cache: &dyn ContentCache, contents: &[&Bytes]) -> Result<(), Failure> {
    for content in contents {
        case::present("a content within the limit, kept", keep(cache, content).await?)?;
    }
    Ok(())
}

/// The bytes that the cache finds under the hash of `content`.
async fn found(cache: &dyn ContentCache, content: &Bytes) -> Result<Option<Bytes>, Failure> {
    match cache.find(&hash_of(content)).await? {
        Some(found) => Ok(Some(read(found).await?)),
        None => Ok(None),
    }
}

/// Whether the cache finds `content`.
async fn holds(cache: &dyn ContentCache, content: &Bytes) -> Result<bool, Failure> {
    Ok(found(cache, content).await?.as_ref() == Some(content))
}

async fn read(cached: CachedContent) -> Result<Bytes, Failure> {
    Ok(cached
        .body
        .try_fold(Vec::new(), async |mut all, piece| {
            all.extend_from_slice(&piece);
            Ok(all)
        })
        .await?
        .into())
}
