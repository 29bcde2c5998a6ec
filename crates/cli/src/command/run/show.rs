//! `freehold run show`.

use clap::Args;
use freehold::RunDetails;
use freehold_domain::Artifact;
use serde_json::Value;

use crate::failure::Failure;
use crate::output::{Fields, RunDetailsView, for_people, size};
use crate::session::Session;

/// Show everything about a run: what it executed, what it read, and what it made
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold run show 0Ab3
  freehold run show 0Ab3 --json")]
pub(crate) struct Show {
    /// The run: its uid, or a unique prefix of it
    uid: String,
}

impl Show {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let details = session.reading().await?.run_details(&self.uid).await?;
        if session.output.is_json() {
            return session.output.document(&RunDetailsView::from(&details));
        }
        session.output.text(&fields(&details).draw())
    }
}

fn fields(details: &RunDetails) -> Fields {
    let RunDetails { run, transform, user, inputs, outputs } = details;
    let created_by = match user {
        Some(user) => format!("{} ({})", user.uid, user.handle),
        None => run.created_by().to_string(),
    };
    Fields::default()
        .with("uid", run.uid())
        .with("transform", format_args!("{} ({}, {})", transform.key, transform.kind, transform.uid))
        .with_option("name", run.name.as_deref())
        .with("status", run.status())
        .with_all("params", run.params.iter().map(|(name, value)| format!("{name}={}", parameter(value))))
        .with_option("started_at", run.started_at().map(for_people))
        .with_option("finished_at", run.finished_at().map(for_people))
        .with("created_by", created_by)
        .with_option("initiated_by", run.initiated_by)
        .with_option("reference", run.reference.as_deref())
        .with_all("inputs", inputs.iter().map(named))
        .with_all("outputs", outputs.iter().map(named))
}

/// A parameter's value, texts as they were typed.
fn parameter(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}

fn named(artifact: &Artifact) -> String {
    format!("{}  {} ({})", artifact.uid, artifact.key, size(artifact.size))
}
