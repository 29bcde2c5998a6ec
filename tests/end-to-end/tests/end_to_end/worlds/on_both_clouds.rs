//! One test for each cloud.

/// Makes of every function that takes a [`StorageKind`](freehold_tests::StorageKind) a test on S3 and one on Google Cloud Storage.
macro_rules! on_both_clouds {
    ($($rule:ident),+ $(,)?) => {
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
pub(in crate::end_to_end) use on_both_clouds;
