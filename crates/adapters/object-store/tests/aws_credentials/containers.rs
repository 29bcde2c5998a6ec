//! The server that a container service runs beside its containers.

use super::ground::{FAR, key, keys, open, server, unusable, writes};
use super::neighbour::{Answer, Neighbour};

#[tokio::test]
async fn a_container_service_gives_keys_for_a_token() {
    let server = server();
    let document = keys(&server, FAR);
    let service = Neighbour::start(move |_| Answer::ok(document.clone()));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "from-the-file\n").unwrap();
    let url = format!("{}/v1/credentials", service.url());
    for (variable, value, shown) in [
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "from-the-environment", "authorization: from-the-environment"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", file.to_str().unwrap(), "authorization: from-the-file"),
    ] {
        let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str()), (variable, value)];
        let store = open(&server, None, &variables).await.unwrap();
        writes(store.as_ref()).await;
        store.delete(&[key()]).await.unwrap();
        let asked = service.asked().pop().unwrap();
        assert_eq!(asked.line, "GET /v1/credentials");
        assert!(asked.headers.contains(shown), "{asked:?}");
    }
    assert_eq!(service.asked().len(), 2);
}

#[tokio::test]
async fn a_token_goes_nowhere_without_tls_but_to_the_services_of_aws() {
    let server = server();
    let variables = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.org/credentials")];
    let store = open(&server, None, &variables).await.unwrap();
    let reason = unusable(store.metadata(&key()).await);
    assert!(reason.contains("example.org") && reason.contains("TLS"), "{reason}");
}

#[tokio::test]
async fn a_refusal_of_the_service_is_named() {
    let server = server();
    let service = Neighbour::start(|_| Answer::refused(401, "hidden"));
    let store = open(&server, None, &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", &service.url())]).await.unwrap();
    let reason = unusable(store.metadata(&key()).await);
    assert!(reason.contains("401") && !reason.contains("hidden"), "{reason}");
}
