//! Cases: the limit holds, and what was used longest ago goes first.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use freehold_ports::blobs::ByteStream;
use freehold_ports::cache::ContentCache;
use futures_util::stream;

use super::{Fresh, LIMIT, content, found, hash_of, holds, keep, keep_all, read};
use crate::case::{Outcome, cases, ensure, ensure_equal, present};
use crate::race::race;

cases! { Fresh, "cache::eviction":
    what_fits_stays,
    what_was_used_longest_ago_goes_first,
    being_found_is_a_use,
    being_kept_again_is_a_use,
    no_more_goes_than_must,
    a_content_as_large_as_the_limit_takes_all_the_room,
    a_content_larger_than_the_limit_is_not_even_read,
    a_cache_that_is_off_keeps_nothing,
    a_content_that_goes_can_be_read_to_its_end,
    the_limit_holds_however_many_keep_at_once,
    a_damaged_file_takes_no_room_for_ever,
}

/// A quarter of the limit.
const QUARTER: usize = 25_000;

/// Different contents of a quarter of the limit each.
fn quarters<const N: usize>() -> [Bytes; N] {
    let mut number = 0;
    [(); N].map(|()| {
        number += 1;
        content(number, QUARTER)
    })
}

async fn what_fits_stays(fresh: &Fresh) -> Outcome {
    let all: [Bytes; 4] = quarters();
    keep_all(&*fresh.cache, &all.each_ref()).await?;
    ensure_holds(&*fresh.cache, &all.each_ref(), &[]).await
}

async fn what_was_used_longest_ago_goes_first(fresh: &Fresh) -> Outcome {
    let [first, second, third, fourth, fifth, sixth] = quarters();
    keep_all(&*fresh.cache, &[&first, &second, &third, &fourth, &fifth]).await?;
    keep_all(&*fresh.same_cache, &[&sixth]).await?;
    ensure_holds(&*fresh.cache, &[&third, &fourth, &fifth, &sixth], &[&first, &second]).await
}

async fn being_found_is_a_use(fresh: &Fresh) -> Outcome {
    let [first, second, third, fourth, fifth] = quarters();
    keep_all(&*fresh.cache, &[&first, &second, &third, &fourth]).await?;
    ensure!(holds(&*fresh.same_cache, &first).await?, "expected the first content to be found");
    keep_all(&*fresh.cache, &[&fifth]).await?;
    ensure_holds(&*fresh.cache, &[&first, &third, &fourth, &fifth], &[&second]).await
}

async fn being_kept_again_is_a_use(fresh: &Fresh) -> Outcome {
    let [first, second, third, fourth, fifth] = quarters();
    keep_all(&*fresh.cache, &[&first, &second, &third, &fourth, &first, &fifth]).await?;
    ensure_holds(&*fresh.cache, &[&first, &third, &fourth, &fifth], &[&second]).await
}

async fn no_more_goes_than_must(fresh: &Fresh) -> Outcome {
    let [first, second, third] = quarters();
    let half = content(9, 2 * QUARTER);
    keep_all(&*fresh.cache, &[&first, &second, &third, &half]).await?;
    ensure_holds(&*fresh.cache, &[&second, &third, &half], &[&first]).await
}

async fn a_content_as_large_as_the_limit_takes_all_the_room(fresh: &Fresh) -> Outcome {
    let (small, whole) = (content(1, 1), content(2, 4 * QUARTER));
    keep_all(&*fresh.cache, &[&small, &whole]).await?;
    ensure_holds(&*fresh.cache, &[&whole], &[&small]).await
}

async fn a_content_larger_than_the_limit_is_not_even_read(fresh: &Fresh) -> Outcome {
    let (small, large) = (content(1, 5_000), content(2, 4 * QUARTER + 1));
    keep_all(&*fresh.cache, &[&small]).await?;
    let unread: ByteStream = Box::pin(stream::iter([Err(io::Error::other("it was read"))]));
    let kept = fresh.cache.keep(&hash_of(&large), LIMIT + 1, unread).await?;
    ensure!(kept.is_none(), "expected a content larger than the limit not to be kept");
    ensure_holds(&*fresh.cache, &[&small], &[&large]).await
}

async fn a_cache_that_is_off_keeps_nothing(fresh: &Fresh) -> Outcome {
    ensure_equal("the limit of a cache that is off", &fresh.off.limit(), &0)?;
    ensure_equal("the limit of the cache", &fresh.cache.limit(), &LIMIT)?;
    for bytes in [content(1, 5_000), Bytes::new()] {
        ensure!(
            keep(&*fresh.off, &bytes).await?.is_none(),
            "expected nothing to be kept by a cache that is off"
        );
    }
    ensure_equal("how many contents are kept", &fresh.cache.usage().await?.contents, &0)
}

async fn a_content_that_goes_can_be_read_to_its_end(fresh: &Fresh) -> Outcome {
    let (first, whole) = (content(1, 3 * QUARTER), content(2, 4 * QUARTER));
    let kept = present("the kept content", keep(&*fresh.cache, &first).await?)?;
    let opened = present("the content, found", fresh.cache.find(&hash_of(&first)).await?)?;
    keep_all(&*fresh.same_cache, &[&whole]).await?;
    ensure_equal("what is found", &found(&*fresh.cache, &first).await?, &None::<Bytes>)?;
    ensure_equal("what was given by keeping", &read(kept).await?, &first)?;
    ensure_equal("what was given by finding", &read(opened).await?, &first)
}

async fn the_limit_holds_however_many_keep_at_once(fresh: &Fresh) -> Outcome {
    let racers = (0..16_u8).map(|number| {
        let cache = Arc::clone(if number % 2 == 0 { &fresh.cache } else { &fresh.same_cache });
        async move { keep(&*cache, &content(number, 30_000)).await.map(|kept| kept.is_some()) }
    });
    for kept in race(racers).await? {
        ensure!(kept?, "expected each content within the limit to be kept");
    }
    let usage = fresh.cache.usage().await?;
    ensure_equal("contents and bytes that are kept", &(usage.contents, usage.bytes), &(3, 90_000))
}

async fn a_damaged_file_takes_no_room_for_ever(fresh: &Fresh) -> Outcome {
    let [first, second, third, fourth, fifth] = quarters();
    let path = present("the kept content", keep(&*fresh.cache, &first).await?)?.path;
    (fresh.damage_file)(&path, b"damaged");
    ensure!(!holds(&*fresh.cache, &first).await?, "expected the damaged file not to be found");
    keep_all(&*fresh.cache, &[&second, &third, &fourth, &fifth]).await?;
    ensure_holds(&*fresh.cache, &[&second, &third, &fourth, &fifth], &[&first]).await
}

async fn ensure_holds(cache: &dyn ContentCache, kept: &[&Bytes], gone: &[&Bytes]) -> Outcome {
    let usage = cache.usage().await?;
    let bytes: u64 = kept.iter().map(|content| content.len() as u64).sum();
    ensure_equal(
        "contents and bytes that are kept",
        &(usage.contents, usage.bytes),
        &(kept.len() as u64, bytes),
    )?;
    for (number, content) in kept.iter().enumerate() {
        ensure!(holds(cache, content).await?, "expected content {number} of those that stay to be found");
    }
    for (number, content) in gone.iter().enumerate() {
        let found = found(cache, content).await?;
        ensure!(found.is_none(), "expected content {number} of those that go not to be found");
    }
    Ok(())
}
