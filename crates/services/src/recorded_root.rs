//! The name under which a place is recorded: the same folder can be seen in several places.

use freehold_domain::StorageRoot;
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::PersistenceError;

use crate::{Registry, Transaction};

/// The root under which the place at `root`, which is in its one spelling, is recorded: `root` itself, or an alias of it. A place that is not
/// recorded keeps its root.
pub(crate) async fn recorded_root<E>(registry: &Registry, root: StorageRoot) -> Result<StorageRoot, E>
where
    E: From<BlobError> + From<PersistenceError>,
{
    let aliases = registry.host.locations.aliases(&root).await?;
    if aliases.is_empty() {
        return Ok(root);
    }
    let names: Vec<StorageRoot> = std::iter::once(root.clone()).chain(aliases).collect();
    let recorded = registry
        .reading(|| async |transaction: &mut Transaction| transaction.storages().find_by_roots(&names).await)
        .await?;
    let recorded: Vec<&StorageRoot> = recorded.iter().map(freehold_domain::Storage::root).collect();
    Ok(names.into_iter().find(|name| recorded.contains(&name)).unwrap_or(root))
}
