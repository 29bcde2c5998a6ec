//! `freehold run start`.

use clap::Args;

use crate::arguments::TransformArguments;
use crate::failure::Failure;
use crate::output::RunView;
use crate::session::Session;

/// Start a run, and print its uid
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  export FREEHOLD_RUN=$(freehold run start --transform align.py --param threshold=0.5)
  freehold run start --transform nf-core/rnaseq --kind pipeline --json

Finish it with `freehold run finish`. Under another run, that one is recorded as its initiator.")]
pub(crate) struct Start {
    #[command(flatten)]
    transform: TransformArguments,
}

impl Start {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let request = self.transform.request()?;
        let started = session.writing().await?.start_run(request).await?;
        if session.output.is_json() {
            return session.output.document(&RunView::from(&started));
        }
        session.output.line(started.run.uid())
    }
}
