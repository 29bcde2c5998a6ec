//! The credentials of a virtual machine.

use std::time::Duration;

use super::ground::{key, open_with, server, unusable, writes_and_reads};
use super::neighbour::{Answer, Neighbour};

#[tokio::test]
async fn a_metadata_server_gives_tokens() {
    let server = server();
    let token = server.bearer_token();
    let neighbour = Neighbour::start(move |_| Answer {
        headers: "Metadata-Flavor: Google\r\n",
        ..Answer::ok(format!(r#"{{"access_token": "{token}", "expires_in": 3600}}"#))
    });
    let store = open_with(&server, &[("GCE_METADATA_HOST", &neighbour.host)]).await.unwrap();
    writes_and_reads(store.as_ref()).await;
    let asked = neighbour.asked();
    assert_eq!(asked[0].line, "GET /computeMetadata/v1/instance/service-accounts/default/token");
    assert!(asked[0].headers.contains("metadata-flavor: Google"), "{}", asked[0].headers);
    // One to see whether it is there, one for the token.
    assert_eq!(asked.len(), 2, "{asked:?}");
}

#[tokio::test]
async fn a_server_that_is_not_googles_is_not_believed() {
    let server = server();
    server.make_public(super::ground::BUCKET);
    let neighbour = Neighbour::start(|_| Answer::ok(r#"{"access_token": "stolen", "expires_in": 3600}"#));
    let store = open_with(&server, &[("GCE_METADATA_HOST", &neighbour.host)]).await.unwrap();
    super::ground::listed(store.as_ref()).await.unwrap();
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn where_no_metadata_server_is_requests_are_anonymous() {
    let server = server();
    server.make_public(super::ground::BUCKET);
    let store = open_with(&server, &[("GCE_METADATA_HOST", "127.0.0.1:1")]).await.unwrap();
    super::ground::listed(store.as_ref()).await.unwrap();
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
}

const EMAIL: &str = "lab@project.iam.gserviceaccount.com";

/// A metadata server with tokens for a service account.
fn machine() -> Neighbour {
    Neighbour::start(|asked| {
        let is_email = asked.line.ends_with("/email");
        let body = if is_email { EMAIL } else { r#"{"access_token": "machine-token", "expires_in": 3600}"# };
        Answer { headers: "Metadata-Flavor: Google\r\n", ..Answer::ok(body) }
    })
}

#[tokio::test]
async fn a_url_is_signed_by_the_service_that_has_the_key() {
    let server = server();
    let machine = machine();
    // "AAEC/w==" are the bytes 00 01 02 ff.
    let service = Neighbour::start(|_| Answer::ok(r#"{"keyId": "1", "signedBlob": "AAEC/w=="}"#));
    let variables = [
        ("GCE_METADATA_HOST", machine.host.as_str()),
        ("CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS", &service.url()),
    ];
    let store = open_with(&server, &variables).await.unwrap();
    for _ in 0..2 {
        let url = store.presigned_url(&key("a"), Duration::from_mins(1)).await.unwrap().unwrap();
        assert!(
            url.reveal().contains("X-Goog-Credential=lab%40project.iam.gserviceaccount.com%2F"),
            "{}",
            url.reveal()
        );
        assert!(url.reveal().ends_with("&X-Goog-Signature=000102ff"), "{}", url.reveal());
    }
    let asked = service.asked();
    assert_eq!(
        asked[0].line,
        "POST /v1/projects/-/serviceAccounts/lab%40project.iam.gserviceaccount.com:signBlob"
    );
    assert!(asked[0].headers.contains("authorization: Bearer machine-token"), "{asked:?}");
    // The text begins with "GOOG4-RSA-SHA256" in Base64.
    assert!(asked[0].body.starts_with(r#"{"payload":"R09PRzQtUlNBLVNIQTI1Ng"#), "{asked:?}");
    assert_eq!(machine.asked().iter().filter(|asked| asked.line.ends_with("/email")).count(), 1);
}

#[tokio::test]
async fn a_service_account_that_may_not_sign_says_which_role_it_needs() {
    let server = server();
    let machine = machine();
    let service = Neighbour::start(|_| Answer::refused(403, "{}"));
    let variables = [
        ("GCE_METADATA_HOST", machine.host.as_str()),
        ("CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS", &service.url()),
    ];
    let store = open_with(&server, &variables).await.unwrap();
    let reason = unusable(store.presigned_url(&key("a"), Duration::from_mins(1)).await);
    assert!(reason.contains("Service Account Token Creator"), "{reason}");
}
