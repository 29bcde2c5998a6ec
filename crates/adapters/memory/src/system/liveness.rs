//! Sessions that live as long as a value does.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use freehold_domain::{DatabaseUrl, SessionUid};
use freehold_ports::system::{Liveness, LivenessError, SessionLock};

type Session = (DatabaseUrl, SessionUid);

/// Sessions that live as long as the value that began them, or until [`kill`](Self::kill).
///
/// Clones know the same sessions.
#[derive(Clone, Default)]
pub struct MemoryLiveness(Arc<Mutex<Sessions>>);

#[derive(Default)]
struct Sessions {
    alive: HashMap<Session, u64>,
    last_lock: u64,
}

impl fmt::Debug for MemoryLiveness {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.sessions().alive.keys()).finish()
    }
}

impl MemoryLiveness {
    /// No session as yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends a session as the death of its process would, though its lock is still held as a value. Says whether it was
    /// alive.
    #[must_use = "a session that was not alive is likely a mistake"]
    pub fn kill(&self, database: &DatabaseUrl, session: SessionUid) -> bool {
        self.sessions().alive.remove(&(database.clone(), session)).is_some()
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Liveness for MemoryLiveness {
    async fn begin(
        &self,
        database: &DatabaseUrl,
        session: SessionUid,
    ) -> Result<Box<dyn SessionLock>, LivenessError> {
        let key = (database.clone(), session);
        let mut sessions = self.sessions();
        if sessions.alive.contains_key(&key) {
            return Err(LivenessError::Taken { session });
        }
        sessions.last_lock += 1;
        let number = sessions.last_lock;
        sessions.alive.insert(key.clone(), number);
        Ok(Box::new(MemoryLock { liveness: self.clone(), session: key, number }))
    }

    async fn is_alive(&self, database: &DatabaseUrl, session: SessionUid) -> Result<bool, LivenessError> {
        Ok(self.sessions().alive.contains_key(&(database.clone(), session)))
    }
}

#[derive(Debug)]
struct MemoryLock {
    liveness: MemoryLiveness,
    session: Session,
    /// Tells this lock from a later one of the same session.
    number: u64,
}

impl SessionLock for MemoryLock {}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        let mut sessions = self.liveness.sessions();
        if sessions.alive.get(&self.session) == Some(&self.number) {
            sessions.alive.remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn the_lock_of_a_killed_session_does_not_end_a_later_one() {
        let (liveness, session) = (MemoryLiveness::new(), SessionUid::from_entropy(1));
        let database = "sqlite:///memory/books.db".parse().unwrap();
        let of_the_dead = liveness.begin(&database, session).await.unwrap();
        assert!(liveness.kill(&database, session));
        assert!(!liveness.is_alive(&database, session).await.unwrap());
        let _of_the_living = liveness.begin(&database, session).await.unwrap();
        drop(of_the_dead);
        assert!(liveness.is_alive(&database, session).await.unwrap());
    }
}
