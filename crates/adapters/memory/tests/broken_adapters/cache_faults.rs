//! Each faulty cache fails the case that names its fault.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use freehold_conformance::cache::{self, Fresh, LIMIT};
use freehold_memory::{MemoryContentCache, MemoryFiles};

use super::assert_told_apart;
use super::cache::{Fault, FaultyCache};

struct Fixture(Fault);

#[async_trait]
impl cache::Fixture for Fixture {
    async fn fresh(&self) -> Fresh {
        let files = MemoryFiles::new();
        let inner = MemoryContentCache::new(&files, LIMIT);
        let faulty =
            FaultyCache { files: files.clone(), inner: inner.clone(), fault: self.0, wrong: Arc::default() };
        let same = match self.0 {
            Fault::SharesNothing => {
                FaultyCache { inner: MemoryContentCache::new(&files, LIMIT), ..faulty.clone() }
            }
            _ => faulty.clone(),
        };
        let disk = files.clone();
        Fresh {
            off: Arc::new(FaultyCache { inner: inner.with_limit(0), ..faulty.clone() }),
            cache: Arc::new(faulty),
            same_cache: Arc::new(same),
            read_file: Box::new(move |path: &Path| files.content(path)),
            damage_file: Box::new(move |path: &Path, bytes: &[u8]| disk.put(path, bytes.to_vec())),
            keep: Box::new(()),
        }
    }
}

#[track_caller]
fn assert_caught(fault: Fault, case: &str) {
    let broken = cache::run_case(Fixture(fault), case);
    let honest = cache::run_case(Fixture(Fault::None), case);
    assert_told_apart(case, broken, &honest);
}

#[test]
fn a_cache_that_gives_damaged_contents_is_caught() {
    assert_caught(Fault::GivesDamagedContents, "cache::finding::a_damaged_file_is_not_given_and_goes");
}

#[test]
fn a_cache_that_keeps_another_content_is_caught() {
    assert_caught(Fault::KeepsAnotherContent, "cache::keeping::another_content_than_promised_is_not_kept");
}

#[test]
fn a_cache_that_keeps_half_a_content_is_caught() {
    assert_caught(Fault::KeepsWhatBreaksOff, "cache::keeping::a_body_that_breaks_off_is_not_kept");
}

#[test]
fn a_cache_that_grows_beyond_its_limit_is_caught() {
    assert_caught(Fault::HeedsNoLimit, "cache::eviction::the_limit_holds_however_many_keep_at_once");
    assert_caught(Fault::HeedsNoLimit, "cache::eviction::a_cache_that_is_off_keeps_nothing");
}

#[test]
fn a_cache_that_forgets_uses_is_caught() {
    assert_caught(Fault::ForgetsUses, "cache::eviction::being_found_is_a_use");
}

#[test]
fn a_cache_that_reads_what_is_too_large_is_caught() {
    assert_caught(
        Fault::ReadsWhatIsTooLarge,
        "cache::eviction::a_content_larger_than_the_limit_is_not_even_read",
    );
}

#[test]
fn a_cache_that_finds_while_it_is_off_is_caught() {
    assert_caught(Fault::FindsWhileOff, "cache::finding::a_cache_that_is_off_finds_nothing");
}

#[test]
fn a_cache_that_clears_nothing_is_caught() {
    assert_caught(Fault::ClearsNothing, "cache::clearing::clearing_removes_every_content_and_says_so");
}

#[test]
fn handles_that_share_no_contents_are_caught() {
    assert_caught(Fault::SharesNothing, "cache::keeping::what_one_handle_keeps_another_one_finds");
}
