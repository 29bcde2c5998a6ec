//! A local location as the port has it.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::{BlobKey, Capabilities, StorageRoot};
use freehold_ports::blobs::{
    BlobError, BlobMetadata, BlobReader, BlobStore, BlobVersion, BoxStream, ByteStream, ConditionalStore,
    Durability, PutOptions, Readership, RemoteStore, Sighting,
};

use super::batch::Batch;
use super::gate::GateKeeper;
use super::location::{Location, Lookup};
use super::place::Place;
use super::upload::{Publication, Request, Upload};
use super::{blocking, claims, copy, delete, list, metadata, probe, put, read};

/// A location on a local disk.
#[derive(Debug)]
pub(crate) struct LocalStore {
    place: Arc<Place>,
    batch: Arc<Batch>,
}

impl LocalStore {
    /// Opens a location, which need not exist. Nothing is made.
    pub(crate) async fn open(place: Place) -> Result<Self, BlobError> {
        let job_place = place.clone();
        blocking::run(&place, move || match Location::open(&job_place) {
            Ok(_) | Err(Lookup::Absent) => Ok(()),
            Err(lookup) => Err(job_place.folder_error(lookup)),
        })
        .await?;
        Ok(Self { place: Arc::new(place), batch: Arc::default() })
    }
}

impl RemoteStore for LocalStore {}

#[async_trait]
impl BlobStore for LocalStore {
    async fn put(
        &self,
        key: &BlobKey,
        body: ByteStream,
        options: PutOptions,
    ) -> Result<BlobMetadata, BlobError> {
        put::put(&self.place, &self.batch, key, body, options).await
    }

    async fn flush(&self) -> Result<(), BlobError> {
        self.batch.flush(&self.place).await
    }

    async fn read(&self, key: &BlobKey, range: Option<Range<u64>>) -> Result<BlobReader, BlobError> {
        read::read(&self.place, key, range).await
    }

    async fn metadata(&self, key: &BlobKey) -> Result<Option<BlobMetadata>, BlobError> {
        let (place, key) = (Arc::clone(&self.place), key.clone());
        blocking::run(&self.place, move || metadata::metadata(&place, &key)).await
    }

    async fn delete(&self, keys: &[BlobKey]) -> Result<(), BlobError> {
        let (place, keys) = (Arc::clone(&self.place), keys.to_vec());
        blocking::run(&self.place, move || delete::delete(&place, &keys)).await
    }

    async fn list(&self, prefix: Option<BlobKey>) -> BoxStream<'static, Result<BlobMetadata, BlobError>> {
        list::list(&self.place, prefix.as_ref())
    }

    async fn copy_from(
        &self,
        key: &BlobKey,
        source: &StorageRoot,
        source_key: &BlobKey,
        options: PutOptions,
    ) -> Result<Option<BlobMetadata>, BlobError> {
        copy::copy_from(&self.place, &self.batch, key, source, source_key, options).await
    }
}

#[async_trait]
impl ConditionalStore for LocalStore {
    async fn replace(
        &self,
        key: &BlobKey,
        content: Bytes,
        expected: &BlobVersion,
    ) -> Result<BlobMetadata, BlobError> {
        let keeper = GateKeeper::default();
        let request = Request {
            place: Arc::clone(&self.place),
            key: key.clone(),
            publication: Publication::Replace(expected.clone()),
            readership: Readership::Usual,
            durability: Durability::Immediate,
            gate: keeper.gate(),
        };
        let batch = Arc::clone(&self.batch);
        blocking::run(&self.place, move || {
            let mut upload = Upload::begin(request)?;
            upload.write(&content)?;
            upload.finish(&batch)
        })
        .await
    }

    async fn remove(&self, key: &BlobKey, expected: &BlobVersion) -> Result<(), BlobError> {
        let (place, key, expected) = (Arc::clone(&self.place), key.clone(), expected.clone());
        blocking::run(&self.place, move || delete::remove(&place, &key, &expected)).await
    }

    async fn find_claims(&self) -> BoxStream<'static, Result<Sighting, BlobError>> {
        claims::find(&self.place)
    }

    async fn probe(&self) -> Result<Capabilities, BlobError> {
        let place = Arc::clone(&self.place);
        blocking::run(&self.place, move || probe::probe(&place)).await
    }
}
