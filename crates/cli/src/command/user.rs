//! `freehold user`: who you are.

use clap::{Args, Subcommand};
use freehold::UserChanges;
use freehold_domain::{Handle, User};

use crate::failure::Failure;
use crate::output::{Fields, UserView};
use crate::session::Session;

/// Show or change who you are in the records
#[derive(Debug, Subcommand)]
#[command(
    arg_required_else_help = true,
    disable_help_subcommand = true,
    after_help = "Examples:
  freehold user show
  freehold user set --name \"Ada Lovelace\""
)]
pub(crate) enum UserCommand {
    /// Show your profile
    #[command(after_help = "Examples:\n  freehold user show\n  freehold user show --json")]
    Show,
    Set(Set),
}

/// Change your profile
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold user set --handle ada
  freehold user set --name \"Ada Lovelace\"

Your uid stays the same, in every instance.")]
#[group(required = true, multiple = true)]
pub(crate) struct Set {
    /// Your short name: letters, digits, '-', '_' and '.'
    #[arg(long)]
    handle: Option<Handle>,
    /// Your full name; an empty text removes it
    #[arg(long)]
    name: Option<String>,
}

impl UserCommand {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let machine = session.machine()?;
        match self {
            Self::Show => {
                let user = machine.user().await?;
                show(session, &user)
            }
            Self::Set(Set { handle, name }) => {
                let user = machine.set_user(UserChanges { handle, name }).await?;
                if session.output.is_quiet() && !session.output.is_json() {
                    return Ok(());
                }
                show(session, &user)
            }
        }
    }
}

fn show(session: &mut Session, user: &User) -> Result<(), Failure> {
    if session.output.is_json() {
        return session.output.document(&UserView::from(user));
    }
    let fields = Fields::default()
        .with("uid", user.uid)
        .with("handle", &user.handle)
        .with_option("name", user.name.as_deref());
    session.output.text(&fields.draw())
}
