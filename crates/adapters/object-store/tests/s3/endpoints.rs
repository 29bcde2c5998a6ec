//! Which server a location is on.

use freehold_domain::{StorageRoot, Surroundings};
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_ports::blobs::{BlobError, BlobStores};

fn stores(variables: &[(&str, &str)]) -> ObjectStoreBlobStores {
    let isolated = [("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")];
    ObjectStoreBlobStores::with_environment(Environment::of_variables(
        isolated.into_iter().chain(variables.iter().copied()),
    ))
}

async fn resolved(variables: &[(&str, &str)], root: &str) -> String {
    let root = StorageRoot::from_canonical(root).unwrap();
    stores(variables).resolve(&root).await.unwrap().to_string()
}

#[tokio::test]
async fn a_root_gets_the_endpoint_of_the_environment() {
    let variables = [("AWS_ENDPOINT_URL", "http://localhost:9000/")];
    assert_eq!(resolved(&variables, "s3://lab/raw").await, "s3://lab/raw?endpoint_url=http://localhost:9000");
}

#[tokio::test]
async fn the_endpoint_for_s3_counts_more_than_that_for_all() {
    let variables =
        [("AWS_ENDPOINT_URL", "https://all.example"), ("AWS_ENDPOINT_URL_S3", "https://s3.example")];
    assert_eq!(resolved(&variables, "s3://lab").await, "s3://lab?endpoint_url=https://s3.example");
}

#[tokio::test]
async fn a_root_keeps_its_own_endpoint() {
    let root = "s3://lab?endpoint_url=https://own.example";
    assert_eq!(resolved(&[("AWS_ENDPOINT_URL", "https://all.example")], root).await, root);
}

#[tokio::test]
async fn a_root_is_on_aws_when_nothing_else_is_said() {
    assert_eq!(resolved(&[], "s3://lab/raw").await, "s3://lab/raw");
    let ignored =
        [("AWS_ENDPOINT_URL", "https://all.example"), ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")];
    assert_eq!(resolved(&ignored, "s3://lab/raw").await, "s3://lab/raw");
}

#[tokio::test]
async fn data_never_goes_over_a_network_without_tls_unasked() {
    let root = StorageRoot::from_canonical("s3://lab?endpoint_url=http://minio.example:9000").unwrap();
    for refused in [stores(&[]).open(&root).await.map(drop), stores(&[]).resolve(&root).await.map(drop)] {
        let Err(BlobError::NotALocation { reason, .. }) = refused else { panic!("{refused:?}") };
        assert!(reason.contains("FREEHOLD_ALLOW_HTTP=true"), "{reason}");
    }
    stores(&[("FREEHOLD_ALLOW_HTTP", "true")]).resolve(&root).await.unwrap();
}

/// The one root of a place, as it is typed.
async fn typed(root: &str) -> Result<String, String> {
    let surroundings = Surroundings { current_directory: "/".to_owned(), home: None };
    let root = StorageRoot::parse(root, &surroundings).map_err(|error| error.to_string())?;
    let allowing = stores(&[("FREEHOLD_ALLOW_HTTP", "true")]);
    allowing.resolve(&root).await.map(|root| root.to_string()).map_err(|error| error.to_string())
}

#[tokio::test]
async fn the_spellings_of_an_endpoint_are_one_place() {
    let places = [
        (
            "http://minio.example",
            &["HTTP://MinIO.Example:80/", "http://minio.example:0080//", "http://%6Dinio.example"][..],
        ),
        ("https://minio.example/s3", &["https://minio.example:443/s3/", "HTTPS://MINIO.EXAMPLE/s3"]),
        ("http://minio.example:9000", &["http://minio.example:09000/"]),
        ("http://[::1]:9000", &["http://[0:0:0:0:0:0:0:1]:9000", "http://[0::0001]:9000/"]),
        ("http://[2001:db8::a]", &["http://[2001:0DB8:0:0::000A]:80"]),
        ("http://127.0.0.1:9000", &["http://127.1:9000", "http://0x7f.0.0.1:9000", "http://2130706433:9000"]),
    ];
    for (endpoint, spellings) in places {
        for scheme in ["s3", "gs"] {
            let place = format!("{scheme}://lab/raw?endpoint_url={endpoint}");
            assert_eq!(typed(&place).await.as_ref(), Ok(&place));
            for spelling in spellings {
                let spelled = format!("{scheme}://lab/raw/?endpoint_url={spelling}");
                assert_eq!(typed(&spelled).await.as_ref(), Ok(&place), "{spelled}");
            }
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_could_be_spelled_twice_is_refused() {
    for endpoint in [
        "http://minio.example.",
        "http%3A%2F%2Fminio.example",
        "http://minio.example/a%2Fb",
        "http://minio.example/a//b",
        "http://minio.example?x",
        "http://ada:secret@minio.example",
        "http://ada@minio.example",
    ] {
        for scheme in ["s3", "gs"] {
            let refusal = typed(&format!("{scheme}://lab?endpoint_url={endpoint}")).await.unwrap_err();
            assert!(!refusal.contains("secret"), "{refusal}");
        }
    }
}

#[tokio::test]
async fn the_servers_of_the_providers_need_not_be_named() {
    for (root, endpoint) in [
        ("s3://lab/raw", "https://s3.amazonaws.com"),
        ("s3://lab/raw", "https://S3.eu-west-1.AmazonAWS.com:443/"),
        ("s3://lab", "https://s3.eu-west-1.amazonaws.com"),
        ("gs://lab/raw", "https://storage.googleapis.com/"),
        ("gs://lab", "https://Storage.GoogleApis.com:443"),
    ] {
        assert_eq!(typed(&format!("{root}?endpoint_url={endpoint}")).await.as_deref(), Ok(root));
    }
    let variables = [
        ("AWS_ENDPOINT_URL_S3", "https://s3.eu-west-1.amazonaws.com"),
        ("GOOGLE_BASE_URL", "https://storage.googleapis.com"),
    ];
    for root in ["s3://lab/raw", "gs://lab/raw"] {
        assert_eq!(resolved(&variables, root).await, root);
    }
}

#[tokio::test]
async fn an_endpoint_whose_host_names_a_bucket_is_refused() {
    for root in [
        "s3://lab?endpoint_url=https://lab.s3.eu-west-1.amazonaws.com",
        "s3://raw?endpoint_url=https://lab.s3.amazonaws.com",
        "gs://lab?endpoint_url=https://lab.storage.googleapis.com",
    ] {
        let refusal = typed(root).await.unwrap_err();
        assert!(refusal.contains("names a bucket"), "{refusal}");
    }
}
