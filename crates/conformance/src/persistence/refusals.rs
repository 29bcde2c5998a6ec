//! What a refusal by a registry must say.

use freehold_ports::persistence::{Entity, PersistenceError};

use crate::case::{Failure, Outcome};

/// Ends the case unless the call found the record there already.
#[track_caller]
pub(super) fn already_exists<T>(
    result: Result<T, PersistenceError>,
    expected: Entity,
    identity: impl AsRef<str>,
) -> Outcome {
    match result {
        Err(PersistenceError::AlreadyExists { entity, id })
            if entity == expected && id.contains(identity.as_ref()) =>
        {
            Ok(())
        }
        other => Err(unlike(&format!("AlreadyExists of {expected} {}", identity.as_ref()), other)),
    }
}

/// Ends the case unless the call missed the record.
#[track_caller]
pub(super) fn not_found<T>(
    result: Result<T, PersistenceError>,
    expected: Entity,
    identity: impl AsRef<str>,
) -> Outcome {
    match result {
        Err(PersistenceError::NotFound { entity, id })
            if entity == expected && id.contains(identity.as_ref()) =>
        {
            Ok(())
        }
        other => Err(unlike(&format!("NotFound of {expected} {}", identity.as_ref()), other)),
    }
}

/// Ends the case unless the call found the record in use by one of that kind.
#[track_caller]
pub(super) fn in_use<T>(
    result: Result<T, PersistenceError>,
    expected: Entity,
    identity: impl AsRef<str>,
    by: Entity,
) -> Outcome {
    match result {
        Err(PersistenceError::InUse { entity, id, user })
            if entity == expected && id.contains(identity.as_ref()) && user == by =>
        {
            Ok(())
        }
        other => Err(unlike(&format!("InUse of {expected} {} by {by}", identity.as_ref()), other)),
    }
}

/// Ends the case unless an earlier error has ended the unit.
#[track_caller]
pub(super) fn aborted<T>(what: &str, result: Result<T, PersistenceError>) -> Outcome {
    match result {
        Err(PersistenceError::Aborted) => Ok(()),
        other => Err(unlike(&format!("Aborted from {what}"), other)),
    }
}

/// Ends the case unless the call was refused because nothing may be written.
#[track_caller]
pub(super) fn read_only<T>(what: &str, result: Result<T, PersistenceError>) -> Outcome {
    match result {
        Err(PersistenceError::ReadOnly) => Ok(()),
        other => Err(unlike(&format!("ReadOnly from {what}"), other)),
    }
}

#[track_caller]
fn unlike<T>(expected: &str, result: Result<T, PersistenceError>) -> Failure {
    match result {
        Ok(_) => Failure::new(format!("expected {expected}, found success")),
        Err(error) => Failure::new(format!("expected {expected}, found the error {error:?}")),
    }
}
