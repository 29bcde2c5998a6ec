//! `freehold storage default`.

use clap::Args;
use freehold_domain::{Access, Instance, Storage};

use crate::failure::Failure;
use crate::output::StorageView;
use crate::session::Session;

/// Show where new artifacts go, or make them go somewhere else
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage default
  freehold storage default ./archive

Only a managed location can be the default. What is saved already stays where it is.")]
pub(crate) struct Default {
    /// The new default: a location's uid, a unique prefix of it, or its root
    #[arg(value_name = "S")]
    storage: Option<String>,
}

impl Default {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        match &self.storage {
            None => {
                let freehold = session.reading().await?;
                let storage = freehold.default_storage().await?;
                if session.output.is_json() {
                    return print(session, &storage, freehold.instance());
                }
                session.output.line(format_args!("{} ({})", storage.root(), storage.uid()))
            }
            Some(name) => {
                let freehold = session.writing().await?;
                let storage = freehold.set_default_storage(name).await?;
                if session.output.is_json() {
                    return print(session, &storage, freehold.instance());
                }
                session.output.say(format_args!("new artifacts go to {} ({})", storage.root(), storage.uid()))
            }
        }
    }
}

fn print(session: &mut Session, storage: &Storage, instance: &Instance) -> Result<(), Failure> {
    let access: Access = storage.access(instance);
    session.output.document(&StorageView::new(storage, access, true))
}
