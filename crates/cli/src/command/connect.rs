//! `freehold connect`: make another instance current.

use clap::Args;

use super::info;
use crate::failure::Failure;
use crate::session::Session;

/// Make an instance current; it is found again from its storage root or its database alone
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold connect lab/primary
  freehold connect ./mydata
  freehold connect s3://lab-bucket/data
  freehold connect sqlite:///srv/books/lab.db
  freehold connect postgres://lab@db.example/books

A storage root alone leads to its instance where the registry lies in it, or on this machine. The registry of an instance that another machine made for a cloud location is found by its database URL.")]
pub(crate) struct Connect {
    /// The instance: its slug, its storage root, or its database URL
    #[arg(value_name = "SLUG|ROOT|DB-URL")]
    target: String,
}

impl Connect {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.machine()?.connect(&self.target).await?;
        let freehold = session.keep(freehold);
        let description = freehold.describe().await?;
        if session.output.is_json() {
            return info::show(session, &description);
        }
        let instance = &description.instance;
        let text = format!("instance {} ({}) is now current", instance.slug(), instance.uid());
        session.output.say(text)
    }
}
