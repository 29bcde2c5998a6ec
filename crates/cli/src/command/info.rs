//! `freehold info`: what one works with.

use clap::Args;
use freehold::InstanceDescription;

use crate::failure::Failure;
use crate::output::{Fields, InstanceView};
use crate::session::Session;

/// Show the current instance, its default storage, its database, and who you are
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold info
  freehold info --instance lab/primary --json")]
pub(crate) struct Info {}

impl Info {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let Self {} = self;
        let description = session.reading().await?.describe().await?;
        show(session, &description)
    }
}

/// Shows an instance.
pub(super) fn show(session: &mut Session, description: &InstanceDescription) -> Result<(), Failure> {
    if session.output.is_json() {
        return session.output.document(&InstanceView::from(description));
    }
    let InstanceDescription { instance, default_storage, database, user } = description;
    let name = user.name.as_deref().map(|name| format!(", {name}")).unwrap_or_default();
    let fields = Fields::default()
        .with("instance", instance.slug())
        .with("uid", instance.uid())
        .with("id", instance.id())
        .with_option(
            "default storage",
            default_storage.as_ref().map(|storage| format!("{} ({})", storage.root(), storage.uid())),
        )
        .with("database", database)
        .with("user", format_args!("{} ({}){name}", user.handle, user.uid));
    session.output.text(&fields.draw())
}
