//! Keys from the metadata service of a virtual machine.

use std::time::Duration;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsCredentialProvider};
use object_store::{ClientOptions, RetryConfig};

use crate::cloud::environment::Environment;

/// How long the service may take for its first answer: it is on the same machine, or nowhere.
const PATIENCE: Duration = Duration::from_secs(1);

/// The keys of the machine's role; `None` where there is no such service, or the machine has no role.
pub(super) async fn of_this_machine(
    environment: &Environment,
    patience: RetryConfig,
) -> object_store::Result<Option<AwsCredentialProvider>> {
    if environment.is_set("AWS_EC2_METADATA_DISABLED") {
        return Ok(None);
    }
    let once = RetryConfig { max_retries: 0, ..patience.clone() };
    match provider(environment, once, PATIENCE)?.get_credential().await {
        Ok(_) => provider(environment, patience, PATIENCE * 5).map(Some),
        Err(error) => {
            tracing::debug!(%error, "no keys from a metadata service");
            Ok(None)
        }
    }
}

/// The keys of the machine's role, whether or not they can be had.
pub(super) fn provider(
    environment: &Environment,
    patience: RetryConfig,
    timeout: Duration,
) -> object_store::Result<AwsCredentialProvider> {
    let options = ClientOptions::new().with_connect_timeout(PATIENCE).with_timeout(timeout);
    let mut builder =
        AmazonS3Builder::new().with_bucket_name("none").with_client_options(options).with_retry(patience);
    if let Some(endpoint) = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        builder = builder.with_config(AmazonS3ConfigKey::MetadataEndpoint, endpoint);
    }
    Ok(builder.build()?.credentials().clone())
}
