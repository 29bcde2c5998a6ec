//! The layering table: one row for each crate of the workspace.

/// The file that holds the table, as findings name it.
pub(super) const FILE: &str = "xtask/src/check/layering/rules.rs";

/// What one crate may import.
#[derive(Debug, Clone, Copy)]
pub(in crate::check) struct Rule {
    /// The package name.
    pub(super) name: &'static str,
    /// Members of this workspace, as normal or build dependencies.
    pub(super) workspace: &'static [&'static str],
    /// Everything else, as normal or build dependencies.
    pub(super) third_party: &'static [&'static str],
    /// Further members of this workspace that its tests may use. What others publish is free there.
    pub(super) in_tests: &'static [&'static str],
}

/// Every crate has exactly one row.
pub(in crate::check) const RULES: &[Rule] = &[
    Rule {
        name: "freehold-domain",
        workspace: &[],
        third_party: &["chrono", "crc32fast", "md-5", "serde", "serde_json", "thiserror", "url", "uuid"],
        in_tests: &[],
    },
    Rule {
        name: "freehold-ports",
        workspace: &["freehold-domain"],
        third_party: &["async-trait", "bytes", "futures-core", "mockall", "thiserror"],
        in_tests: &[],
    },
    Rule {
        name: "freehold-services",
        workspace: &["freehold-domain", "freehold-ports"],
        third_party: &[
            "async-trait",
            "blake3",
            "bytes",
            "futures-util",
            "serde_json",
            "thiserror",
            "tokio",
            "tracing",
            "uuid",
        ],
        in_tests: &["freehold-memory"],
    },
    Rule {
        name: "freehold-conformance",
        workspace: &["freehold-domain", "freehold-ports"],
        third_party: &[
            "async-trait",
            "bytes",
            "futures-util",
            "libtest-mimic",
            "serde_json",
            "tokio",
            "uuid",
        ],
        in_tests: &["freehold-memory"],
    },
    Rule {
        name: "freehold-memory",
        workspace: &["freehold-domain", "freehold-ports"],
        third_party: &["async-trait", "bytes", "futures-util", "tokio"],
        in_tests: &["freehold-conformance"],
    },
    Rule {
        name: "freehold-sea-orm",
        workspace: &["freehold-domain", "freehold-ports"],
        third_party: &["async-trait", "sea-orm", "sea-orm-migration", "serde_json", "tokio", "tracing"],
        in_tests: &["freehold-conformance"],
    },
    Rule {
        name: "freehold-object-store",
        workspace: &["freehold-domain", "freehold-ports"],
        third_party: &["async-trait", "bytes", "futures-util", "rustix", "tokio", "tracing"],
        in_tests: &["freehold-conformance"],
    },
    Rule {
        name: "freehold-system",
        workspace: &["freehold-domain", "freehold-ports"],
        third_party: &[
            "async-trait",
            "bytes",
            "directories",
            "futures-util",
            "rand",
            "rustix",
            "serde",
            "tempfile",
            "tokio",
            "toml",
            "walkdir",
            "whoami",
        ],
        in_tests: &["freehold-conformance"],
    },
    Rule {
        name: "freehold",
        workspace: &[
            "freehold-domain",
            "freehold-object-store",
            "freehold-ports",
            "freehold-sea-orm",
            "freehold-services",
            "freehold-system",
        ],
        third_party: &["thiserror"],
        in_tests: &["freehold-conformance", "freehold-memory"],
    },
    Rule {
        name: "freehold-cli",
        workspace: &["freehold", "freehold-domain"],
        third_party: &[
            "clap",
            "clap_complete",
            "comfy-table",
            "futures-util",
            "indicatif",
            "rustix",
            "serde",
            "serde_json",
            "tokio",
            "tracing",
            "tracing-subscriber",
        ],
        in_tests: &[],
    },
    Rule {
        name: "freehold-tests",
        workspace: &[],
        third_party: &["serde_json", "tempfile"],
        in_tests: &["freehold", "freehold-domain", "freehold-memory"],
    },
    Rule {
        name: "xtask",
        workspace: &[],
        third_party: &["anyhow", "blake3", "cargo_metadata", "clap", "serde_json", "tempfile", "walkdir"],
        in_tests: &[],
    },
];
