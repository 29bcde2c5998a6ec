//! Profiles in the files of AWS's tools.

use freehold_domain::StorageRoot;
use freehold_ports::blobs::{BlobError, BlobStores};

use super::ground::{home, key, open, root, server, stores, unusable, writes};

fn pair(id: &str, secret: &str) -> String {
    format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n")
}

#[tokio::test]
async fn the_default_profile_is_enough() {
    let server = server();
    let home = home("", &format!("[default]\n{}", pair(server.access_key_id(), server.secret_access_key())));
    writes(open(&server, Some(&home), &[]).await.unwrap().as_ref()).await;
}

#[tokio::test]
async fn the_profile_of_the_environment_is_taken() {
    let server = server();
    let keys = pair(server.access_key_id(), server.secret_access_key());
    let home = home(
        &format!("[profile lab]\n{keys}"),
        "[default]\naws_access_key_id = x\naws_secret_access_key = y\n",
    );
    writes(open(&server, Some(&home), &[("AWS_PROFILE", "lab")]).await.unwrap().as_ref()).await;
}

#[tokio::test]
async fn keys_of_the_environment_count_more() {
    let server = server();
    let home = home("", &format!("[default]\n{}", pair("x", "y")));
    let variables = [
        ("AWS_ACCESS_KEY_ID", server.access_key_id()),
        ("AWS_SECRET_ACCESS_KEY", server.secret_access_key()),
    ];
    writes(open(&server, Some(&home), &variables).await.unwrap().as_ref()).await;
}

#[tokio::test]
async fn a_command_gives_keys() {
    let server = server();
    let document = format!(
        r#"{{"Version":1,"AccessKeyId":"{}","SecretAccessKey":"{}"}}"#,
        server.access_key_id(),
        server.secret_access_key()
    );
    let home = home(&format!("[default]\ncredential_process = printf '%s' '{document}'\n"), "");
    writes(open(&server, Some(&home), &[]).await.unwrap().as_ref()).await;
}

#[tokio::test]
async fn a_command_that_fails_is_named_by_its_profile() {
    let server = server();
    let home = home("[profile lab]\ncredential_process = exit 7\n", "");
    let store = open(&server, Some(&home), &[("AWS_PROFILE", "lab")]).await.unwrap();
    let reason = unusable(store.metadata(&key()).await);
    assert!(reason.contains("lab") && reason.contains('7'), "{reason}");
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_an_error_with_the_files_looked_at() {
    let server = server();
    let home = home("", "");
    let reason = unusable(open(&server, Some(&home), &[("AWS_PROFILE", "lab")]).await);
    assert!(
        reason.contains("lab") && reason.contains(".aws/config") && reason.contains(".aws/credentials"),
        "{reason}"
    );
    assert_eq!(server.requests(), []);
}

#[tokio::test]
async fn single_sign_on_says_what_to_do() {
    let server = server();
    let home = home("[default]\nsso_start_url = https://example.awsapps.com/start\n", "");
    let reason = unusable(open(&server, Some(&home), &[]).await);
    assert!(reason.contains("aws configure export-credentials"), "{reason}");
}

#[tokio::test]
async fn the_endpoint_of_a_profile_becomes_a_part_of_the_root() {
    let server = server();
    let keys = pair(server.access_key_id(), server.secret_access_key());
    let config = format!(
        "[default]\nservices = near\n{keys}[services near]\ns3 =\n  endpoint_url = {}\n",
        server.endpoint()
    );
    let home = home(&config, "");
    let stores = stores(Some(&home), &[]);
    let resolved = stores.resolve(&StorageRoot::from_canonical("s3://lab/data").unwrap()).await.unwrap();
    assert_eq!(resolved, root(&server));
    writes(stores.open(&resolved).await.unwrap().as_ref()).await;
}

#[tokio::test]
async fn without_any_keys_requests_are_anonymous() {
    let server = server();
    let store = open(&server, None, &[]).await.unwrap();
    let denied = store.metadata(&key()).await;
    assert!(matches!(denied, Err(BlobError::PermissionDenied { .. })), "{denied:?}");
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[tokio::test]
async fn a_broken_profile_is_not_asked_for_who_wants_no_signature() {
    let server = server();
    server.make_public(super::ground::BUCKET);
    let home = home("[default]\nsso_session = corp\n", "no section\n");
    let store = open(&server, Some(&home), &[("AWS_SKIP_SIGNATURE", "true")]).await.unwrap();
    assert_eq!(store.metadata(&key()).await.unwrap(), None);
}
