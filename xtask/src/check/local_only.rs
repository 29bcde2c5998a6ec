//! Whoever keeps registries in SQLite and data on local disk compiles no TLS and no network client.

use std::collections::BTreeSet;
use std::path::Path;

use crate::finding::Finding;
use crate::footprint::dependencies::{self, Dependency};
use crate::footprint::feature_set::LOCAL_ONLY;

const MANIFEST: &str = "crates/app/Cargo.toml";

/// Crates, by the beginning of their names, that speak over a network or encrypt.
const BARRED: [&str; 12] = [
    "aws-lc",
    "h2",
    "hyper",
    "native-tls",
    "object_store",
    "openssl",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "sqlx-mysql",
    "sqlx-postgres",
];

/// The barred crates among what cargo compiles for that choice of features.
pub(super) fn findings(root: &Path) -> Vec<Finding> {
    match dependencies::of(root, &LOCAL_ONLY) {
        Ok(dependencies) => barred(&dependencies),
        Err(error) => vec![Finding::new(MANIFEST, 1, format!("{error:#}"))],
    }
}

fn barred(dependencies: &BTreeSet<Dependency>) -> Vec<Finding> {
    let found = dependencies.iter().filter(|dependency| is_barred(&dependency.name));
    let messages = found.map(|dependency| {
        let Dependency { name, version } = dependency;
        format!("{} compiles {name} {version}: a network client or TLS", LOCAL_ONLY.title())
    });
    messages.map(|message| Finding::new(MANIFEST, 1, message)).collect()
}

/// Whether a name is a barred one or that of a part of it: `rustls-pki-types`, but not `ringbuffer`.
fn is_barred(name: &str) -> bool {
    BARRED.iter().any(|barred| {
        name.strip_prefix(barred).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(names: &[&str]) -> Vec<String> {
        let dependencies =
            names.iter().map(|name| Dependency { name: (*name).to_owned(), version: "1.0.0".to_owned() });
        barred(&dependencies.collect()).into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn what_stays_on_this_machine_is_clean() {
        assert_eq!(messages(&["freehold-object-store", "ringbuffer", "sqlx-sqlite"]), Vec::<String>::new());
    }

    #[test]
    fn tls_and_network_clients_are_found_with_their_parts() {
        let found = messages(&["aws-lc-rs", "rustls", "rustls-pki-types", "hyper-util", "serde"]);
        assert_eq!(found.len(), 4);
        assert_eq!(
            found[0],
            "`freehold`, `sqlite`, `local` compiles aws-lc-rs 1.0.0: a network client or TLS"
        );
    }
}
