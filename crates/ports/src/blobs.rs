//! Bytes at storage locations, whatever the backend.

mod blob_store;
mod blob_stores;
mod conditional_store;
mod error;
mod remote_store;
mod stream;

pub use blob_store::{
    BlobMetadata, BlobReader, BlobStore, BlobVersion, Durability, PutMode, PutOptions, Readership,
};
pub use blob_stores::BlobStores;
pub use conditional_store::{ConditionalStore, Sighting};
pub use error::BlobError;
pub use remote_store::{PresignedUrl, RemoteStore, UnfinishedUpload};
pub use stream::{BoxStream, ByteStream, FromBytes};

#[cfg(feature = "mock")]
pub use blob_stores::MockBlobStores;
