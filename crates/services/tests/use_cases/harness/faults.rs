//! Ports that fail when they are told to, around those in memory.

mod blobs;
mod databases;
mod system;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

pub(crate) use blobs::FaultyBlobStores;
pub(crate) use databases::FaultyDatabases;
pub(crate) use system::{FaultyDirectory, FaultyFiles, FaultyLiveness};

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done.
    Broken,
    /// All is done, and the answer is lost.
    AnswerLost,
    /// Nothing is done, and that is not told: it may be done later.
    Unknown,
    /// Somebody else was in the way; nothing is done.
    Conflict,
}

/// Which calls fail.
#[derive(Debug, Clone)]
enum Target {
    /// The call with this number, counted from the arming on.
    Nth(usize),
    /// So many calls whose name begins so.
    Named { beginning: String, times: usize },
}

impl Target {
    fn strikes(&mut self, count: usize, name: &str) -> bool {
        match self {
            Self::Nth(nth) => *nth == count,
            Self::Named { beginning, times } => {
                let strikes = *times > 0 && name.starts_with(beginning.as_str());
                *times -= usize::from(strikes);
                strikes
            }
        }
    }
}

/// What somebody else does meanwhile.
type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

#[derive(Default)]
struct State {
    calls: Vec<String>,
    rules: Vec<(Target, Fault)>,
    struck: Option<String>,
    meanwhile: Option<(String, Deed)>,
}

/// What was called, which call fails, and what happens just before one.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<State>>);

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Faults").field("calls", &self.state().calls).finish_non_exhaustive()
    }
}

impl Faults {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Lets the nth call from here on fail, counted from 1.
    pub(crate) fn strike_nth(&self, nth: usize, fault: Fault) {
        let nth = self.state().calls.len() + nth;
        self.state().rules.push((Target::Nth(nth), fault));
    }

    /// Lets the next so many calls fail whose name begins so.
    pub(crate) fn strike(&self, beginning: &str, times: usize, fault: Fault) {
        self.state().rules.push((Target::Named { beginning: beginning.to_owned(), times }, fault));
    }

    /// Lets somebody else act just before the next call whose name begins so. What they do must not be counted here.
    pub(crate) fn meanwhile(&self, beginning: &str, deed: impl Future<Output = ()> + Send + 'static) {
        self.state().meanwhile = Some((beginning.to_owned(), Box::pin(deed)));
    }

    /// Lets nothing fail any more, forgets what was called, and says which call failed last.
    pub(crate) fn disarm(&self) -> Option<String> {
        std::mem::take(&mut *self.state()).struck
    }

    /// What was called since the last disarming.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    fn deed_before(&self, name: &str) -> Option<Deed> {
        let mut state = self.state();
        let (_, deed) = state.meanwhile.take_if(|(beginning, _)| name.starts_with(beginning.as_str()))?;
        Some(deed)
    }

    fn call(&self, name: String) -> Option<Fault> {
        let mut state = self.state();
        state.calls.push(name.clone());
        let count = state.calls.len();
        let struck = state
            .rules
            .iter_mut()
            .find_map(|(target, fault)| target.strikes(count, &name).then_some(*fault))?;
        state.struck = Some(name);
        Some(struck)
    }

    /// Does a call, unless it is to fail. Others get their turn first.
    async fn around<T, E>(
        &self,
        name: impl Into<String>,
        error: impl FnOnce(Fault) -> E,
        call: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let name = name.into();
        tokio::task::yield_now().await;
        if let Some(deed) = self.deed_before(&name) {
            deed.await;
        }
        match self.call(name) {
            None => call.await,
            Some(Fault::AnswerLost) => {
                call.await?;
                Err(error(Fault::AnswerLost))
            }
            Some(fault) => Err(error(fault)),
        }
    }
}
