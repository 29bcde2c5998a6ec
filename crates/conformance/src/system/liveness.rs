//! Cases: a session is alive exactly as long as its lock is held.

use std::sync::Arc;

use freehold_domain::SessionUid;
use freehold_ports::system::LivenessError;
use tokio::task::JoinSet;

use super::Fresh;
use crate::case::{Outcome, cases, ensure, ensure_equal, ensure_error};
use crate::race::race;

cases! { Fresh, "system::liveness":
    a_session_that_never_began_is_not_alive,
    a_session_is_alive_until_its_lock_is_dropped,
    a_session_is_alive_once,
    a_session_can_begin_again_after_its_end,
    sessions_live_and_end_apart,
    of_many_that_begin_one_session_exactly_one_succeeds,
    asking_never_keeps_a_session_from_beginning,
    asking_never_makes_a_dead_session_look_alive,
    a_session_is_alive_whoever_asks,
}

/// How often a race is run.
const ROUNDS: u128 = 20;

fn session(number: u128) -> SessionUid {
    SessionUid::from_entropy(number)
}

async fn a_session_that_never_began_is_not_alive(fresh: &Fresh) -> Outcome {
    for number in 0..3 {
        ensure_alive(fresh, number, false).await?;
    }
    Ok(())
}

async fn a_session_is_alive_until_its_lock_is_dropped(fresh: &Fresh) -> Outcome {
    let lock = fresh.liveness.begin(&fresh.database, session(1)).await?;
    ensure_alive(fresh, 1, true).await?;
    ensure_alive(fresh, 1, true).await?;
    drop(lock);
    ensure_alive(fresh, 1, false).await
}

async fn a_session_is_alive_once(fresh: &Fresh) -> Outcome {
    let lock = fresh.liveness.begin(&fresh.database, session(1)).await?;
    let again = fresh.liveness.begin(&fresh.database, session(1)).await;
    ensure_error!(
        "beginning a session that is alive",
        again,
        LivenessError::Taken { session: taken } if taken == session(1)
    );
    ensure_alive(fresh, 1, true).await?;
    drop(lock);
    ensure_alive(fresh, 1, false).await
}

async fn a_session_can_begin_again_after_its_end(fresh: &Fresh) -> Outcome {
    for _ in 0..ROUNDS {
        let lock = fresh.liveness.begin(&fresh.database, session(1)).await?;
        ensure_alive(fresh, 1, true).await?;
        drop(lock);
        ensure_alive(fresh, 1, false).await?;
    }
    Ok(())
}

async fn sessions_live_and_end_apart(fresh: &Fresh) -> Outcome {
    let first = fresh.liveness.begin(&fresh.database, session(1)).await?;
    let second = fresh.liveness.begin(&fresh.database, session(2)).await?;
    for (number, expected) in [(1, true), (2, true), (3, false)] {
        ensure_alive(fresh, number, expected).await?;
    }
    drop(first);
    for (number, expected) in [(1, false), (2, true)] {
        ensure_alive(fresh, number, expected).await?;
    }
    drop(second);
    ensure_alive(fresh, 2, false).await
}

async fn of_many_that_begin_one_session_exactly_one_succeeds(fresh: &Fresh) -> Outcome {
    for round in 0..ROUNDS {
        let racers = (0..16).map(|_| {
            let (liveness, database) = (Arc::clone(&fresh.liveness), fresh.database.clone());
            async move { liveness.begin(&database, session(round)).await }
        });
        let mut locks = Vec::new();
        for result in race(racers).await? {
            match result {
                Ok(lock) => locks.push(lock),
                Err(LivenessError::Taken { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        ensure_equal("how many hold the session", &locks.len(), &1)?;
        ensure_alive(fresh, round, true).await?;
        drop(locks);
        ensure_alive(fresh, round, false).await?;
    }
    Ok(())
}

async fn asking_never_keeps_a_session_from_beginning(fresh: &Fresh) -> Outcome {
    for round in 0..ROUNDS {
        let mut askers = ask_often(fresh, round);
        tokio::task::yield_now().await;
        let lock = fresh.liveness.begin(&fresh.database, session(round)).await?;
        while let Some(asker) = askers.join_next().await {
            asker??;
        }
        ensure_alive(fresh, round, true).await?;
        drop(lock);
    }
    Ok(())
}

async fn asking_never_makes_a_dead_session_look_alive(fresh: &Fresh) -> Outcome {
    for round in 0..ROUNDS {
        drop(fresh.liveness.begin(&fresh.database, session(round)).await?);
        let mut askers = ask_often(fresh, round);
        while let Some(asker) = askers.join_next().await {
            ensure_equal("how often a dead session looked alive", &asker??, &0)?;
        }
    }
    Ok(())
}

async fn a_session_is_alive_whoever_asks(fresh: &Fresh) -> Outcome {
    let lock = fresh.liveness.begin(&fresh.database, session(1)).await?;
    let mut askers = ask_often(fresh, 1);
    while let Some(asker) = askers.join_next().await {
        ensure_equal("how often a live session looked alive", &asker??, &ASKED)?;
    }
    drop(lock);
    Ok(())
}

/// How often each asker asks.
const ASKED: usize = 20;

/// Tasks that ask again and again whether a session is alive, and give how often it was.
fn ask_often(fresh: &Fresh, number: u128) -> JoinSet<Result<usize, LivenessError>> {
    let mut askers = JoinSet::new();
    for _ in 0..4 {
        let (liveness, database) = (Arc::clone(&fresh.liveness), fresh.database.clone());
        askers.spawn(async move {
            let mut alive = 0;
            for _ in 0..ASKED {
                alive += usize::from(liveness.is_alive(&database, session(number)).await?);
            }
            Ok(alive)
        });
    }
    askers
}

async fn ensure_alive(fresh: &Fresh, number: u128, expected: bool) -> Outcome {
    let alive = fresh.liveness.is_alive(&fresh.database, session(number)).await?;
    ensure!(alive == expected, "whether session {number} is alive: expected {expected}, found {alive}");
    Ok(())
}
