//! The records as one unit of work sees and changes them.

use freehold_ports::persistence::{AccessMode, PersistenceError};

use super::state::State;

/// The records as one unit of work sees and changes them. The repositories are implemented on it.
#[derive(Debug)]
pub(super) struct Records {
    state: State,
    mode: AccessMode,
    is_aborted: bool,
}

impl Records {
    pub(super) fn new(state: State, mode: AccessMode) -> Self {
        Self { state, mode, is_aborted: false }
    }

    /// Does what reads only.
    pub(super) fn read<T>(
        &mut self,
        work: impl FnOnce(&State) -> Result<T, PersistenceError>,
    ) -> Result<T, PersistenceError> {
        self.require_no_error()?;
        let result = work(&self.state);
        self.is_aborted = result.is_err();
        result
    }

    /// Does what changes something.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&mut State) -> Result<T, PersistenceError>,
    ) -> Result<T, PersistenceError> {
        self.require_no_error()?;
        let result = match self.mode {
            AccessMode::Read => Err(PersistenceError::ReadOnly),
            AccessMode::Write => work(&mut self.state),
        };
        self.is_aborted = result.is_err();
        result
    }

    /// The state to commit; `None` when nothing could be changed.
    pub(super) fn into_changed(self) -> Result<Option<State>, PersistenceError> {
        self.require_no_error()?;
        Ok(match self.mode {
            AccessMode::Read => None,
            AccessMode::Write => Some(self.state),
        })
    }

    fn require_no_error(&self) -> Result<(), PersistenceError> {
        if self.is_aborted { Err(PersistenceError::Aborted) } else { Ok(()) }
    }
}
