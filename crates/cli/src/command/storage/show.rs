//! `freehold storage show`.

use clap::Args;
use freehold::{ClaimReport, StorageDetails, Tally};
use freehold_domain::{Capabilities, Claim, StorageEvent};

use crate::failure::Failure;
use crate::output::{Fields, StorageDetailsView, count, for_people, linker_lines, size};
use crate::session::Session;

/// Show everything about a storage location: what the claim in it says now, what its backend can do, who links it, and what became of it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage show ./mydata
  freehold storage show nUYs --json")]
pub(crate) struct Show {
    /// The location: its uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: String,
}

impl Show {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let details = session.reading().await?.storage(&self.storage).await?;
        if session.output.is_json() {
            return session.output.document(&StorageDetailsView::from(&details));
        }
        session.output.text(&fields(&details).draw())
    }
}

fn fields(details: &StorageDetails) -> Fields {
    let storage = &details.listed.storage;
    let provenance = &storage.provenance;
    Fields::default()
        .with_option("id", storage.id().map(|id| id.0))
        .with("uid", storage.uid())
        .with("root", storage.root())
        .with_option("description", storage.description.as_deref())
        .with("type", storage.kind())
        .with_option("region", storage.region.as_deref())
        .with_option("instance_uid", storage.instance_uid())
        .with("created_at", for_people(provenance.created_at()))
        .with("created_by", provenance.created_by())
        .with_option("run", provenance.run())
        .with("updated_at", for_people(provenance.updated_at()))
        .with_all("previous_runs", provenance.previous_runs())
        .with("access", details.listed.access)
        .with("is_default", if details.listed.is_default { "yes" } else { "no" })
        .with("ingested", tally(details.usage.ingested))
        .with("in place", tally(details.usage.in_place))
        .with("claim", claim(&details.claim))
        .with_all("backend", capabilities(storage.capabilities))
        .with_all("linked by", linkers(details))
        .with_all("history", details.history.iter().map(event))
}

/// What the backend was seen to be able to do, a line each.
fn capabilities(seen: Option<Capabilities>) -> Vec<String> {
    let Some(Capabilities { create_if_absent, compare_and_swap, list_after_write, case_sensitive }) = seen
    else {
        return vec!["not probed".to_owned()];
    };
    let honoured = |is_honoured| if is_honoured { "honoured" } else { "ignored" };
    vec![
        format!("create if absent: {}", honoured(create_if_absent)),
        format!("compare and swap: {}", honoured(compare_and_swap)),
        format!("list after write: {}", if list_after_write { "at once" } else { "later" }),
        format!("case of names: {}", if case_sensitive { "told apart" } else { "not told apart" }),
    ]
}

fn linkers(details: &StorageDetails) -> Vec<String> {
    match &details.linkers {
        None => vec!["cannot be read".to_owned()],
        Some(linkers) => linker_lines(linkers),
    }
}

fn event(event: &StorageEvent) -> String {
    let mut text = format!("{}  {}", for_people(event.at), event.change.to_string().replace('_', " "));
    let parts = [
        event.epoch.map(|epoch| format!("epoch {epoch}")),
        event.other.map(|other| format!("other instance {other}")),
        event.reason.as_ref().map(|reason| format!("because: {reason}")),
    ];
    for part in parts.into_iter().flatten() {
        text.push_str(", ");
        text.push_str(&part);
    }
    text
}

fn tally(tally: Tally) -> String {
    match tally.artifacts {
        0 => "none".to_owned(),
        artifacts => format!("{}, {}", count(artifacts, "artifact", "artifacts"), size(tally.bytes)),
    }
}

/// What the claim in a location says.
pub(super) fn claim(report: &ClaimReport) -> String {
    match report {
        ClaimReport::Unclaimed => "nobody claims it".to_owned(),
        ClaimReport::Held(claim) => held(claim),
        ClaimReport::Unknown { reason } => format!("cannot be read: {reason}"),
    }
}

fn held(claim: &Claim) -> String {
    let manager = match (claim.slug(), claim.manager()) {
        // A claim that was handed over to an id has no slug until its receiver comes.
        (Some(slug), Some(uid)) if slug != uid.as_str() => format!("{slug} ({uid})"),
        (Some(_) | None, Some(uid)) => uid.to_string(),
        (Some(slug), None) => format!("{slug}, whose identity it does not say"),
        (None, None) => "somebody unknown".to_owned(),
    };
    match claim.epoch() {
        Some(epoch) => format!("managed by {manager}, epoch {epoch}"),
        None => format!("managed by {manager}, by LaminDB's claim"),
    }
}
