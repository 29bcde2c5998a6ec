//! One test for each kind of storage.

/// Makes of every function that takes a [`StorageKind`](freehold_tests::StorageKind) a test on local disk, one on S3 and one on Google Cloud Storage.
macro_rules! on_every_storage {
    ($($rule:ident),+ $(,)?) => {
        mod local {
            $(#[test]
            fn $rule() {
                super::$rule(freehold_tests::StorageKind::Local);
            })+
        }
        mod s3 {
            $(#[test]
            fn $rule() {
                super::$rule(freehold_tests::StorageKind::S3);
            })+
        }
        mod gcs {
            $(#[test]
            fn $rule() {
                super::$rule(freehold_tests::StorageKind::Gs);
            })+
        }
    };
}
pub(super) use on_every_storage;
