//! List the instances that the user knows.

use freehold_ports::system::{DirectoryError, KnownInstance};

use crate::Host;

/// A known instance, and whether it is the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedInstance {
    /// The instance.
    pub known: KnownInstance,
    /// Whether commands go to it unless told otherwise.
    pub is_current: bool,
}

/// Lists the instances that the user knows on this machine, by slug.
///
/// # Errors
/// The settings cannot be read.
pub async fn list_instances(host: &Host) -> Result<Vec<ListedInstance>, DirectoryError> {
    let current = host.directory.current().await?.map(|known| known.uid);
    let known = host.directory.list().await?;
    Ok(known
        .into_iter()
        .map(|known| ListedInstance { is_current: Some(known.uid) == current, known })
        .collect())
}
