//! The servers of AWS itself, which a root need not name.

use crate::cloud::endpoint::OwnServer;

/// What the URL of a server says, when it is one of AWS.
///
/// A bucket is one place whichever of them is asked, so that `https://s3.eu-west-1.amazonaws.com` says no more than no endpoint does: the region is found
/// out. `GovCloud` and China have buckets of their own, and keep their endpoints; so do the private, accelerated and FIPS ones, which somebody has
/// chosen for a reason.
pub(crate) fn own_server(url: &str) -> Option<OwnServer> {
    let host = url.split_once("://")?.1.split(['/', ':']).next().unwrap_or_default();
    let is_plain_host = url.strip_prefix("https://") == Some(host);
    let (inner, is_global) = match host.strip_suffix(".amazonaws.com") {
        Some(inner) => (inner, true),
        None => (host.strip_suffix(".amazonaws.com.cn")?, false),
    };
    let labels: Vec<&str> = inner.split('.').collect();
    match labels[..] {
        ["s3"] if is_plain_host && is_global => Some(OwnServer::Default),
        ["s3", region] if is_plain_host && is_global && !region.starts_with("us-gov-") => {
            Some(OwnServer::Default)
        }
        // The host of a private endpoint is the same for all buckets.
        [.., "vpce"] => None,
        _ => {
            let service = labels.iter().rposition(|label| *label == "s3" || label.starts_with("s3-"))?;
            (service > 0).then_some(OwnServer::OfOneBucket)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_for_everybody_need_not_be_named() {
        for url in [
            "https://s3.amazonaws.com",
            "https://s3.eu-west-1.amazonaws.com",
            "https://s3.us-east-1.amazonaws.com",
        ] {
            assert_eq!(own_server(url), Some(OwnServer::Default), "{url}");
        }
    }

    #[test]
    fn a_host_that_names_a_bucket_is_of_one_bucket() {
        for url in [
            "https://lab.s3.amazonaws.com",
            "https://lab.s3.eu-west-1.amazonaws.com",
            "https://data.lab.s3.eu-west-1.amazonaws.com",
            "http://lab.s3-eu-west-1.amazonaws.com:80/raw",
            "https://lab.s3.dualstack.eu-west-1.amazonaws.com",
            "https://lab.s3-accelerate.amazonaws.com",
            "https://s3.lab.s3.eu-west-1.amazonaws.com",
            "https://lab-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
            "https://lab.s3.cn-north-1.amazonaws.com.cn",
        ] {
            assert_eq!(own_server(url), Some(OwnServer::OfOneBucket), "{url}");
        }
    }

    #[test]
    fn a_server_that_somebody_has_chosen_is_kept() {
        for url in [
            "https://s3.us-gov-west-1.amazonaws.com",
            "https://s3.cn-north-1.amazonaws.com.cn",
            "https://s3.dualstack.eu-west-1.amazonaws.com",
            "https://s3-fips.us-east-1.amazonaws.com",
            "https://bucket.vpce-1a2b3c4d-5e6f.s3.us-east-1.vpce.amazonaws.com",
            "https://s3.eu-west-1.amazonaws.com:8443",
            "http://s3.amazonaws.com",
            "https://lab.s3.example.org",
            "https://amazonaws.com",
            "http://localhost:9000",
        ] {
            assert_eq!(own_server(url), None, "{url}");
        }
    }
}
