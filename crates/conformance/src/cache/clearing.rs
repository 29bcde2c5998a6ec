//! Cases: what the cache holds, and that it can be emptied.

use freehold_ports::cache::CacheUsage;

use super::{Fresh, LIMIT, content, holds, keep_all};
use crate::case::{Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "cache::clearing":
    an_untouched_cache_is_empty,
    the_usage_counts_contents_and_bytes,
    clearing_removes_every_content_and_says_so,
    clearing_an_empty_cache_removes_nothing,
    a_cleared_cache_keeps_as_before,
    a_cache_that_is_off_can_be_cleared,
}

async fn an_untouched_cache_is_empty(fresh: &Fresh) -> Outcome {
    ensure_equal("the usage", &numbers(&fresh.cache.usage().await?), &(0, 0, LIMIT))
}

async fn the_usage_counts_contents_and_bytes(fresh: &Fresh) -> Outcome {
    keep_all(&*fresh.cache, &[&content(1, 5_000), &content(2, 0), &content(3, 7)]).await?;
    ensure_equal("the usage", &numbers(&fresh.same_cache.usage().await?), &(3, 5_007, LIMIT))?;
    ensure_equal("the usage of a cache that is off", &numbers(&fresh.off.usage().await?), &(3, 5_007, 0))
}

async fn clearing_removes_every_content_and_says_so(fresh: &Fresh) -> Outcome {
    let (a, b) = (content(1, 5_000), content(2, 7));
    keep_all(&*fresh.cache, &[&a, &b]).await?;
    ensure_equal("what was removed", &numbers(&fresh.same_cache.clear().await?), &(2, 5_007, LIMIT))?;
    ensure_equal("the usage then", &numbers(&fresh.cache.usage().await?), &(0, 0, LIMIT))?;
    for content in [&a, &b] {
        ensure!(!holds(&*fresh.cache, content).await?, "expected nothing to be found in a cleared cache");
    }
    Ok(())
}

async fn clearing_an_empty_cache_removes_nothing(fresh: &Fresh) -> Outcome {
    ensure_equal("what was removed", &numbers(&fresh.cache.clear().await?), &(0, 0, LIMIT))?;
    keep_all(&*fresh.cache, &[&content(1, 5_000)]).await?;
    fresh.cache.clear().await?;
    ensure_equal("what was removed the second time", &numbers(&fresh.cache.clear().await?), &(0, 0, LIMIT))
}

async fn a_cleared_cache_keeps_as_before(fresh: &Fresh) -> Outcome {
    let all = content(1, 100_000);
    keep_all(&*fresh.cache, &[&all]).await?;
    fresh.cache.clear().await?;
    keep_all(&*fresh.cache, &[&content(2, 50_000), &content(3, 50_000)]).await?;
    ensure_equal("the usage", &numbers(&fresh.cache.usage().await?), &(2, 100_000, LIMIT))
}

async fn a_cache_that_is_off_can_be_cleared(fresh: &Fresh) -> Outcome {
    keep_all(&*fresh.cache, &[&content(1, 5_000)]).await?;
    ensure_equal("what was removed", &numbers(&fresh.off.clear().await?), &(1, 5_000, 0))?;
    ensure_equal("the usage then", &numbers(&fresh.cache.usage().await?), &(0, 0, LIMIT))
}

fn numbers(usage: &CacheUsage) -> (u64, u64, u64) {
    (usage.contents, usage.bytes, usage.limit)
}
