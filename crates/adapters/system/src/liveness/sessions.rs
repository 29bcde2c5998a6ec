//! Where the lock file of a session is.

use std::fs;
use std::io::{self, ErrorKind};

use freehold_domain::{DatabaseUrl, SessionUid};

use super::lock_file::LockFile;

/// The folder beside the database that holds the lock files.
const FOLDER: &str = "freehold-sessions";

/// The lock file of a session, whether it exists or not. There is none when the database's folder is absent.
///
/// Every spelling of the database's path leads to the same file, as symbolic links are resolved: were it otherwise, a live
/// session could be taken for a dead one.
pub(super) fn lock_file(database: &DatabaseUrl, session: SessionUid) -> io::Result<Option<LockFile>> {
    let Some(path) = database.sqlite_path() else {
        return Err(io::Error::new(
            ErrorKind::Unsupported,
            "sessions on a database server are not built into this program; use an SQLite registry",
        ));
    };
    let Some(name) = path.file_name() else { return Err(ErrorKind::InvalidInput.into()) };
    let database = match fs::canonicalize(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let Some(folder) = path.parent() else { return Err(error) };
            match fs::canonicalize(folder) {
                Ok(folder) => folder.join(name),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        found => found?,
    };
    let mut file_name = database.file_name().unwrap_or(name).to_os_string();
    file_name.push(format!(".{session}.lock"));
    Ok(Some(LockFile::new(database.with_file_name(FOLDER), &file_name)))
}
