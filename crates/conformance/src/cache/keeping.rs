//! Cases: a content is kept whole, or not at all.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use freehold_domain::{ContentHash, HashAlgorithm};
use freehold_ports::blobs::{ByteStream, FromBytes};
use freehold_ports::cache::CacheError;
use futures_util::stream::{self, StreamExt};
use tokio::sync::oneshot;

use super::{Fresh, LIMIT, content, found, hash_of, holds, keep, read};
use crate::case::{Outcome, cases, ensure, ensure_equal, ensure_error, present};
use crate::race::race;

cases! { Fresh, "cache::keeping":
    what_was_kept_is_found_again,
    what_one_handle_keeps_another_one_finds,
    a_kept_content_is_given_and_lies_in_its_file,
    a_content_in_many_pieces_is_kept,
    an_empty_content_is_kept,
    a_content_can_be_kept_again,
    of_several_that_keep_the_same_one_each_succeeds,
    several_keep_different_contents_at_once,
    another_content_than_promised_is_not_kept,
    a_body_that_breaks_off_is_not_kept,
    a_body_longer_than_promised_is_not_kept,
    a_content_under_an_entity_tag_is_not_kept,
    nothing_is_found_before_all_of_it_is_there,
    keeping_that_is_given_up_leaves_nothing,
}

const RACERS: u8 = 8;

async fn what_was_kept_is_found_again(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    keep(&*fresh.cache, &bytes).await?;
    ensure_equal("what is found", &found(&*fresh.cache, &bytes).await?, &Some(bytes))
}

async fn what_one_handle_keeps_another_one_finds(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    keep(&*fresh.cache, &bytes).await?;
    ensure_equal("what the other handle finds", &found(&*fresh.same_cache, &bytes).await?, &Some(bytes))
}

async fn a_kept_content_is_given_and_lies_in_its_file(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let kept = present("the kept content", keep(&*fresh.cache, &bytes).await?)?;
    let path = kept.path.clone();
    ensure_equal("the bytes that are given", &read(kept).await?, &bytes)?;
    ensure_equal("the bytes in the file", &(fresh.read_file)(&path), &Some(bytes.clone()))?;
    let found = present("the content, found", fresh.cache.find(&hash_of(&bytes)).await?)?;
    ensure_equal("the file that is found", &found.path, &path)
}

async fn a_content_in_many_pieces_is_kept(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let pieces: Vec<_> = bytes.chunks(7).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let with_empty_ones = pieces.into_iter().flat_map(|piece| [Ok(Bytes::new()), piece]);
    let body: ByteStream = Box::pin(stream::iter(with_empty_ones.collect::<Vec<_>>()));
    fresh.cache.keep(&hash_of(&bytes), 5_000, body).await?;
    ensure_equal("what is found", &found(&*fresh.cache, &bytes).await?, &Some(bytes))
}

async fn an_empty_content_is_kept(fresh: &Fresh) -> Outcome {
    let kept = present("the empty content", keep(&*fresh.cache, &Bytes::new()).await?)?;
    ensure_equal("the bytes in the file", &(fresh.read_file)(&kept.path), &Some(Bytes::new()))?;
    ensure_equal("what is found", &found(&*fresh.cache, &Bytes::new()).await?, &Some(Bytes::new()))
}

async fn a_content_can_be_kept_again(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    for _ in 0..3 {
        present("the kept content", keep(&*fresh.cache, &bytes).await?)?;
    }
    let usage = fresh.cache.usage().await?;
    ensure_equal("contents and bytes that are kept", &(usage.contents, usage.bytes), &(1, 5_000))
}

async fn of_several_that_keep_the_same_one_each_succeeds(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 50_000);
    let racers = (0..RACERS).map(|number| {
        let cache = Arc::clone(if number % 2 == 0 { &fresh.cache } else { &fresh.same_cache });
        let bytes = bytes.clone();
        async move { keep(&*cache, &bytes).await }
    });
    for kept in race(racers).await? {
        ensure_equal("what each is given", &read(present("the kept content", kept?)?).await?, &bytes)?;
    }
    let usage = fresh.cache.usage().await?;
    ensure_equal("contents and bytes that are kept", &(usage.contents, usage.bytes), &(1, 50_000))
}

async fn several_keep_different_contents_at_once(fresh: &Fresh) -> Outcome {
    let racers = (0..RACERS).map(|number| {
        let cache = Arc::clone(if number % 2 == 0 { &fresh.cache } else { &fresh.same_cache });
        async move { keep(&*cache, &content(number, 10_000)).await }
    });
    for kept in race(racers).await? {
        present("the kept content", kept?)?;
    }
    for number in 0..RACERS {
        ensure!(
            holds(&*fresh.cache, &content(number, 10_000)).await?,
            "expected content {number} to be found"
        );
    }
    Ok(())
}

async fn another_content_than_promised_is_not_kept(fresh: &Fresh) -> Outcome {
    let (promised, came) = (content(1, 5_000), content(2, 5_000));
    let kept = fresh.cache.keep(&hash_of(&promised), 5_000, FromBytes::boxed(came.clone())).await;
    ensure_error!("keeping another content", kept, CacheError::AnotherContent { expected, found }
        if expected == hash_of(&promised) && found == hash_of(&came));
    ensure_empty(fresh).await?;
    ensure_equal("what is found", &found(&*fresh.cache, &promised).await?, &None::<Bytes>)
}

async fn a_body_that_breaks_off_is_not_kept(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let pieces = [Ok(bytes.slice(..2_000)), Err(io::Error::other("the line is cut"))];
    let kept = fresh.cache.keep(&hash_of(&bytes), 5_000, Box::pin(stream::iter(pieces))).await;
    ensure_error!("keeping half of it", kept, CacheError::Body { source } if source.to_string() == "the line is cut");
    ensure_empty(fresh).await?;
    ensure_equal("what is found", &found(&*fresh.cache, &bytes).await?, &None::<Bytes>)
}

async fn a_body_longer_than_promised_is_not_kept(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let kept = fresh.cache.keep(&hash_of(&bytes), 4_999, FromBytes::boxed(bytes.clone())).await;
    ensure_error!("keeping more than was promised", kept, CacheError::Body { .. });
    ensure_empty(fresh).await
}

async fn a_content_under_an_entity_tag_is_not_kept(fresh: &Fresh) -> Outcome {
    let tag = ContentHash::parse(HashAlgorithm::EntityTag, "d41d8cd98f00b204e9800998ecf8427e-12")?;
    let kept = fresh.cache.keep(&tag, 3, FromBytes::boxed("abc")).await;
    ensure_error!("keeping without a hash", kept, CacheError::NoHash);
    ensure!(fresh.cache.find(&tag).await?.is_none(), "expected nothing under an entity tag, found a content");
    ensure_empty(fresh).await
}

async fn nothing_is_found_before_all_of_it_is_there(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let (go_on, rest) = oneshot::channel();
    let last = stream::once(async move { Ok(rest.await.unwrap_or_default()) });
    let body: ByteStream = Box::pin(stream::iter([Ok(bytes.slice(..2_000))]).chain(last));
    let (cache, hash) = (Arc::clone(&fresh.cache), hash_of(&bytes));
    let keeping = tokio::spawn(async move { cache.keep(&hash, 5_000, body).await });
    for _ in 0..20 {
        let early = found(&*fresh.same_cache, &bytes).await?;
        ensure_equal("what is found before all of it is there", &early, &None::<Bytes>)?;
        tokio::task::yield_now().await;
    }
    ensure!(go_on.send(bytes.slice(2_000..)).is_ok(), "expected the rest to be waited for");
    present("the kept content", keeping.await??)?;
    ensure_equal("what is found then", &found(&*fresh.same_cache, &bytes).await?, &Some(bytes))
}

async fn keeping_that_is_given_up_leaves_nothing(fresh: &Fresh) -> Outcome {
    let bytes = content(1, 5_000);
    let body: ByteStream = Box::pin(stream::iter([Ok(bytes.slice(..2_000))]).chain(stream::pending()));
    let (cache, hash) = (Arc::clone(&fresh.cache), hash_of(&bytes));
    let keeping = tokio::spawn(async move { cache.keep(&hash, 5_000, body).await.map(|_| ()) });
    tokio::task::yield_now().await;
    keeping.abort();
    ensure!(keeping.await.is_err_and(|error| error.is_cancelled()), "expected the keeping to be given up");
    ensure_empty(fresh).await?;
    keep(&*fresh.cache, &bytes).await?;
    ensure_equal("what is found after it was kept", &found(&*fresh.cache, &bytes).await?, &Some(bytes))
}

async fn ensure_empty(fresh: &Fresh) -> Outcome {
    let usage = fresh.cache.usage().await?;
    ensure_equal("contents, bytes and limit", &(usage.contents, usage.bytes, usage.limit), &(0, 0, LIMIT))
}
