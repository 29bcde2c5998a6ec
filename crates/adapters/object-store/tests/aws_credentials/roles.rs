//! Roles that are assumed at a token service.

use freehold_ports::blobs::BlobError;
use freehold_test_servers::s3::S3Server;

use super::ground::{FAR, PAST, home, key, open, server, unusable, writes};
use super::neighbour::{Answer, Neighbour};

/// A token service that gives the server's own keys until then.
fn token_service(server: &S3Server, operation: &'static str, until: &'static str) -> Neighbour {
    let (id, secret) = (server.access_key_id(), server.secret_access_key());
    Neighbour::start(move |_| {
        Answer::ok(format!(
            "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result><AssumedRoleUser>\
             <Arn>arn</Arn></AssumedRoleUser><Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
             <SessionToken>token</SessionToken><Expiration>{until}</Expiration></Credentials></{operation}Result>\
             <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{operation}Response>"
        ))
    })
}

const PROFILE: &str = "[default]\nrole_arn = arn:aws:iam::1:role/lab\nsource_profile = base\nexternal_id = a b\nregion = eu-west-1\n\
    [profile base]\naws_access_key_id = BASE\naws_secret_access_key = SECRET\n";

#[tokio::test]
async fn a_role_is_assumed_once_with_the_keys_of_its_source() {
    let server = server();
    let service = token_service(&server, "AssumeRole", FAR);
    let home = home(PROFILE, "");
    writes(open(&server, Some(&home), &[("AWS_ENDPOINT_URL_STS", &service.url())]).await.unwrap().as_ref())
        .await;
    let asked = service.asked();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].line, "POST /");
    assert_eq!(asked[0].field("Action"), Some("AssumeRole"));
    assert_eq!(asked[0].field("RoleArn"), Some("arn%3Aaws%3Aiam%3A%3A1%3Arole%2Flab"));
    assert_eq!(asked[0].field("ExternalId"), Some("a%20b"));
    assert!(
        asked[0].headers.contains("Credential=BASE/") && asked[0].headers.contains("/eu-west-1/sts/"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn keys_that_have_expired_are_asked_for_again() {
    let server = server();
    let service = token_service(&server, "AssumeRole", PAST);
    let home = home(PROFILE, "");
    let store = open(&server, Some(&home), &[("AWS_ENDPOINT_URL_STS", &service.url())]).await.unwrap();
    writes(store.as_ref()).await;
    let before = service.asked().len();
    store.metadata(&key()).await.unwrap();
    assert!(service.asked().len() > before);
}

#[tokio::test]
async fn a_role_is_assumed_with_the_token_of_another_identity() {
    let server = server();
    let service = token_service(&server, "AssumeRoleWithWebIdentity", FAR);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "identity.token\n").unwrap();
    let variables = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", file.to_str().unwrap()),
        ("AWS_ROLE_ARN", "role"),
        ("AWS_ENDPOINT_URL_STS", &service.url()),
    ];
    writes(open(&server, None, &variables).await.unwrap().as_ref()).await;
    let asked = service.asked();
    assert_eq!(asked[0].field("Action"), Some("AssumeRoleWithWebIdentity"));
    assert_eq!(asked[0].field("WebIdentityToken"), Some("identity.token"));
    assert!(!asked[0].headers.contains("authorization"), "{asked:?}");
}

#[tokio::test]
async fn a_role_that_may_not_be_assumed_says_so() {
    let server = server();
    let service = Neighbour::start(|_| {
        Answer::refused(
            403,
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not for you</Message></Error></ErrorResponse>",
        )
    });
    let home = home(PROFILE, "");
    let store = open(&server, Some(&home), &[("AWS_ENDPOINT_URL_STS", &service.url())]).await.unwrap();
    let reason = unusable(store.metadata(&key()).await);
    assert!(reason.contains("role/lab") && reason.contains("AccessDenied: not for you"), "{reason}");
}

#[tokio::test]
async fn a_token_service_that_cannot_be_reached_is_no_refusal() {
    let server = server();
    let service = Neighbour::start(|_| Answer::refused(503, ""));
    let home = home(PROFILE, "");
    let store = open(&server, Some(&home), &[("AWS_ENDPOINT_URL_STS", &service.url())]).await.unwrap();
    let failed = store.metadata(&key()).await;
    assert!(matches!(failed, Err(BlobError::Unavailable { .. })), "{failed:?}");
}

#[tokio::test]
async fn a_token_file_that_is_not_there_is_named() {
    let server = server();
    let variables = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token"), ("AWS_ROLE_ARN", "role")];
    let store = open(&server, None, &variables).await.unwrap();
    assert!(unusable(store.metadata(&key()).await).contains("/nowhere/token"));
}

#[tokio::test]
async fn a_token_goes_to_no_service_without_tls() {
    let server = server();
    let home = home(PROFILE, "");
    let reason =
        unusable(open(&server, Some(&home), &[("AWS_ENDPOINT_URL_STS", "http://sts.example.org")]).await);
    assert!(reason.contains("without TLS"), "{reason}");
}
