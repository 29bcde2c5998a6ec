//! `freehold init`: make an instance.

use clap::Args;
use freehold::{InitialiseInstance, InstanceDescription};
use freehold_domain::{Handle, StorageKind};

use crate::arguments;
use crate::failure::Failure;
use crate::output::{InitialisedView, InstanceView};
use crate::session::Session;

/// Make an instance: a registry, and a first storage location that it manages
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold init --storage ./mydata
  freehold init --storage ./mydata --owner lab --name primary
  freehold init --storage ./mydata --db sqlite:///srv/books/lab.db
  freehold init --storage s3://lab-bucket/data --db postgres://lab@db.example/books
  freehold init --storage 's3://lab-bucket?endpoint_url=http://localhost:9000'

The registry of a cloud location is an SQLite file on this machine, unless --db names a database that others reach, too.

The same command again says that the instance is there, and makes it current.")]
pub(crate) struct Init {
    #[arg(
        long,
        value_name = "ROOT",
        default_value = "./storage",
        help = "The root of the default storage: a folder, which is made when it is absent, or s3://bucket[/prefix] or gs://bucket[/prefix]"
    )]
    storage: String,
    /// The instance's name [default: that of the database, else of the root]
    #[arg(long)]
    name: Option<String>,
    /// The instance's owner [default: your handle]
    #[arg(long, value_name = "HANDLE")]
    owner: Option<Handle>,
    #[arg(
        long = "db",
        value_name = "URL",
        help = "The registry's database, sqlite:///absolute/path or postgres://user@host/database [default: ROOT/.lamindb/freehold.db, for a cloud root a file on this machine]"
    )]
    database: Option<String>,
    /// The cloud region of the root [default: the one that the cloud names]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

impl Init {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let request = InitialiseInstance {
            storage: self.storage,
            name: self.name,
            owner: self.owner,
            database: self.database.as_deref().map(arguments::database).transpose()?,
            region: self.region,
        };
        let initialised = session.machine()?.init(request).await?;
        let freehold = session.keep(initialised.freehold);
        let description = freehold.describe().await?;
        let output = &mut session.output;
        if output.is_json() {
            let instance = InstanceView::from(&description);
            output.document(&InitialisedView { instance, created: initialised.created })?;
        } else {
            tell(session, &description, initialised.created)?;
        }
        warn_of_registry_here(session, &description);
        Ok(())
    }
}

fn tell(session: &mut Session, description: &InstanceDescription, is_new: bool) -> Result<(), Failure> {
    let InstanceDescription { instance, default_storage, database, user: _ } = description;
    let output = &mut session.output;
    let (slug, uid) = (instance.slug(), instance.uid());
    if is_new {
        output.say(format_args!("made instance {slug} ({uid}), now current"))?;
    } else {
        output.say(format_args!("instance {slug} ({uid}) was there already, now current"))?;
    }
    if let Some(storage) = default_storage {
        output.say(format_args!("  default storage  {} ({})", storage.root(), storage.uid()))?;
    }
    output.say(format_args!("  registry         {database}"))?;
    if is_new {
        output.note("next: `freehold save PATH` records a file, `freehold list` shows what is recorded");
    }
    Ok(())
}

/// Says that the registry of a cloud location is on this machine, and only there.
fn warn_of_registry_here(session: &mut Session, description: &InstanceDescription) {
    let is_in_a_cloud = description.default_storage.as_ref().is_some_and(|storage| match storage.kind() {
        StorageKind::Local => false,
        StorageKind::S3 | StorageKind::Gs => true,
    });
    if let Some(path) = description.database.sqlite_path().filter(|_| is_in_a_cloud) {
        session.output.note(format_args!(
            "note: the registry is kept on this machine at {}, and not in the cloud: back it up, or use --db postgres://... to share it",
            path.display()
        ));
    }
}
