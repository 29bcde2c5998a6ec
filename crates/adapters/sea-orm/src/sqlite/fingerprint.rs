//! What tells a database file from every copy of it.

use freehold_domain::DatabaseFingerprint;
use freehold_ports::persistence::PersistenceError;

use super::machine;
use super::place::Place;

/// The fingerprint of the file at `place`: the machine, the file system, the file there, and when that file was made.
///
/// Copies differ in the file, also those that take the place of a deleted one and are given its number again. A rename and whatever
/// SQLite does to the content change nothing.
pub(super) fn of(place: &Place) -> Result<DatabaseFingerprint, PersistenceError> {
    let file = place.file_identity()?.ok_or_else(|| place.missing())?;
    Ok(DatabaseFingerprint::of(["sqlite", &machine::identity()].map(str::to_owned).into_iter().chain(file)))
}
