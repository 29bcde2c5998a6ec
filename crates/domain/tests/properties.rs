//! The laws of the value types, checked on generated values.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod properties {
    mod claim;
    mod family;
    mod key;
    mod previous_runs;
    mod root;
    mod run_status;
    #[cfg(feature = "serde")]
    mod serialization;
    mod uid;
    mod version;
}
