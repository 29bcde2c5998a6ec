//! Somebody who types commands: the lab, or the analysis group.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// One person's shell: a working folder, and settings that nobody else sees.
#[derive(Debug)]
pub(super) struct Actor {
    name: &'static str,
    folder: PathBuf,
    programs: PathBuf,
}

/// What a command answered.
#[derive(Debug)]
pub(super) struct Answer {
    command: String,
    text: String,
}

impl Answer {
    /// Holds that the answer contains a text.
    pub(super) fn says(&self, text: &str) -> Result<()> {
        ensure!(self.text.contains(text), "`{}` does not say `{text}`", self.command);
        println!("  ok: the answer says `{text}`");
        Ok(())
    }

    /// Whether some line begins with a word.
    pub(super) fn has_line_beginning_with(&self, word: &str) -> bool {
        self.text.lines().any(|line| line.split_whitespace().next() == Some(word))
    }
}

impl Actor {
    pub(super) fn new(name: &'static str, folder: &Path, programs: &Path) -> Self {
        Self { name, folder: folder.to_path_buf(), programs: programs.to_path_buf() }
    }

    /// Types a command that must succeed, and shows it.
    pub(super) fn types(&self, arguments: &[&str]) -> Result<Answer> {
        self.types_expecting(0, arguments)
    }

    /// Types a command that must end with a status, and shows it.
    pub(super) fn types_expecting(&self, status: i32, arguments: &[&str]) -> Result<Answer> {
        let command = shown(arguments);
        println!("\n{}$ {command}", self.name);
        let output = self.output(arguments)?;
        let text = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat();
        print!("{text}");
        ensure!(
            output.status.code() == Some(status),
            "`{command}` ended with {} instead of exit status {status}",
            output.status
        );
        if status != 0 {
            println!("  ok: exit status {status}");
        }
        Ok(Answer { command, text })
    }

    /// Asks for facts, unseen.
    pub(super) fn json(&self, arguments: &[&str]) -> Result<Value> {
        let arguments = [&["--json"], arguments].concat();
        let output = self.output(&arguments)?;
        serde_json::from_slice(&output.stdout).with_context(|| {
            let errors = String::from_utf8_lossy(&output.stderr);
            format!("`{}` printed no JSON document; it said: {errors}", shown(&arguments))
        })
    }

    /// Adds a text to the end of a file.
    pub(super) fn appends(&self, file: &str, text: &str) -> Result<()> {
        println!("\n{}$ printf {text:?} >> {file}", self.name);
        let before = self.reads(file)?;
        std::fs::write(self.folder.join(file), before + text)
            .with_context(|| format!("{file} cannot be written"))
    }

    /// The text of a file.
    pub(super) fn reads(&self, file: &str) -> Result<String> {
        std::fs::read_to_string(self.folder.join(file)).with_context(|| format!("{file} cannot be read"))
    }

    fn output(&self, arguments: &[&str]) -> Result<Output> {
        Command::new("freehold")
            .args(arguments)
            .current_dir(&self.folder)
            .env("PATH", self.search_path()?)
            .env("FREEHOLD_CONFIG_DIR", self.folder.join(format!(".{}-settings", self.name)))
            .env_remove("FREEHOLD_INSTANCE")
            .env_remove("FREEHOLD_RUN")
            .stdin(Stdio::null())
            .output()
            .with_context(|| format!("`{}` cannot be started", shown(arguments)))
    }

    /// The program that was just built comes first, also for the programs that it starts.
    fn search_path(&self) -> Result<OsString> {
        let inherited = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.programs.clone()).chain(std::env::split_paths(&inherited));
        std::env::join_paths(folders).context("the search path cannot be extended")
    }
}

/// The command as one would type it.
fn shown(arguments: &[&str]) -> String {
    let quoted = arguments.iter().map(|argument| {
        if argument.is_empty() || argument.contains(char::is_whitespace) {
            format!("'{argument}'")
        } else {
            (*argument).to_owned()
        }
    });
    std::iter::once("freehold".to_owned()).chain(quoted).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_one_would_type_it() {
        assert_eq!(shown(&["save", "my file", "--key", "k"]), "freehold save 'my file' --key k");
    }
}
