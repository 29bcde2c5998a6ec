//! Cases: what tells a database from every other.

use freehold_ports::persistence::AccessMode;

use super::Fresh;
use crate::case::{Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::fingerprints":
    opening_a_database_again_does_not_change_its_fingerprint,
}

async fn opening_a_database_again_does_not_change_its_fingerprint(fresh: &Fresh) -> Outcome {
    let created = fresh.databases.create(&fresh.url).await?;
    let fingerprint = created.fingerprint().await?;
    ensure_equal("the fingerprint when asked again", &created.fingerprint().await?, &fingerprint)?;
    created.close().await?;
    for mode in [AccessMode::Read, AccessMode::Write] {
        let opened = fresh.databases.open(&fresh.url, mode).await?;
        ensure_equal("the fingerprint when opened again", &opened.fingerprint().await?, &fingerprint)?;
        opened.close().await?;
    }
    Ok(())
}
