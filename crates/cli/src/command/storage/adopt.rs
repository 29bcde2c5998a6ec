//! `freehold storage adopt`.

use clap::Args;
use freehold::{AdoptStorage, FormerManager, Freehold};

use crate::confirmation;
use crate::failure::Failure;
use crate::output::AdoptedView;
use crate::session::Session;

/// Take over a location whose manager is gone: its claim is kept, and this instance manages it from then on
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold storage adopt /mnt/old-lab --reason \"The registry was lost with the server in March\"
  freehold storage adopt s3://lab-bucket/old --reason \"Group closed\" --expect-manager 186kfOVJd0dZ

Whoever managed the location is fenced off from that moment, so be sure that nobody works there any more: a manager that lives can hand it over. The former claim is kept under .lamindb/claims/, and the history of the location names the reason. A claim that cannot be read is never taken over.")]
pub(crate) struct Adopt {
    /// The root of the location
    root: String,
    /// Why, for those who read the claim and the history
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// The uid of the manager that the claim names, instead of typing it when asked; `unknown` when it names none
    #[arg(long, value_name = "UID")]
    expect_manager: Option<String>,
    /// The cloud region [default: the one that the cloud names]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
}

impl Adopt {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let freehold = session.writing().await?;
        let expected_manager = match self.expect_manager {
            Some(expected) => expected,
            None => ask(session, &freehold, &self.root).await?,
        };
        let request =
            AdoptStorage { root: self.root, reason: self.reason, expected_manager, region: self.region };
        let adopted = freehold.adopt_storage(request).await?;
        if session.output.is_json() {
            return session.output.document(&AdoptedView::new(&adopted, freehold.instance()));
        }
        let (output, storage) = (&mut session.output, &adopted.storage);
        let former = adopted
            .former
            .map_or_else(|| "a manager that its claim does not name".to_owned(), |uid| uid.to_string());
        output.say(format_args!(
            "took storage location {} ({}) over from {former}; this instance manages it now",
            storage.root(),
            storage.uid()
        ))?;
        output.say(format_args!("  former claim  {}", adopted.retired))?;
        for inner in &adopted.inside {
            output.say(format_args!(
                "  inside it     {} ({}), which had the same manager",
                inner.root(),
                inner.uid()
            ))?;
        }
        Ok(())
    }
}

/// Asks for the uid of the manager that the claim names, and gives it.
async fn ask(session: &mut Session, freehold: &Freehold, root: &str) -> Result<String, Failure> {
    let FormerManager { root, description, uid } = freehold.former_manager(root).await?;
    if !confirmation::somebody_is_there() {
        return Err(Failure::declined(format!(
            "{root} is managed by {description}; taking it over has to be confirmed, and nobody is there to ask; nothing was changed"
        ))
        .with_hint(format!("if that instance is really gone: --expect-manager {uid}")));
    }
    let output = &mut session.output;
    output.note(format_args!("{root} is managed by {description}, who is fenced off when you take it over"));
    let request = format!("if nobody works there any more, type {uid} to take it over:");
    if confirmation::types(output, &request, &uid)? {
        Ok(uid)
    } else {
        Err(Failure::declined("that is not the manager's uid; nothing was changed"))
    }
}
