//! The login of a user, as Google's own tools leave it.

use std::time::Duration;

use freehold_ports::blobs::BlobError;

use super::ground::{key, open_with, server, unusable, writes_and_reads};
use super::neighbour::{Answer, Neighbour};

/// A home folder with this login.
fn home(login: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/gcloud");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("application_default_credentials.json"), login).unwrap();
    home
}

fn login_at(token_server: &str) -> String {
    format!(
        r#"{{"type": "authorized_user", "client_id": "client", "client_secret": "a/b", "refresh_token": "r+1", "token_uri": "{token_server}"}}"#
    )
}

#[tokio::test]
async fn a_login_in_the_home_folder_is_enough() {
    let server = server();
    let home = home(&std::fs::read_to_string(server.authorized_user_file()).unwrap());
    let store = open_with(&server, &[("HOME", home.path().to_str().unwrap())]).await.unwrap();
    writes_and_reads(store.as_ref()).await;
}

#[tokio::test]
async fn a_token_is_asked_for_once_with_what_the_login_holds() {
    let server = server();
    let token = server.bearer_token();
    let neighbour = Neighbour::start(move |_| {
        Answer::ok(format!(r#"{{"access_token": "{token}", "expires_in": 3600}}"#))
    });
    let home = home(&login_at(&neighbour.url()));
    let store = open_with(&server, &[("HOME", home.path().to_str().unwrap())]).await.unwrap();
    writes_and_reads(store.as_ref()).await;
    let asked = neighbour.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let fields =
        ["grant_type", "client_id", "client_secret", "refresh_token"].map(|name| asked[0].field(name));
    assert_eq!(fields, [Some("refresh_token"), Some("client"), Some("a%2Fb"), Some("r%2B1")]);
}

#[tokio::test]
async fn a_login_that_ended_says_how_to_log_in_again() {
    let server = server();
    let neighbour = Neighbour::start(|_| Answer::refused(400, r#"{"error": "invalid_grant"}"#));
    let home = home(&login_at(&neighbour.url()));
    let store = open_with(&server, &[("HOME", home.path().to_str().unwrap())]).await.unwrap();
    let reason = unusable(store.metadata(&key("a")).await);
    assert!(
        reason.contains("invalid_grant") && reason.contains("gcloud auth application-default login"),
        "{reason}"
    );
}

#[tokio::test]
async fn a_token_server_that_cannot_be_reached_is_no_wrong_login() {
    let server = server();
    let neighbour = Neighbour::start(|_| Answer::refused(503, ""));
    let home = home(&login_at(&neighbour.url()));
    let store = open_with(&server, &[("HOME", home.path().to_str().unwrap())]).await.unwrap();
    let failed = store.metadata(&key("a")).await;
    assert!(matches!(failed, Err(BlobError::Unavailable { .. })), "{failed:?}");
}

#[tokio::test]
async fn a_login_cannot_sign_urls_and_says_so() {
    let server = server();
    let file = server.authorized_user_file().display().to_string();
    let store = open_with(&server, &[("GOOGLE_APPLICATION_CREDENTIALS", &file)]).await.unwrap();
    let reason = unusable(store.presigned_url(&key("a"), Duration::from_mins(1)).await);
    assert!(reason.contains("service account"), "{reason}");
}

#[tokio::test]
async fn credentials_of_an_unknown_type_are_named() {
    let server = server();
    let home = home(r#"{"type": "external_account", "audience": "x"}"#);
    let reason = unusable(open_with(&server, &[("HOME", home.path().to_str().unwrap())]).await);
    assert!(reason.contains("external_account"), "{reason}");
}
