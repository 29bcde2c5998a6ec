//! The errors that a registry in memory gives, in short.

use std::fmt::Display;

use freehold_ports::persistence::{Entity, PersistenceError};

pub(super) fn already_exists(entity: Entity, id: impl Display) -> PersistenceError {
    PersistenceError::AlreadyExists { entity, id: id.to_string() }
}

pub(super) fn not_found(entity: Entity, id: impl Display) -> PersistenceError {
    PersistenceError::NotFound { entity, id: id.to_string() }
}

pub(super) fn in_use(entity: Entity, id: impl Display, user: Entity) -> PersistenceError {
    PersistenceError::InUse { entity, id: id.to_string(), user }
}

pub(super) fn unavailable(reason: &'static str) -> PersistenceError {
    PersistenceError::Unavailable { source: reason.into() }
}

pub(super) fn conflict(reason: &'static str) -> PersistenceError {
    PersistenceError::Conflict { source: reason.into() }
}

pub(super) fn foreign_cursor(content: &str) -> PersistenceError {
    PersistenceError::Backend { source: format!("the cursor {content:?} belongs to another listing").into() }
}
