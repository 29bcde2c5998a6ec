//! `freehold storage release`.

use clap::Args;
use freehold::Linkers;
use freehold_domain::StorageRoot;

use crate::confirmation;
use crate::failure::Failure;
use crate::output::{Output, ReleasedView, linker_lines};
use crate::session::Session;

/// Give up a managed location: what lies there stays, and it stays recorded, linked
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage release ./archive
  freehold storage release s3://lab-bucket/archive --yes

From then on anybody can claim the location; `freehold storage add ROOT` takes it back as long as nobody has. To give it to somebody, use `freehold storage hand-over`. The default storage cannot be released.")]
pub(crate) struct Release {
    /// The location: its uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Release {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        if !self.yes && !confirmation::somebody_is_there() {
            return Err(Failure::declined(
                "giving up a location has to be confirmed, and nobody is there to ask; nothing was changed",
            )
            .with_hint("add --yes"));
        }
        let freehold = session.writing().await?;
        if !self.yes {
            let details = freehold.storage(&self.storage).await?;
            let root = details.listed.storage.root();
            tell_linkers(&mut session.output, details.linkers.as_ref());
            if !confirmation::agrees(
                &mut session.output,
                &format!("give up {root}? Anybody can claim it then."),
            )? {
                return Err(Failure::declined("nothing was changed"));
            }
        }
        let released = freehold.release_storage(&self.storage).await?;
        if session.output.is_json() {
            return session.output.document(&ReleasedView::new(&released, freehold.instance()));
        }
        let (output, root) = (&mut session.output, released.storage.root());
        output.say(format_args!(
            "released storage location {root} ({}); what lies there stays, and can be read",
            released.storage.uid()
        ))?;
        tell_linkers(output, released.linkers.as_ref().filter(|_| self.yes));
        tell_way_back(output, root);
        Ok(())
    }
}

fn tell_way_back(output: &mut Output, root: &StorageRoot) {
    output.note(format_args!("note: nobody manages it now; `freehold storage add {root}` claims it again"));
}

/// Names those who said that they link a location.
pub(super) fn tell_linkers(output: &mut Output, linkers: Option<&Linkers>) {
    let lines = linkers.map(linker_lines).unwrap_or_default();
    if !lines.is_empty() {
        output.note(format_args!("note: linked by {}", lines.join(", ")));
    }
}
