//! `freehold storage update`.

use clap::{ArgGroup, Args};
use freehold::StorageChanges;

use crate::failure::Failure;
use crate::output::StorageView;
use crate::session::{Session, is_default};

/// Change what is said of a storage location
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").args(["description", "region", "host"]).required(true).multiple(true))]
#[command(after_help = "Examples:
  freehold storage update ./archive --description \"Finished plates, since 2024\"
  freehold storage update nUYs --description \"\"")]
pub(crate) struct Update {
    /// The location: its uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: String,
    /// What the location is for; an empty text removes it
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The cloud region; an empty text removes it
    #[arg(long, value_name = "REGION", conflicts_with = "host")]
    region: Option<String>,
    /// The host that a local folder is on; an empty text removes it
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
}

impl Update {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let changes = StorageChanges { description: self.description, region: self.region.or(self.host) };
        let storage = freehold.update_storage(&self.storage, changes).await?;
        if session.output.is_json() {
            let instance = freehold.instance();
            let view = StorageView::new(&storage, storage.access(instance), is_default(instance, &storage));
            return session.output.document(&view);
        }
        session.output.say(format_args!("updated storage location {} ({})", storage.root(), storage.uid()))
    }
}
