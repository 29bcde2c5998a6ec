//! `freehold completions`: what a shell needs to complete our commands.

use clap::{Args, CommandFactory};
use clap_complete::Shell;
use serde::Serialize;

use crate::command_line::CommandLine;
use crate::failure::Failure;
use crate::session::Session;

/// Print the script with which a shell completes commands and options
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold completions bash > ~/.local/share/bash-completion/completions/freehold
  freehold completions zsh > ~/.zfunc/_freehold
  freehold completions fish > ~/.config/fish/completions/freehold.fish")]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Serialize)]
struct CompletionsView {
    shell: String,
    script: String,
}

impl Completions {
    pub(crate) fn run(self, session: &mut Session) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut CommandLine::command(), "freehold", &mut script);
        if session.output.is_json() {
            let script = String::from_utf8_lossy(&script).into_owned();
            return session.output.document(&CompletionsView { shell: self.shell.to_string(), script });
        }
        session.output.bytes(&script)
    }
}
