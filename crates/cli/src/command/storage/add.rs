//! `freehold storage add`.

use clap::Args;
use freehold::{AddOutcome, AddStorage, AddedStorage};
use freehold_domain::{Access, Instance};

use crate::failure::Failure;
use crate::output::AddedStorageView;
use crate::session::{Session, is_default};

/// Add a storage location: managed if nobody else manages it, linked (read only) otherwise
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage add ./archive --description \"Finished plates\"
  freehold storage add /mnt/partner --link
  freehold storage add s3://lab-bucket/archive --region eu-central-1
  freehold storage add gs://public-bucket --link
  freehold storage add /mnt/partner --link --announce

A managed location is claimed with a small file, .lamindb/storage_uid.txt. Nothing is written to a linked one, but for the receipt that --announce asks for. A location without write access, or whose backend ignores the conditions of writes, is linked. A location that another instance has handed over becomes managed.")]
pub(crate) struct Add {
    #[arg(
        help = "The root: a folder, which is made when it is absent, unless it is linked; or s3://bucket[/prefix] or gs://bucket[/prefix]"
    )]
    root: String,
    /// What the location is for
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// The cloud region [default: the one that the cloud names]
    #[arg(long, value_name = "REGION", conflicts_with = "host")]
    region: Option<String>,
    /// The host that a local folder is on
    #[arg(long, value_name = "HOST")]
    host: Option<String>,
    /// Only link it: claim nothing, write nothing there
    #[arg(long)]
    link: bool,
    /// Leave a receipt there, .lamindb/links/UID, that tells its manager who links it
    #[arg(long, requires = "link")]
    announce: bool,
}

impl Add {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let request = AddStorage {
            root: self.root,
            description: self.description,
            region: self.region.or(self.host),
            link: self.link,
            announce: self.announce,
        };
        let added = freehold.add_storage(request).await?;
        let instance = freehold.instance();
        if session.output.is_json() {
            let (access, is_default) = (added.storage.access(instance), is_default(instance, &added.storage));
            return session.output.document(&AddedStorageView::new(&added, access, is_default));
        }
        tell(session, &added, instance)?;
        tell_receipt(session, &added, self.announce && added.storage.access(instance) == Access::Linked);
        Ok(())
    }
}

fn tell_receipt(session: &mut Session, added: &AddedStorage, was_asked_for: bool) {
    let output = &mut session.output;
    match (added.announced, was_asked_for) {
        (true, _) => output.note("note: a receipt there tells its manager that this instance links it"),
        (false, true) => output.note("note: no receipt could be left there; it is linked all the same"),
        (false, false) => {}
    }
}

fn tell(session: &mut Session, added: &AddedStorage, instance: &Instance) -> Result<(), Failure> {
    let (root, uid) = (added.storage.root(), added.storage.uid());
    let access = added.storage.access(instance);
    let output = &mut session.output;
    if added.created {
        output.say(format_args!("added {access} storage location {root} ({uid})"))?;
    } else if added.before.is_some_and(|before| before != access) {
        output.say(format_args!("storage location {root} ({uid}) was there already, and is {access} now"))?;
    } else {
        output.say(format_args!(
            "{access} storage location {root} ({uid}) was there already; it is up to date"
        ))?;
    }
    match (&added.outcome, access) {
        (AddOutcome::ManagedElsewhere { manager }, _) => {
            output.note(format_args!(
                "note: it is linked, because it is managed by {manager}; you can read there, and only read"
            ));
        }
        (AddOutcome::Unmanageable { lack }, _) => {
            output
                .note(format_args!("note: it is linked, because {lack}; you can read there, and only read"));
        }
        (AddOutcome::LinkedAsAsked, Access::Linked) => output.note("note: you can read there, and only read"),
        (AddOutcome::LinkedAsAsked, Access::Managed) | (AddOutcome::Managed, _) => {}
    }
    Ok(())
}
