//! Clients do ask the tripwire when the environment names it, and only for what lies outside of this machine.

use std::process::Command;

use freehold_test_servers::s3::S3Server;
use freehold_test_servers::tripwire::Tripwire;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::{ObjectStoreExt, RetryConfig};

/// Makes a test play the client, in a process of its own: proxies are read from the environment of a process.
const ENDPOINT: &str = "FREEHOLD_TEST_TRIPWIRE_ENDPOINT";

/// Nothing: the client asks for credentials before anything else.
const NOWHERE: &str = "";

#[test]
fn a_search_for_credentials_at_the_metadata_address_is_heard() {
    let heard = heard_from("a_search_for_credentials_at_the_metadata_address_is_heard", NOWHERE);
    if let Some(heard) = heard {
        assert!(heard.iter().any(|request| request.contains("169.254.169.254")), "{heard:?}");
    }
}

#[test]
fn a_request_to_a_server_on_loopback_does_not_pass_the_tripwire() {
    let server = S3Server::builder().launch();
    server.create_bucket("bucket");
    let test = "a_request_to_a_server_on_loopback_does_not_pass_the_tripwire";
    let heard = heard_from(test, &server.endpoint());
    if let Some(heard) = heard {
        assert_eq!(heard, Vec::<String>::new());
        assert!(!server.requests().is_empty(), "the server was not asked at all");
    }
}

/// Lets another process run `test` as a client of `endpoint`, and gives what the tripwire heard; absent in that other process, when the
/// client has done its work.
fn heard_from(test: &str, endpoint: &str) -> Option<Vec<String>> {
    if let Ok(endpoint) = std::env::var(ENDPOINT) {
        ask(&endpoint);
        return None;
    }
    let tripwire = Tripwire::start().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("tripwire::{test}")])
        .env(ENDPOINT, endpoint)
        .envs(tripwire.environment())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    Some(tripwire.heard())
}

fn ask(endpoint: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let answer = runtime.block_on(client(endpoint).head(&"key".into()));
    // There are no credentials, or there is no such key.
    assert!(answer.is_err());
}

fn client(endpoint: &str) -> AmazonS3 {
    let once = RetryConfig { max_retries: 0, ..RetryConfig::default() };
    let builder = AmazonS3Builder::new().with_bucket_name("bucket").with_region("us-east-1").with_retry(once);
    let builder = match endpoint {
        NOWHERE => builder,
        endpoint => builder.with_endpoint(endpoint).with_allow_http(true).with_skip_signature(true),
    };
    builder.build().unwrap()
}
