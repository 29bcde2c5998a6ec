//! The contract of the blob ports, on moto: an S3 of other authors.

use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use freehold_conformance::blobs::{self, Fresh};
use freehold_domain::StorageRoot;
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_test_servers::moto::Moto;

struct MotoServer;

/// One server for all cases of this process.
#[allow(clippy::expect_used)]
fn moto() -> &'static Moto {
    static MOTO: OnceLock<Moto> = OnceLock::new();
    MOTO.get_or_init(|| Moto::start().expect("moto runs"))
}

#[async_trait]
impl blobs::Fixture for MotoServer {
    async fn fresh(&self) -> Fresh {
        Fresh {
            stores: Arc::new(ObjectStoreBlobStores::with_environment(Environment::of_variables(
                moto().environment(),
            ))),
            root: root("/one"),
            other_root: root(""),
            keep: Box::new(()),
        }
    }

    fn unsupported(&self, case: &str) -> Option<String> {
        let is_race = case.contains("that_race") || case.contains("creates_on_stores_of_their_own");
        is_race.then(|| {
            "moto looks at a condition and writes in two steps, so that a race can have several winners"
                .to_owned()
        })
    }
}

/// A root in a bucket of its own.
#[allow(clippy::expect_used)]
fn root(folder: &str) -> StorageRoot {
    let bucket = moto().fresh_bucket().expect("a bucket can be made");
    let text = format!("s3://{bucket}{folder}?endpoint_url={}", moto().endpoint());
    StorageRoot::from_canonical(&text).expect("it is a valid root")
}

fn main() {
    blobs::main(MotoServer);
}
