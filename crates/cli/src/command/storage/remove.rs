//! `freehold storage remove`.

use clap::Args;
use freehold_domain::Access;

use crate::failure::Failure;
use crate::output::StorageView;
use crate::session::Session;

/// Remove a storage location from the registry, and give up its claim; no data is touched
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage remove ./archive

A location at which artifacts are recorded, and the default storage, cannot be removed. To give up such a location, and go on reading there, use `freehold storage release`.")]
pub(crate) struct Remove {
    /// The location: its uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: String,
}

impl Remove {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let storage = freehold.remove_storage(&self.storage).await?;
        if session.output.is_json() {
            let access = storage.access(freehold.instance());
            return session.output.document(&StorageView::new(&storage, access, false));
        }
        let claim = match storage.access(freehold.instance()) {
            Access::Managed => "its claim is given up, and what lies there stays",
            Access::Linked => "what lies there stays",
        };
        session.output.say(format_args!(
            "removed storage location {} ({}); {claim}",
            storage.root(),
            storage.uid()
        ))
    }
}
