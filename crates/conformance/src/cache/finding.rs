//! Cases: what is found is the content itself.

use bytes::Bytes;

use super::{Fresh, content, found, hash_of, holds, keep, keep_all};
use crate::case::{Outcome, cases, ensure, ensure_equal, present};

cases! { Fresh, "cache::finding":
    what_was_never_kept_is_not_found,
    a_damaged_file_is_not_given_and_goes,
    a_file_that_was_cut_is_not_given,
    a_content_can_be_kept_in_place_of_a_damaged_file,
    a_cache_that_is_off_finds_nothing,
}

async fn what_was_never_kept_is_not_found(fresh: &Fresh) -> Outcome {
    keep_all(&*fresh.cache, &[&content(1, 5_000)]).await?;
    ensure_equal("what is found", &found(&*fresh.cache, &content(2, 5_000)).await?, &None::<Bytes>)
}

async fn a_damaged_file_is_not_given_and_goes(fresh: &Fresh) -> Outcome {
    let (bytes, other) = (content(1, 5_000), content(2, 5_000));
    let path = present("the kept content", keep(&*fresh.cache, &bytes).await?)?.path;
    (fresh.damage_file)(&path, &other);
    ensure!(fresh.cache.find(&hash_of(&bytes)).await?.is_none(), "expected nothing, found a damaged file");
    ensure_equal("what is in the file", &(fresh.read_file)(&path), &None::<Bytes>)
}

async fn a_file_that_was_cut_is_not_given(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let path = present("the kept content", keep(&*fresh.cache, &bytes).await?)?.path;
    (fresh.damage_file)(&path, &bytes[..4_999]);
    ensure!(
        fresh.cache.find(&hash_of(&bytes)).await?.is_none(),
        "expected nothing, found a file that was cut"
    );
    Ok(())
}

async fn a_content_can_be_kept_in_place_of_a_damaged_file(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let path = present("the kept content", keep(&*fresh.cache, &bytes).await?)?.path;
    (fresh.damage_file)(&path, b"damaged");
    keep_all(&*fresh.cache, &[&bytes]).await?;
    ensure!(holds(&*fresh.cache, &bytes).await?, "expected the content that was kept again to be found");
    let usage = fresh.cache.usage().await?;
    ensure_equal("contents and bytes that are kept", &(usage.contents, usage.bytes), &(1, 5_000))
}

async fn a_cache_that_is_off_finds_nothing(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    keep_all(&*fresh.cache, &[&bytes]).await?;
    ensure_equal("what the cache that is off finds", &found(&*fresh.off, &bytes).await?, &None::<Bytes>)?;
    ensure!(holds(&*fresh.cache, &bytes).await?, "expected the content to be left where it is");
    Ok(())
}
