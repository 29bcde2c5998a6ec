//! What a bucket in memory has beyond a disk: a region, presigned URLs, and uploads in parts.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use freehold_domain::BlobKey;
use freehold_ports::blobs::{BlobError, BoxStream, PresignedUrl, RemoteStore, UnfinishedUpload};
use futures_util::{StreamExt, stream};

use super::MemoryBlobStore;
use crate::volumes::{Address, FIRST_MOMENT, Volumes, moment};

/// Bodies that are larger go to a bucket in parts.
const PART: usize = 8 << 20;

/// A body on its way to a bucket, which is aborted when it is given up.
pub(super) struct Upload {
    volumes: Volumes,
    address: Address,
    number: Option<u64>,
}

impl Upload {
    pub(super) fn new(volumes: &Volumes, address: Address) -> Self {
        Self { volumes: volumes.clone(), address, number: None }
    }

    /// Takes another piece; from a certain size on the upload is one in parts.
    pub(super) fn take(&mut self, collected: &mut Vec<u8>, piece: &Bytes) {
        collected.extend_from_slice(piece);
        if collected.len() > PART && self.number.is_none() {
            self.number = Some(self.volumes.lock().uploads_mut().begin(self.address.clone()));
        }
    }

    /// Ends the upload, and says whether nobody has aborted it.
    pub(super) fn finish(mut self) -> bool {
        self.number.take().is_none_or(|number| self.volumes.lock().uploads_mut().end(number))
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(number) = self.number.take() {
            self.volumes.lock().uploads_mut().end(number);
        }
    }
}

#[async_trait]
impl RemoteStore for MemoryBlobStore {
    fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    fn credentials_source(&self) -> Option<&str> {
        let is_anonymous = self.volumes.lock().is_anonymous(&self.address);
        self.root.bucket().map(|_| if is_anonymous { "anonymous" } else { "whoever runs this process" })
    }

    async fn presigned_url(
        &self,
        key: &BlobKey,
        valid_for: Duration,
    ) -> Result<Option<PresignedUrl>, BlobError> {
        let address = self.address.join(key);
        let state = self.volumes.lock();
        let Some(bucket) = self.root.bucket().filter(|_| !state.is_anonymous(&address)) else {
            return Ok(None);
        };
        let (path, seconds) = (address.path(), valid_for.as_secs());
        Ok(Some(PresignedUrl::new(format!("https://{bucket}.memory.invalid/{path}?valid_for={seconds}"))))
    }

    async fn unfinished_uploads(&self) -> BoxStream<'static, Result<UnfinishedUpload, BlobError>> {
        let state = self.volumes.lock();
        if let Err(error) = self.require_reachable(&state, &self.address) {
            return stream::iter([Err(error)]).boxed();
        }
        let uploads = state.uploads().below(&self.address).filter_map(|upload| {
            let key = self.address.key_of(upload.address.path())?;
            let begun = moment(FIRST_MOMENT.saturating_add(i64::try_from(upload.number).unwrap_or(i64::MAX)));
            Some(Ok(UnfinishedUpload { key, id: upload.number.to_string(), begun }))
        });
        stream::iter(uploads.collect::<Vec<_>>()).boxed()
    }

    async fn abort_upload(&self, upload: &UnfinishedUpload) -> Result<(), BlobError> {
        let mut state = self.volumes.lock();
        self.require_writable(&state, &self.address.join(&upload.key))?;
        if let Ok(number) = upload.id.parse() {
            state.uploads_mut().end(number);
        }
        Ok(())
    }
}
