//! Under which URL a bucket is reached.

use freehold_domain::StorageRoot;

/// Under which URL a bucket is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Addressing {
    /// `https://bucket.s3.region.amazonaws.com`: AWS, where a bucket has a host of its own.
    OwnHost { bucket: String, region: String },
    /// `https://host/bucket`: every other server, and AWS for names that its certificate does not cover.
    Path { bucket: String, server: String },
}

impl Addressing {
    pub(super) fn new(root: &StorageRoot, region: &str) -> Self {
        let bucket = root.bucket().unwrap_or_default().to_owned();
        match root.endpoint_url() {
            Some(server) => Self::Path { bucket, server: server.to_owned() },
            None if bucket.contains(['.', '_']) => Self::Path { bucket, server: aws(region) },
            None => Self::OwnHost { bucket, region: region.to_owned() },
        }
    }

    /// The URL of the bucket, without a slash at its end where it has a path.
    pub(super) fn bucket_url(&self) -> String {
        match self {
            Self::OwnHost { bucket, region } => format!("https://{bucket}.s3.{region}.amazonaws.com"),
            Self::Path { bucket, server } => format!("{server}/{bucket}"),
        }
    }

    /// The server of path-style addresses.
    pub(super) fn server(&self) -> Option<&str> {
        match self {
            Self::OwnHost { .. } => None,
            Self::Path { server, .. } => Some(server),
        }
    }
}

/// The server of AWS in a region.
pub(super) fn aws(region: &str) -> String {
    format!("https://s3.{region}.amazonaws.com")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    fn url(root: &str) -> String {
        Addressing::new(&StorageRoot::from_canonical(root).unwrap(), "eu-west-1").bucket_url()
    }

    #[test]
    fn a_bucket_of_aws_has_a_host_of_its_own() {
        assert_eq!(url("s3://lab/raw"), "https://lab.s3.eu-west-1.amazonaws.com");
    }

    #[test]
    fn a_bucket_whose_name_no_certificate_covers_is_in_the_path() {
        assert_eq!(url("s3://data.lab.org"), "https://s3.eu-west-1.amazonaws.com/data.lab.org");
    }

    #[test]
    fn another_server_has_the_bucket_in_the_path() {
        assert_eq!(url("s3://lab?endpoint_url=http://localhost:9000/s3"), "http://localhost:9000/s3/lab");
    }
}
