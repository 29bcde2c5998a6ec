//! The buckets that are open in this process, and what it takes to open one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use freehold_domain::{StorageKind, StorageRoot};
use freehold_ports::blobs::BlobError;
use tokio::sync::OnceCell;

use super::bucket::Bucket;
use super::endpoint::OwnServer;
use super::environment::Environment;
use super::provider::Provider;
use super::transport::Transport;
use super::{endpoint, retry};
use crate::stores::not_built_in;

/// What a bucket is opened with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening<'opening> {
    pub(crate) environment: &'opening Environment,
    pub(crate) transport: &'opening Transport,
    /// A location in the bucket.
    pub(crate) root: &'opening StorageRoot,
    /// The region that was given, which is not asked for then.
    pub(crate) region: Option<&'opening str>,
}

/// A bucket on its server, and the region that was given for it.
type Name = (StorageKind, Option<String>, String, Option<String>);

/// The buckets that are open in this process. Clones share them.
#[derive(Clone)]
pub(crate) struct Clouds {
    shared: Arc<Shared>,
}

struct Shared {
    environment: Environment,
    transport: Transport,
    #[cfg(feature = "s3")]
    s3: super::s3::Account,
    #[cfg(feature = "gcs")]
    gcs: super::gcs::Account,
    buckets: Mutex<HashMap<Name, Arc<OnceCell<Arc<Bucket>>>>>,
}

impl Clouds {
    pub(crate) fn new(environment: Environment) -> Self {
        Self {
            shared: Arc::new(Shared {
                environment,
                transport: Transport::default(),
                #[cfg(feature = "s3")]
                s3: super::s3::Account::default(),
                #[cfg(feature = "gcs")]
                gcs: super::gcs::Account::default(),
                buckets: Mutex::default(),
            }),
        }
    }

    /// Adds the endpoint that the environment names, unless the root has one; that of the provider's own server is left away.
    pub(crate) fn resolve(&self, root: &StorageRoot) -> Result<StorageRoot, BlobError> {
        let environment = &self.shared.environment;
        let named = match (root.kind(), root.endpoint_url()) {
            (_, Some(_)) => None,
            #[cfg(feature = "s3")]
            (StorageKind::S3, None) => super::s3::named_endpoint(environment, root)?,
            #[cfg(feature = "gcs")]
            (StorageKind::Gs, None) => super::gcs::named_endpoint(environment),
            #[cfg(not(feature = "s3"))]
            (StorageKind::S3, None) => return Err(not_built_in(root)),
            #[cfg(not(feature = "gcs"))]
            (StorageKind::Gs, None) => return Err(not_built_in(root)),
            (StorageKind::Local, None) => return Err(not_built_in(root)),
        };
        let resolved = match named {
            Some(url) => endpoint::with_endpoint(root, &url)?,
            None => root.clone(),
        };
        let resolved = endpoint::without_own(&resolved, own_server(&resolved))?;
        endpoint::check(&resolved, environment)?;
        Ok(resolved)
    }

    /// The bucket of a location. It is opened once in this process.
    pub(crate) async fn bucket(
        &self,
        root: &StorageRoot,
        region: Option<&str>,
    ) -> Result<Arc<Bucket>, BlobError> {
        let name: Name = (
            root.kind(),
            root.endpoint_url().map(str::to_owned),
            root.bucket().unwrap_or_default().to_owned(),
            region.map(str::to_owned),
        );
        let cell = {
            let mut buckets = self.shared.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(buckets.entry(name).or_default())
        };
        let opened = cell.get_or_try_init(|| async {
            endpoint::check(root, &self.shared.environment)?;
            let provider = self.open(root, region).await?;
            Ok::<_, BlobError>(Arc::new(Bucket::new(provider, retry::config(&self.shared.environment))))
        });
        opened.await.map(Arc::clone)
    }

    async fn open(&self, root: &StorageRoot, region: Option<&str>) -> Result<Arc<dyn Provider>, BlobError> {
        let opening = Opening {
            environment: &self.shared.environment,
            transport: &self.shared.transport,
            root,
            region,
        };
        match root.kind() {
            #[cfg(feature = "s3")]
            StorageKind::S3 => self.shared.s3.open(opening).await,
            #[cfg(feature = "gcs")]
            StorageKind::Gs => self.shared.gcs.open(opening).await,
            #[cfg(not(feature = "s3"))]
            StorageKind::S3 => Err(not_built_in(root)),
            #[cfg(not(feature = "gcs"))]
            StorageKind::Gs => Err(not_built_in(root)),
            StorageKind::Local => Err(not_built_in(root)),
        }
    }
}

/// Whether the endpoint of a root is the provider's own.
fn own_server(root: &StorageRoot) -> Option<OwnServer> {
    let url = root.endpoint_url()?;
    match root.kind() {
        #[cfg(feature = "s3")]
        StorageKind::S3 => super::s3::own_server(url),
        #[cfg(feature = "gcs")]
        StorageKind::Gs => super::gcs::own_server(url),
        #[cfg(not(feature = "s3"))]
        StorageKind::S3 => None,
        #[cfg(not(feature = "gcs"))]
        StorageKind::Gs => None,
        StorageKind::Local => None,
    }
}

impl fmt::Debug for Clouds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Clouds").finish_non_exhaustive()
    }
}
