//! Connections are encrypted and checked as the URL asks.

use freehold_domain::DatabaseUrl;
use freehold_ports::persistence::{AccessMode, Databases, PersistenceError};
use freehold_test_servers::postgres::{Options, PostgresServer};

use crate::arrange::{Place, databases, has_user, in_full};

fn server_with_tls() -> PostgresServer {
    PostgresServer::start(Options { tls: true, ..Options::default() }).unwrap()
}

/// The place's URL with this host and query.
fn url(place: &Place, host: &str, query: &str) -> DatabaseUrl {
    format!("{}?{query}", place.url.reveal().replace("127.0.0.1", host)).parse().unwrap()
}

/// How many sessions of the registry are encrypted, and how many are not.
fn sessions(place: &Place) -> (u32, u32) {
    let count = |condition: &str| {
        let query = format!(
            "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
             WHERE application_name = 'freehold' AND datname = current_database() AND {condition}"
        );
        place.value(&query).parse().unwrap()
    };
    (count("ssl"), count("NOT ssl"))
}

async fn is_encrypted(place: &Place, url: &DatabaseUrl) -> Result<bool, PersistenceError> {
    let registry = databases().open(url, AccessMode::Write).await?;
    assert!(has_user(registry.as_ref(), 1).await);
    let (encrypted, plain) = sessions(place);
    registry.close().await?;
    assert!(encrypted == 0 || plain == 0, "{encrypted} {plain}");
    Ok(encrypted > 0)
}

#[tokio::test]
async fn a_connection_is_encrypted_where_the_url_does_not_forbid_it() {
    let server = server_with_tls();
    let place = Place::with_registry_on(&server).await;
    for (query, expected) in
        [("", true), ("sslmode=prefer", true), ("sslmode=require", true), ("sslmode=disable", false)]
    {
        assert_eq!(
            is_encrypted(&place, &url(&place, "127.0.0.1", query)).await.unwrap(),
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_certificate_is_checked_as_the_url_asks() {
    let server = server_with_tls();
    let place = Place::with_registry_on(&server).await;
    let authority = format!("sslrootcert={}", server.authority_file().unwrap().display());
    for (host, mode, is_accepted) in [
        ("localhost", "verify-full", true),
        ("localhost", "verify-ca", true),
        // The certificate is for localhost only.
        ("127.0.0.1", "verify-ca", true),
        ("127.0.0.1", "verify-full", false),
    ] {
        let encrypted =
            is_encrypted(&place, &url(&place, host, &format!("sslmode={mode}&{authority}"))).await;
        assert_eq!(
            encrypted.as_ref().is_ok_and(|encrypted| *encrypted),
            is_accepted,
            "{host} {mode} {encrypted:?}"
        );
    }
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let server = server_with_tls();
    let place = Place::with_registry_on(&server).await;
    for mode in ["verify-ca", "verify-full"] {
        let refused = is_encrypted(&place, &url(&place, "localhost", &format!("sslmode={mode}"))).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, PersistenceError::Unavailable { .. }), "{refused:?}");
        assert!(in_full(&refused).contains("certificate"), "{}", in_full(&refused));
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_the_url_demands_it() {
    let place = Place::with_registry().await;
    for mode in ["require", "verify-ca", "verify-full"] {
        let refused = is_encrypted(&place, &url(&place, "127.0.0.1", &format!("sslmode={mode}"))).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, PersistenceError::Unavailable { .. }), "{refused:?}");
    }
    assert!(!is_encrypted(&place, &url(&place, "127.0.0.1", "")).await.unwrap());
}
