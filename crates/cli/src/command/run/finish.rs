//! `freehold run finish`.

use clap::Args;
use freehold_domain::RunOutcome;

use crate::failure::Failure;
use crate::output::RunView;
use crate::session::Session;

/// Finish a run, by default the current one
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold run finish
  freehold run finish 0Ab3 --status errored")]
pub(crate) struct Finish {
    /// The run: its uid, or a unique prefix of it [default: the current run]
    #[arg(value_name = "UID")]
    uid: Option<String>,
    /// How it ended: completed, errored or aborted
    #[arg(long, value_name = "STATUS", default_value = "completed")]
    status: RunOutcome,
}

impl Finish {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let run = freehold.finish_run(self.uid.as_deref(), self.status).await?;
        if session.output.is_json() {
            return session.output.document(&RunView::new(&run, None));
        }
        session.output.say(format_args!("run {} is {}", run.uid(), run.status()))
    }
}
