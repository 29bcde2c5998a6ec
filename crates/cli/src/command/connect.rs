//! `freehold connect`: make another instance current.

use clap::Args;
use freehold::AddedStorage;

use super::info;
use crate::failure::Failure;
use crate::output::RelocatedView;
use crate::session::Session;

/// Make an instance current; it is found again from its storage root or its database alone
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold connect lab/primary
  freehold connect ./mydata
  freehold connect s3://lab-bucket/data
  freehold connect sqlite:///srv/books/lab.db
  freehold connect postgres://lab@db.example/books
  freehold connect /srv/mydata --moved

A storage root alone leads to its instance where the registry lies in it, or on this machine. The registry of an instance that another machine made for a cloud location is found by its database URL. A root that was handed over to the instance that it leads to is managed from then on.

A claim names the database of its manager, so that a copy of a registry cannot write. When a registry, or a root with the registry in it, was really moved, --moved says so once: each claim is changed to name the database where it lies now. It is refused as long as the registry or the claim is still at the former place as well.")]
pub(crate) struct Connect {
    /// The instance: its slug, its storage root, or its database URL
    #[arg(value_name = "SLUG|ROOT|DB-URL")]
    target: String,
    /// The registry, or the root, was moved to where it lies now: make the claims say so
    #[arg(long)]
    moved: bool,
}

impl Connect {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        if self.moved {
            return self.relocate(session).await;
        }
        let freehold = session.machine()?.connect(&self.target).await?;
        let freehold = session.keep(freehold);
        let received = freehold.receive_storage(&self.target).await?;
        let description = freehold.describe().await?;
        if session.output.is_json() {
            return info::show(session, &description);
        }
        let (output, instance) = (&mut session.output, &description.instance);
        if let Some(AddedStorage { storage, .. }) = received {
            output.say(format_args!(
                "storage location {} ({}) was handed over to this instance, and is {} now",
                storage.root(),
                storage.uid(),
                storage.access(instance)
            ))?;
        }
        output.say(format_args!("instance {} ({}) is now current", instance.slug(), instance.uid()))
    }

    async fn relocate(&self, session: &mut Session) -> Result<(), Failure> {
        let relocated = session.machine()?.connect_moved(&self.target).await?;
        let freehold = session.keep(relocated.freehold.clone());
        let description = freehold.describe().await?;
        let output = &mut session.output;
        if output.is_json() {
            return output.document(&RelocatedView::new(&relocated, &description));
        }
        let instance = &description.instance;
        for storage in &relocated.moved {
            output.say(format_args!(
                "storage location {} ({}) and its claim are recorded as they lie now",
                storage.root(),
                storage.uid()
            ))?;
        }
        if relocated.moved.is_empty() && relocated.left.is_empty() {
            output.note("note: no claim had to be changed: nothing was moved since the last time");
        }
        for left in relocated.left {
            output.note(format_args!("note: {} was left as it is", left.storage.root()));
            output.warn(&Failure::from(left.reason));
        }
        output.say(format_args!("instance {} ({}) is now current", instance.slug(), instance.uid()))
    }
}
