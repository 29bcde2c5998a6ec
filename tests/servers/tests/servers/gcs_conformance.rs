//! The conformance functions of `object_store` on the Google Cloud Storage server.

use freehold_test_servers::gcs::GcsServer;
use object_store::gcp::GoogleCloudStorage;

use crate::gcs::client;

async fn store() -> (GcsServer, GoogleCloudStorage) {
    let server = GcsServer::start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    (server, store)
}

mod plain {
    crate::conformance::conformance!();
}
