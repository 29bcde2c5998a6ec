//! The conformance functions of `object_store` on moto, so that the S3 server is not the only judge of what S3 is.

use freehold_test_servers::moto::Moto;
use object_store::aws::{AmazonS3, AmazonS3Builder, S3CopyIfNotExists};

async fn store() -> (Moto, AmazonS3) {
    let (moto, bucket) = tokio::task::spawn_blocking(|| {
        let moto = Moto::start().unwrap();
        let bucket = moto.fresh_bucket().unwrap();
        (moto, bucket)
    })
    .await
    .unwrap();
    let store = AmazonS3Builder::new()
        .with_endpoint(moto.endpoint())
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_access_key_id("testing")
        .with_secret_access_key("testing")
        .with_bucket_name(bucket)
        .with_copy_if_not_exists(S3CopyIfNotExists::Multipart)
        .build()
        .unwrap();
    (moto, store)
}

mod plain {
    crate::conformance::conformance!();
}
