//! The table of the suites: one row for each backend of each family of ports.

/// This file, as findings name it.
pub(crate) const FILE: &str = "xtask/src/suites/required.rs";

/// The conformance suite of one family of ports on one backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Suite {
    /// What is tried, for people.
    pub(crate) title: &'static str,
    /// The package that joins the suite.
    pub(crate) package: &'static str,
    /// The test target that runs it.
    pub(crate) target: &'static str,
}

const fn suite(title: &'static str, package: &'static str, target: &'static str) -> Suite {
    Suite { title, package, target }
}

/// Every suite. A check holds that no conformance test is left out.
pub(crate) const REQUIRED: &[Suite] = &[
    suite("registries in memory", "freehold-memory", "conformance_persistence"),
    suite("blobs in memory", "freehold-memory", "conformance_blobs"),
    suite("blobs in memory, in buckets", "freehold-memory", "conformance_buckets"),
    suite("cache in memory", "freehold-memory", "conformance_cache"),
    suite("system in memory", "freehold-memory", "conformance_system"),
    suite("registries on SQLite", "freehold-sea-orm", "conformance_sqlite"),
    suite("registries on Postgres", "freehold-sea-orm", "conformance_postgres"),
    suite("session locks on Postgres", "freehold-sea-orm", "conformance_liveness"),
    suite("blobs on local disk", "freehold-object-store", "conformance_local"),
    suite("blobs on S3 (s3s)", "freehold-object-store", "conformance_s3"),
    suite("blobs on S3 (moto)", "freehold-object-store", "conformance_moto"),
    suite("blobs on Google Cloud Storage", "freehold-object-store", "conformance_gcs"),
    suite("places that mounts name twice", "freehold-object-store", "mounts"),
    suite("locations that mounts name twice", "freehold-tests", "mounts"),
    suite("system of this machine", "freehold-system", "conformance"),
    suite("cache on this machine", "freehold-system", "conformance_cache"),
    suite("blobs of an adapter of one's own", "freehold", "own_blob_adapter"),
];
