//! What the S3 server does beyond what `object_store` asks of one.

use std::time::Duration;

use freehold_test_servers::s3::S3Server;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::multipart::MultipartStore;
use object_store::path::Path;
use object_store::signer::{SignedUrlOptions, Signer};
use object_store::{Error, MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};

/// A client of the server's owner.
pub(crate) fn client(server: &S3Server, bucket: &str) -> AmazonS3Builder {
    AmazonS3Builder::new()
        .with_endpoint(server.endpoint())
        .with_allow_http(true)
        .with_region("us-east-1")
        .with_access_key_id(server.access_key_id())
        .with_secret_access_key(server.secret_access_key())
        .with_bucket_name(bucket)
}

/// A server with the empty bucket `bucket`, and its owner's client.
pub(crate) async fn server_and_client() -> (S3Server, AmazonS3) {
    let server = S3Server::start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    (server, store)
}

async fn signed(store: &AmazonS3, method: Method, key: &str, options: &SignedUrlOptions) -> reqwest::Url {
    store.signed_url_opts(method, &Path::from(key), Duration::from_mins(1), options).await.unwrap()
}

#[tokio::test]
async fn of_many_that_create_a_key_one_wins() {
    let (server, store) = server_and_client().await;
    let store = std::sync::Arc::new(store);
    let mut racers = tokio::task::JoinSet::new();
    for racer in 0..32 {
        let store = std::sync::Arc::clone(&store);
        racers.spawn(async move {
            let payload = PutPayload::from(racer.to_string());
            store.put_opts(&Path::from("claim"), payload, PutMode::Create.into()).await.map(|_| racer)
        });
    }
    let outcomes = racers.join_all().await;
    let winners: Vec<i32> = outcomes.into_iter().filter_map(Result::ok).collect();
    let [winner] = winners.as_slice() else { panic!("winners: {winners:?}") };
    assert_eq!(server.content("bucket", "claim").unwrap(), winner.to_string());
}

#[tokio::test]
async fn a_look_alike_overwrites_what_was_to_be_created() {
    let server = S3Server::builder().ignores_conditional_writes().start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    let path = Path::from("claim");
    store.put_opts(&path, "first".into(), PutMode::Create.into()).await.unwrap();
    store.put_opts(&path, "second".into(), PutMode::Create.into()).await.unwrap();
    assert_eq!(server.content("bucket", "claim").unwrap(), "second");
}

#[tokio::test]
async fn a_small_part_before_the_last_is_refused() {
    let (server, store) = server_and_client().await;
    let mut upload = store.put_multipart(&Path::from("key")).await.unwrap();
    upload.put_part("small".into()).await.unwrap();
    upload.put_part("last".into()).await.unwrap();
    let error = upload.complete().await.unwrap_err();
    assert!(error.to_string().contains("EntityTooSmall"), "{error}");
    assert!(server.keys("bucket").is_empty());
}

#[tokio::test]
async fn an_upload_is_unfinished_until_it_is_aborted() {
    let (server, store) = server_and_client().await;
    let upload = store.create_multipart(&Path::from("key")).await.unwrap();
    assert_eq!(server.unfinished_uploads("bucket"), ["key"]);
    store.abort_multipart(&Path::from("key"), &upload).await.unwrap();
    assert!(server.unfinished_uploads("bucket").is_empty());
}

#[tokio::test]
async fn unfinished_uploads_can_be_listed_by_prefix() {
    let (_server, store) = server_and_client().await;
    for key in ["in/a", "in/b", "out/c"] {
        store.create_multipart(&Path::from(key)).await.unwrap();
    }
    let options = SignedUrlOptions::default().with_query([("uploads", ""), ("prefix", "in/")]);
    let url = signed(&store, Method::GET, "", &options).await;
    let listing = reqwest::get(url).await.unwrap().text().await.unwrap();
    let keys: Vec<&str> =
        listing.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()).collect();
    assert_eq!(keys, ["in/a", "in/b"], "{listing}");
}

#[tokio::test]
async fn a_completion_whose_condition_fails_leaves_the_upload_begun() {
    let (server, store) = server_and_client().await;
    let path = Path::from("key");
    let upload = store.create_multipart(&path).await.unwrap();
    let part = store.put_part(&path, &upload, 0, "new".into()).await.unwrap();
    store.put(&path, "old".into()).await.unwrap();
    let options = SignedUrlOptions::default()
        .with_query([("uploadId", upload.as_str())])
        .with_signed_header(HeaderName::from_static("if-none-match"), HeaderValue::from_static("*"));
    let url = signed(&store, Method::POST, "key", &options).await;
    let body = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{}</ETag></Part></CompleteMultipartUpload>",
        part.content_id
    );
    let answer =
        reqwest::Client::new().post(url).header("if-none-match", "*").body(body).send().await.unwrap();
    assert_eq!(answer.status(), 412);
    assert_eq!(server.content("bucket", "key").unwrap(), "old");
    assert_eq!(server.unfinished_uploads("bucket"), ["key"]);
}

#[tokio::test]
async fn a_delete_whose_tag_does_not_match_deletes_nothing() {
    let (server, store) = server_and_client().await;
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    let stale = "\"00000000000000000000000000000000\"";
    let options = SignedUrlOptions::default()
        .with_signed_header(HeaderName::from_static("if-match"), HeaderValue::from_static(stale));
    let url = signed(&store, Method::DELETE, "key", &options).await;
    let answer = reqwest::Client::new().delete(url).header("if-match", stale).send().await.unwrap();
    assert_eq!(answer.status(), 412);
    assert_eq!(server.keys("bucket"), ["key"]);
}

#[tokio::test]
async fn a_delete_whose_tag_matches_deletes() {
    let (server, store) = server_and_client().await;
    let tag = store.put(&Path::from("key"), "bytes".into()).await.unwrap().e_tag.unwrap();
    let options = SignedUrlOptions::default()
        .with_signed_header(HeaderName::from_static("if-match"), HeaderValue::try_from(&tag).unwrap());
    let url = signed(&store, Method::DELETE, "key", &options).await;
    let answer = reqwest::Client::new().delete(url).header("if-match", tag).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    assert!(server.keys("bucket").is_empty());
}

/// The status of a write with a checksum of `header` and `value` over the bytes `hello`.
async fn status_with_checksum(header: &'static str, value: &'static str) -> u16 {
    let (_server, store) = server_and_client().await;
    let options = SignedUrlOptions::default()
        .with_signed_header(HeaderName::from_static(header), HeaderValue::from_static(value));
    let url = signed(&store, Method::PUT, "key", &options).await;
    let answer = reqwest::Client::new().put(url).header(header, value).body("hello").send().await.unwrap();
    answer.status().as_u16()
}

#[tokio::test]
async fn a_right_sha256_is_accepted() {
    let right = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
    assert_eq!(status_with_checksum("x-amz-checksum-sha256", right).await, 200);
}

#[tokio::test]
async fn a_wrong_sha256_is_refused() {
    let wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    assert_eq!(status_with_checksum("x-amz-checksum-sha256", wrong).await, 400);
}

#[tokio::test]
async fn a_wrong_crc64nvme_is_refused() {
    assert_eq!(status_with_checksum("x-amz-checksum-crc64nvme", "AAAAAAAAAAA=").await, 400);
}

#[tokio::test]
async fn short_pages_list_every_key_once() {
    use futures_util::TryStreamExt;

    let server = S3Server::builder().page_size(2).start().await;
    server.create_bucket("bucket");
    let store = client(&server, "bucket").build().unwrap();
    let keys = ["a/1", "a/2", "a/3", "b", "c/1"];
    for key in keys {
        store.put(&Path::from(key), "bytes".into()).await.unwrap();
    }
    let listed: Vec<String> =
        store.list(None).map_ok(|meta| meta.location.to_string()).try_collect().await.unwrap();
    assert_eq!(listed, keys);
    let folders = store.list_with_delimiter(None).await.unwrap().common_prefixes;
    assert_eq!(folders, [Path::from("a"), Path::from("c")]);
}

#[tokio::test]
async fn a_presigned_put_makes_a_bucket() {
    let server = S3Server::start().await;
    let store = client(&server, "fresh").build().unwrap();
    let url = signed(&store, Method::PUT, "", &SignedUrlOptions::default()).await;
    let answer = reqwest::Client::new().put(url).header("content-length", "0").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    assert_eq!(server.keys("fresh"), ["key"]);
}

#[tokio::test]
async fn a_missing_bucket_is_named() {
    let server = S3Server::start().await;
    let error = client(&server, "nowhere").build().unwrap().get(&Path::from("key")).await.unwrap_err();
    assert!(matches!(&error, Error::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("NoSuchBucket"), "{error}");
}

#[tokio::test]
async fn requests_are_logged_with_their_status() {
    let (server, store) = server_and_client().await;
    store.put(&Path::from("key"), "bytes".into()).await.unwrap();
    let requests = server.requests();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(
        (request.method.as_str(), request.path.as_str(), request.status),
        ("PUT", "/bucket/key", Some(200))
    );
}
