//! One registry in memory, and an opened handle on it.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::{AccessMode, Persistence, PersistenceError, UnitOfWork};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedRwLockReadGuard, OwnedRwLockWriteGuard};

use super::error::unavailable;
use super::state::State;
use super::unit_of_work::MemoryUnitOfWork;

/// One registry: its committed state, and who may change it.
pub(super) struct Registry {
    /// Tells it from every copy of it.
    number: u64,
    committed: RwLock<State>,
    /// Held by the unit of work that writes.
    writer: Arc<Mutex<()>>,
    /// Shared by all units of work under way; whoever has it alone knows that there is none.
    under_way: Arc<tokio::sync::RwLock<()>>,
    is_destroyed: AtomicBool,
}

impl fmt::Debug for Registry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Registry").field("is_destroyed", &self.is_destroyed).finish_non_exhaustive()
    }
}

impl Registry {
    /// A registry of its own with this content.
    pub(super) fn holding(state: State) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        Self {
            number: NUMBERS.fetch_add(1, Ordering::Relaxed),
            committed: RwLock::new(state),
            writer: Arc::default(),
            under_way: Arc::default(),
            is_destroyed: AtomicBool::new(false),
        }
    }

    /// The state as it was committed last.
    pub(super) fn snapshot(&self) -> State {
        self.committed.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts the state of the one unit of work that writes in place of the former one.
    pub(super) fn commit(&self, state: State) {
        *self.committed.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Ends the registry unless a unit of work is under way. The result of success keeps others from beginning one.
    pub(super) fn destroy(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        let alone = Arc::clone(&self.under_way).try_write_owned().ok()?;
        self.is_destroyed.store(true, Ordering::SeqCst);
        Some(alone)
    }
}

/// What a unit of work holds as long as it is under way.
#[derive(Debug)]
pub(super) struct Holds {
    _registry: OwnedRwLockReadGuard<()>,
    _handle: OwnedRwLockReadGuard<()>,
    _writer: Option<OwnedMutexGuard<()>>,
}

/// A registry as somebody opened it.
#[derive(Debug)]
pub(super) struct MemoryPersistence {
    registry: Arc<Registry>,
    mode: AccessMode,
    is_closed: AtomicBool,
    /// Shared by the units of work that this handle began.
    under_way: Arc<tokio::sync::RwLock<()>>,
}

impl MemoryPersistence {
    pub(super) fn new(registry: Arc<Registry>, mode: AccessMode) -> Self {
        Self { registry, mode, is_closed: AtomicBool::new(false), under_way: Arc::default() }
    }

    fn require_open(&self) -> Result<(), PersistenceError> {
        if self.is_closed.load(Ordering::SeqCst) {
            return Err(unavailable("this handle on the registry is closed"));
        }
        if self.registry.is_destroyed.load(Ordering::SeqCst) {
            return Err(unavailable("the registry was destroyed"));
        }
        Ok(())
    }
}

#[async_trait]
impl Persistence for MemoryPersistence {
    async fn begin(&self, mode: AccessMode) -> Result<Box<dyn UnitOfWork>, PersistenceError> {
        self.require_open()?;
        let writer = match (self.mode, mode) {
            (AccessMode::Read, AccessMode::Write) => return Err(PersistenceError::ReadOnly),
            (AccessMode::Write, AccessMode::Write) => Some(Arc::clone(&self.registry.writer)),
            (AccessMode::Read | AccessMode::Write, AccessMode::Read) => None,
        };
        let of_handle = Arc::clone(&self.under_way).read_owned().await;
        let of_registry = Arc::clone(&self.registry.under_way).read_owned().await;
        let of_writer = match writer {
            Some(writer) => Some(writer.lock_owned().await),
            None => None,
        };
        self.require_open()?;
        let holds = Holds { _registry: of_registry, _handle: of_handle, _writer: of_writer };
        Ok(Box::new(MemoryUnitOfWork::new(Arc::clone(&self.registry), mode, holds)))
    }

    async fn fingerprint(&self) -> Result<DatabaseFingerprint, PersistenceError> {
        self.require_open()?;
        Ok(DatabaseFingerprint::of(["memory", &self.registry.number.to_string()]))
    }

    async fn close(&self) -> Result<(), PersistenceError> {
        self.is_closed.store(true, Ordering::SeqCst);
        let _none_under_way = self.under_way.write().await;
        Ok(())
    }
}
