//! The metadata service of a virtual machine.

use super::ground::{FAR, key, keys, open, server, writes};
use super::neighbour::{Answer, Neighbour};

#[tokio::test]
async fn a_metadata_service_gives_keys() {
    let server = server();
    let document = keys(&server, FAR);
    let service = Neighbour::start(move |asked| match asked.line.as_str() {
        "PUT /latest/api/token" => Answer::ok("session"),
        "GET /latest/meta-data/iam/security-credentials/" => Answer::ok("lab-role"),
        "GET /latest/meta-data/iam/security-credentials/lab-role" => Answer::ok(document.clone()),
        _ => Answer::refused(404, ""),
    });
    let store = open(&server, None, &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.url())]).await.unwrap();
    writes(store.as_ref()).await;
    let asked = service.asked();
    assert!(asked[1].headers.contains("x-aws-ec2-metadata-token: session"), "{asked:?}");
}

#[tokio::test]
async fn a_machine_without_a_role_is_anonymous() {
    let server = server();
    server.make_public(super::ground::BUCKET);
    let service = Neighbour::start(|asked| match asked.line.as_str() {
        "PUT /latest/api/token" => Answer::ok("session"),
        _ => Answer::refused(404, ""),
    });
    let store = open(&server, None, &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", &service.url())]).await.unwrap();
    assert_eq!(store.metadata(&key()).await.unwrap(), None);
}

#[tokio::test]
async fn a_metadata_service_is_not_asked_when_it_is_switched_off() {
    let server = server();
    server.make_public(super::ground::BUCKET);
    let service = Neighbour::start(|_| Answer::ok("session"));
    let variables = [
        ("AWS_EC2_METADATA_SERVICE_ENDPOINT", service.url()),
        ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
    ];
    let variables = variables.each_ref().map(|(name, value)| (*name, value.as_str()));
    let store = open(&server, None, &variables).await.unwrap();
    assert_eq!(store.metadata(&key()).await.unwrap(), None);
    assert_eq!(service.asked().len(), 0);
}
