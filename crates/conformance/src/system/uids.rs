//! Cases: uids are never given out twice.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::Arc;

use freehold_ports::system::UidGenerator;

use super::Fresh;
use crate::case::{Outcome, cases, ensure};

cases! { Fresh, "system::uids":
    entropy_is_never_the_same_twice,
    storage_uids_are_never_given_out_twice,
    user_uids_are_never_given_out_twice,
    run_uids_are_never_given_out_twice,
    transform_stems_are_never_given_out_twice,
    artifact_stems_are_never_given_out_twice,
    session_uids_are_never_given_out_twice,
    intent_uids_are_never_given_out_twice,
    tasks_at_once_get_different_uids,
}

const MANY: usize = 10_000;

async fn entropy_is_never_the_same_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.entropy())
}

async fn storage_uids_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.storage_uid())
}

async fn user_uids_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.user_uid())
}

async fn run_uids_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.run_uid())
}

async fn transform_stems_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.transform_stem())
}

async fn artifact_stems_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.artifact_stem())
}

async fn session_uids_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.session_uid())
}

async fn intent_uids_are_never_given_out_twice(fresh: &Fresh) -> Outcome {
    ensure_distinct(|| fresh.uids.intent_uid())
}

async fn tasks_at_once_get_different_uids(fresh: &Fresh) -> Outcome {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let uids = Arc::clone(&fresh.uids);
        tasks.spawn(async move { take_entropy(uids.as_ref()) });
    }
    let mut seen = HashSet::new();
    while let Some(task) = tasks.join_next().await {
        for entropy in task? {
            ensure!(seen.insert(entropy), "expected new bits, found {entropy:#x} again");
        }
    }
    Ok(())
}

fn take_entropy(uids: &dyn UidGenerator) -> Vec<u128> {
    (0..MANY / 8).map(|_| uids.entropy()).collect()
}

fn ensure_distinct<T: Hash + Eq + Debug + Copy>(mut next: impl FnMut() -> T) -> Outcome {
    let mut seen = HashSet::new();
    for _ in 0..MANY {
        let uid = next();
        ensure!(seen.insert(uid), "expected a new uid, found {uid:?} again");
    }
    Ok(())
}
