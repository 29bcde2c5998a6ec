//! Who made a record, under which run, and what touched it since.

use crate::{RunUid, Timestamp, UserUid};

/// The provenance of a record: it accumulates and is never erased.
///
/// ```
/// use freehold_domain::{Provenance, RunUid, Timestamp, UserUid};
///
/// let (first, second) = (RunUid::from_entropy(1), RunUid::from_entropy(2));
/// let mut provenance = Provenance::created(Timestamp::MIN_UTC, UserUid::from_entropy(3), Some(first));
/// provenance.record_update(Timestamp::MAX_UTC, Some(second));
/// assert_eq!(provenance.run(), Some(second));
/// assert_eq!(provenance.previous_runs(), [first]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    created_at: Timestamp,
    created_by: UserUid,
    run: Option<RunUid>,
    updated_at: Timestamp,
    previous_runs: Vec<RunUid>,
}

impl Provenance {
    /// The provenance of a record that is created now, by `user`, under `run` if there is one.
    #[must_use]
    pub fn created(at: Timestamp, user: UserUid, run: Option<RunUid>) -> Self {
        Self { created_at: at, created_by: user, run, updated_at: at, previous_runs: Vec::new() }
    }

    /// The provenance of a record that a registry already holds.
    #[must_use]
    pub fn recorded(
        created_at: Timestamp,
        created_by: UserUid,
        run: Option<RunUid>,
        updated_at: Timestamp,
        previous_runs: Vec<RunUid>,
    ) -> Self {
        Self { created_at, created_by, run, updated_at, previous_runs }
    }

    /// Records an update at `at` under `run`.
    ///
    /// Another run than the last one takes its place, and the last one moves to the end of the previous runs. An
    /// update without a run, or under the same run, only moves `updated_at`.
    pub fn record_update(&mut self, at: Timestamp, run: Option<RunUid>) {
        self.updated_at = at;
        if run.is_some() && run != self.run {
            self.previous_runs.extend(self.run);
            self.run = run;
        }
    }

    /// When the record was created.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// Who created the record.
    #[must_use]
    pub fn created_by(&self) -> UserUid {
        self.created_by
    }

    /// The last run that created or updated the record.
    #[must_use]
    pub fn run(&self) -> Option<RunUid> {
        self.run
    }

    /// When the record was last updated, or created.
    #[must_use]
    pub fn updated_at(&self) -> Timestamp {
        self.updated_at
    }

    /// The runs that touched the record before [`run`](Self::run), oldest first.
    #[must_use]
    pub fn previous_runs(&self) -> &[RunUid] {
        &self.previous_runs
    }
}
