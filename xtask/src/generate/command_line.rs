//! The reference of the command line: the help text of every command, as the program prints it.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

const HEADER: &str = "\
<!-- Written by `cargo xtask generate` from the program's own help texts. -->

# The command line

What `freehold --help` and `freehold COMMAND --help` print.
";

/// Walks the help texts of the program, depth first.
pub(super) fn reference(program: &Path) -> Result<String> {
    let mut text = HEADER.to_owned();
    describe(program, &[], &mut text)?;
    Ok(text)
}

fn describe(program: &Path, path: &[String], text: &mut String) -> Result<()> {
    let help = help(program, path)?;
    let name =
        std::iter::once("freehold").chain(path.iter().map(String::as_str)).collect::<Vec<_>>().join(" ");
    text.push_str(&section(&name, &help));
    for subcommand in subcommands(&help) {
        describe(program, &[path, &[subcommand]].concat(), text)?;
    }
    Ok(())
}

fn section(name: &str, help: &str) -> String {
    let lines: Vec<_> = help.trim_end().lines().map(str::trim_end).collect();
    format!("\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n"))
}

/// The help text, as it is for somebody who has set nothing.
fn help(program: &Path, path: &[String]) -> Result<String> {
    let output = Command::new(program)
        .args(path)
        .arg("--help")
        .env_clear()
        .env("COLUMNS", "100")
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{} cannot be started", program.display()))?;
    ensure!(output.status.success(), "{} {} --help failed", program.display(), path.join(" "));
    String::from_utf8(output.stdout).context("a help text is not UTF-8")
}

/// The names below `Commands:`, but for clap's own `help`.
fn subcommands(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    listed
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "Keep the books.\n\nUsage: freehold <COMMAND>\n\nCommands:\n  init     Make an instance, which\n           is long\n  storage  Locations\n  help     Print this\n\nOptions:\n  -v  More\n";

    #[test]
    fn the_commands_of_a_help_text_are_seen() {
        assert_eq!(subcommands(HELP), ["init", "storage"]);
    }

    #[test]
    fn a_help_text_without_commands_ends_the_walk() {
        assert_eq!(subcommands("Usage: freehold init\n\nOptions:\n  -v  More\n"), Vec::<String>::new());
    }

    #[test]
    fn a_section_has_no_trailing_space() {
        assert_eq!(section("freehold init", "Make.  \n\n"), "\n## `freehold init`\n\n```text\nMake.\n```\n");
    }
}
