//! The contract of the blob ports, on a Google Cloud Storage server of this process.

use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::blobs::{self, Fresh};
use freehold_domain::StorageRoot;
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_test_servers::gcs::GcsServer;

struct Gcs;

#[async_trait]
impl blobs::Fixture for Gcs {
    async fn fresh(&self) -> Fresh {
        // Small pages show whether listings go on.
        let server = GcsServer::builder().page_size(700).launch();
        server.create_bucket("lab");
        server.create_bucket("other-lab");
        Fresh {
            stores: Arc::new(ObjectStoreBlobStores::with_environment(Environment::of_variables(
                server.environment(),
            ))),
            root: root(&server, "lab/one"),
            other_root: root(&server, "other-lab"),
            keep: Box::new(server),
        }
    }
}

#[allow(clippy::expect_used)]
fn root(server: &GcsServer, place: &str) -> StorageRoot {
    StorageRoot::from_canonical(&format!("gs://{place}?endpoint_url={}", server.endpoint()))
        .expect("it is a valid root")
}

fn main() {
    blobs::main(Gcs);
}
