//! `freehold storage hand-over`.

use clap::Args;

use super::release::tell_linkers;
use crate::confirmation;
use crate::failure::Failure;
use crate::output::HandedOverView;
use crate::session::Session;

/// Hand a managed location over to another instance, which manages it from then on
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage hand-over ./archive --to analysis/derived
  freehold storage hand-over nUYs --to 3fae3ac9-c768-5a63-96f2-d619d4a5b2bf --yes

The location stays recorded here, linked, and nothing is copied. The receiver takes it with `freehold storage add ROOT`. An instance that this machine does not know is named by its id, which `freehold info` shows there.")]
pub(crate) struct HandOver {
    /// The location: its uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: String,
    /// The receiver: the slug or uid of an instance that you know, its storage root or database URL, or its id in full
    #[arg(long, value_name = "SLUG|UID|ID")]
    to: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl HandOver {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        if !self.yes && !confirmation::somebody_is_there() {
            return Err(Failure::declined(
                "handing a location over has to be confirmed, and nobody is there to ask; nothing was changed",
            )
            .with_hint("add --yes"));
        }
        let freehold = session.writing().await?;
        if !self.yes {
            let details = freehold.storage(&self.storage).await?;
            let root = details.listed.storage.root();
            tell_linkers(&mut session.output, details.linkers.as_ref());
            let question = format!("hand {root} over to {}? Only the receiver can give it back.", self.to);
            if !confirmation::agrees(&mut session.output, &question)? {
                return Err(Failure::declined("nothing was changed"));
            }
        }
        let handed = freehold.hand_over_storage(&self.storage, &self.to).await?;
        if session.output.is_json() {
            return session.output.document(&HandedOverView::new(&handed, freehold.instance()));
        }
        let (output, root) = (&mut session.output, handed.storage.root());
        let receiver = if handed.slug == handed.receiver.to_string() {
            format!("instance {}", handed.receiver)
        } else {
            format!("instance {} ({})", handed.slug, handed.receiver)
        };
        output.say(format_args!(
            "handed storage location {root} ({}) over to {receiver}; here it is linked now",
            handed.storage.uid()
        ))?;
        tell_linkers(output, handed.linkers.as_ref().filter(|_| self.yes));
        output.note(format_args!("next, in that instance: `freehold storage add {root}`"));
        Ok(())
    }
}
