//! What can go wrong with the registry's database.

use std::fmt;

use freehold_domain::{ArtifactUid, RunUid};

/// The backend's own error, kept as the source of ours.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// The kinds of record in a registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entity {
    /// The registry's one instance row.
    Instance,
    /// A user.
    User,
    /// A storage location.
    Storage,
    /// A transform.
    Transform,
    /// A run.
    Run,
    /// A family of artifact versions.
    Family,
    /// An artifact.
    Artifact,
    /// An intent.
    Intent,
}

impl fmt::Display for Entity {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Instance => "instance",
            Self::User => "user",
            Self::Storage => "storage location",
            Self::Transform => "transform",
            Self::Run => "run",
            Self::Family => "artifact family",
            Self::Artifact => "artifact",
            Self::Intent => "intent",
        })
    }
}

/// Why a call on the registry's database failed.
///
/// Any error inside a unit of work ends it: later calls, and `commit`, give [`Aborted`](Self::Aborted).
#[derive(Debug, thiserror::Error)]
pub enum PersistenceError {
    /// A record with this identity, or with another value that must be unique, is there already.
    #[error("{entity} {id} is already recorded")]
    AlreadyExists {
        /// What kind of record.
        entity: Entity,
        /// The value that is taken, for people.
        id: String,
    },
    /// The record to change, or one that the new record refers to, is absent.
    #[error("{entity} {id} is not recorded here")]
    NotFound {
        /// What kind of record.
        entity: Entity,
        /// Its identity, for people.
        id: String,
    },
    /// The record to delete is still referred to.
    #[error("{entity} {id} is still in use by {user}")]
    InUse {
        /// What kind of record.
        entity: Entity,
        /// Its identity, for people.
        id: String,
        /// What kind of record refers to it.
        user: Entity,
    },
    /// The new edge would make the lineage cyclic.
    #[error("artifact {artifact} and run {run} would each descend from the other")]
    LineageCycle {
        /// The run of the edge.
        run: RunUid,
        /// The artifact of the edge.
        artifact: ArtifactUid,
    },
    /// Another unit of work was in the way, or the database is busy. Nothing was changed; begin again.
    #[error("the registry is busy with another change; try again")]
    Conflict {
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// The database cannot be reached now. Nothing was changed by this unit of work.
    #[error("the registry's database cannot be reached")]
    Unavailable {
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// A record in the database is not a valid value.
    #[error("the registry's table {table} holds a damaged row {id}: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The row's uid, or what identifies it.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A change was asked of a unit of work, or of a database, that only reads.
    #[error("the registry was opened for reading only")]
    ReadOnly,
    /// An earlier error has ended this unit of work. Nothing of it was kept.
    #[error("an earlier error has ended this unit of work")]
    Aborted,
    /// The answer to `commit` was lost: the changes are kept or not, wholly.
    #[error("it is unknown whether the last change was recorded; look before you repeat it")]
    OutcomeUnknown {
        /// What the backend said.
        #[source]
        source: SourceError,
    },
    /// There is no database at this place. It is never created by opening it.
    #[error("there is no database at {database}")]
    DatabaseMissing {
        /// Its URL, without a password.
        database: String,
    },
    /// What is there is not a registry.
    #[error("{database} is not a Freehold registry: {reason}")]
    NotARegistry {
        /// Its URL, without a password.
        database: String,
        /// Why not.
        reason: String,
    },
    /// The database was made by a newer program.
    #[error(
        "{database} has schema {found}, newer than {supported}, which this program knows; use a newer freehold"
    )]
    SchemaTooNew {
        /// Its URL, without a password.
        database: String,
        /// The newest migration in the database.
        found: String,
        /// The newest migration that this program knows.
        supported: String,
    },
    /// The database was made by an older program and was opened for reading only, so it cannot be brought up to date.
    #[error(
        "{database} has an older schema; open it once for writing, with this program, to bring it up to date"
    )]
    SchemaOutdated {
        /// Its URL, without a password.
        database: String,
    },
    /// The database's place cannot be written, or must not be.
    #[error("{database} cannot be written: {reason}")]
    NotWritable {
        /// Its URL, without a password.
        database: String,
        /// Why not.
        reason: String,
    },
    /// A writer was interrupted, or is at work, and what it left cannot be read without writing.
    #[error(
        "{database} was left by a program that was interrupted; open it once for writing, with any command that changes something"
    )]
    NeedsRecovery {
        /// Its URL, without a password.
        database: String,
    },
    /// This build or adapter has no support for this kind of database.
    #[error("this program has no support for the kind of database that {database} names")]
    UnsupportedDatabase {
        /// Its URL, without a password.
        database: String,
    },
    /// Anything else that the backend reports.
    #[error("the registry's database failed")]
    Backend {
        /// What the backend said.
        #[source]
        source: SourceError,
    },
}

impl PersistenceError {
    /// Whether it is certain that the unit of work changed nothing.
    #[must_use]
    pub fn is_certainly_rolled_back(&self) -> bool {
        match self {
            Self::AlreadyExists { .. }
            | Self::NotFound { .. }
            | Self::InUse { .. }
            | Self::LineageCycle { .. }
            | Self::Conflict { .. }
            | Self::Unavailable { .. }
            | Self::Corrupt { .. }
            | Self::ReadOnly
            | Self::Aborted
            | Self::DatabaseMissing { .. }
            | Self::NotARegistry { .. }
            | Self::SchemaTooNew { .. }
            | Self::SchemaOutdated { .. }
            | Self::NotWritable { .. }
            | Self::NeedsRecovery { .. }
            | Self::UnsupportedDatabase { .. } => true,
            Self::OutcomeUnknown { .. } | Self::Backend { .. } => false,
        }
    }

    /// Whether the same work, begun again, may succeed.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict { .. })
    }
}
