//! Who made a record, as JSON.

use freehold_domain::{Provenance, RunUid, UserUid};
use serde::Serialize;

use super::time;

/// Who made a record, under which runs.
#[derive(Debug, Serialize)]
pub(super) struct ProvenanceView<'record> {
    created_at: String,
    created_by: UserUid,
    run: Option<RunUid>,
    updated_at: String,
    previous_runs: &'record [RunUid],
}

impl<'record> From<&'record Provenance> for ProvenanceView<'record> {
    fn from(provenance: &'record Provenance) -> Self {
        Self {
            created_at: time::for_programs(provenance.created_at()),
            created_by: provenance.created_by(),
            run: provenance.run(),
            updated_at: time::for_programs(provenance.updated_at()),
            previous_runs: provenance.previous_runs(),
        }
    }
}
