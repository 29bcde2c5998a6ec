//! The laws of the value types, checked on generated values.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod properties {
    mod claim;
    mod key;
    mod root;
    #[cfg(feature = "serde")]
    mod serialization;
    mod uid;
    mod version;
}
