//! Registries that cannot lie in their storage location: each an SQLite file in a folder of this machine, under the slug of its instance.

use std::path::Path;

use freehold_domain::{DatabaseUrl, DatabaseUrlError, Slug, StorageRoot};
use freehold_ports::system::InstanceDirectory;

use crate::Host;

/// The registry of the instance `slug` in the machine's folder of registries, which need not exist. `None` when the platform names no such folder.
pub(crate) fn registry_on_this_machine(
    directory: &dyn InstanceDirectory,
    slug: &Slug,
) -> Option<Result<DatabaseUrl, DatabaseUrlError>> {
    let folder = directory.registries_folder()?;
    let file = folder.join(slug.owner.as_str()).join(format!("{}.db", slug.name));
    Some(DatabaseUrl::sqlite(&file))
}

/// Removes the folders that a destroyed registry has left empty in the folder of registries, and that itself. What holds something stays.
pub(crate) async fn remove_empty_folders(host: &Host, destroyed: &DatabaseUrl) {
    let Some(registries) = host.directory.registries_folder() else { return };
    let inner = destroyed.sqlite_path().and_then(Path::parent);
    for folder in
        inner.into_iter().flat_map(Path::ancestors).take_while(|folder| folder.starts_with(&registries))
    {
        let Some(Ok(root)) = folder.to_str().map(StorageRoot::from_canonical) else { return };
        if let Err(error) = host.locations.remove_empty(&root).await {
            tracing::warn!(%error, folder = %folder.display(), "an empty folder could not be removed");
        }
    }
}
