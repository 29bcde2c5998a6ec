//! One test per conformance function of `object_store`, for a store that the including module makes with `store().await`.

/// Writes the tests; each starts a server of its own, which lives as long as the value that comes with the store.
macro_rules! conformance {
    () => {
        use object_store::integration;

        #[tokio::test]
        async fn put_get_delete_list() {
            let (_server, store) = super::store().await;
            integration::put_get_delete_list(&store).await;
        }

        #[tokio::test]
        async fn list_with_offset_exclusivity() {
            let (_server, store) = super::store().await;
            integration::list_with_offset_exclusivity(&store).await;
        }

        #[tokio::test]
        async fn get_opts() {
            let (_server, store) = super::store().await;
            integration::get_opts(&store).await;
        }

        #[tokio::test]
        async fn put_opts() {
            let (_server, store) = super::store().await;
            integration::put_opts(&store, true).await;
        }

        #[tokio::test]
        async fn list_uses_directories_correctly() {
            let (_server, store) = super::store().await;
            integration::list_uses_directories_correctly(&store).await;
        }

        #[tokio::test]
        async fn list_with_delimiter() {
            let (_server, store) = super::store().await;
            integration::list_with_delimiter(&store).await;
        }

        #[tokio::test]
        async fn list_paginated() {
            let (_server, store) = super::store().await;
            integration::list_paginated(&store, &store).await;
        }

        #[tokio::test]
        async fn rename_and_copy() {
            let (_server, store) = super::store().await;
            integration::rename_and_copy(&store).await;
        }

        #[tokio::test]
        async fn copy_if_not_exists() {
            let (_server, store) = super::store().await;
            integration::copy_if_not_exists(&store).await;
        }

        #[tokio::test]
        async fn copy_rename_nonexistent_object() {
            let (_server, store) = super::store().await;
            integration::copy_rename_nonexistent_object(&store).await;
        }

        #[tokio::test]
        async fn get_nonexistent_object() {
            let (_server, store) = super::store().await;
            let error = integration::get_nonexistent_object(&store, None).await.unwrap_err();
            assert!(matches!(error, object_store::Error::NotFound { .. }), "{error}");
        }

        #[tokio::test]
        async fn stream_get() {
            let (_server, store) = super::store().await;
            integration::stream_get(&store).await;
        }

        #[tokio::test]
        async fn multipart() {
            let (_server, store) = super::store().await;
            integration::multipart(&store, &store).await;
        }

        #[tokio::test]
        async fn multipart_with_opts() {
            let (_server, store) = super::store().await;
            integration::multipart_with_opts(&store, &store).await;
        }

        #[tokio::test]
        async fn multipart_put_part_out_of_order() {
            let (_server, store) = super::store().await;
            integration::multipart_put_part_out_of_order(&store, &store).await;
        }

        #[tokio::test]
        async fn multipart_race_condition() {
            let (_server, store) = super::store().await;
            integration::multipart_race_condition(&store, true).await;
        }

        #[tokio::test]
        async fn multipart_out_of_order() {
            let (_server, store) = super::store().await;
            integration::multipart_out_of_order(&store).await;
        }

        #[tokio::test]
        async fn put_get_attributes() {
            let (_server, store) = super::store().await;
            integration::put_get_attributes(&store).await;
        }
    };
}
pub(crate) use conformance;
