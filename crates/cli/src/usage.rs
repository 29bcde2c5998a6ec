//! A command line that is not one, or that asks for help.

use std::ffi::{OsStr, OsString};
use std::io;
use std::process::ExitCode;

use clap::CommandFactory;
use clap::error::ErrorKind;

use crate::command_line::CommandLine;
use crate::failure::{Failure, Kind};
use crate::output;

/// Answers what could not be taken as a command: help on standard output, or an error where errors go.
pub(crate) fn answer(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return shown(error.print()),
        _ if arguments.len() <= 1 => return shown(CommandLine::command().print_help()),
        _ => {}
    }
    if wants_json(arguments) {
        let failure = failure(error, arguments);
        output::print_alone(&failure.document());
        return failure.exit_code();
    }
    if error.kind() == ErrorKind::InvalidUtf8 {
        let failure = failure(error, arguments);
        output::tell(&failure.text());
        return failure.exit_code();
    }
    let _ = error.print();
    ExitCode::from(Kind::Usage.exit_status())
}

/// The exit status after help was printed.
fn shown(printed: io::Result<()>) -> ExitCode {
    match printed {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let failure = Failure::failed(format!("the answer cannot be written: {error}"));
            output::tell(&failure.text());
            failure.exit_code()
        }
        Ok(()) | Err(_) => ExitCode::SUCCESS,
    }
}

/// Whether the arguments, which could not be parsed, ask for JSON.
fn wants_json(arguments: &[OsString]) -> bool {
    let ours = arguments
        .iter()
        .skip(1)
        .map(OsString::as_os_str)
        .take_while(|argument| *argument != OsStr::new("--"));
    ours.into_iter().any(|argument| argument == OsStr::new("--json"))
}

fn failure(error: &clap::Error, arguments: &[OsString]) -> Failure {
    match error.kind() {
        ErrorKind::InvalidUtf8 => Failure::new(Kind::Usage, not_utf8(arguments))
            .with_hint("names that are not UTF-8 cannot be keys or roots: rename the file or folder"),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            Failure::new(Kind::Usage, "no command was given")
                .with_hint("`freehold --help` shows all commands")
        }
        _ => {
            let text = error.render().to_string();
            let failure = Failure::new(Kind::Usage, message(&text));
            match hint(&text) {
                Some(hint) => failure.with_hint(hint),
                None => failure,
            }
        }
    }
}

/// Names the argument, as far as it can be shown.
fn not_utf8(arguments: &[OsString]) -> String {
    match arguments.iter().find(|argument| argument.to_str().is_none()) {
        Some(argument) => format!("the argument {:?} is not UTF-8", argument.to_string_lossy()),
        None => "a value from the environment is not UTF-8".to_owned(),
    }
}

/// The first paragraph of clap's text, in one line.
fn message(text: &str) -> String {
    let first = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What clap suggests, or how the command is used.
fn hint(text: &str) -> Option<String> {
    let line = |beginning| text.lines().map(str::trim).find_map(|line| line.strip_prefix(beginning));
    match (line("tip: "), line("Usage: ")) {
        (Some(tip), _) => Some(tip.to_owned()),
        (None, Some(usage)) => Some(format!("usage: {usage}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clap::Parser;

    use super::*;

    fn os(arguments: &[&str]) -> Vec<OsString> {
        arguments.iter().map(OsString::from).collect()
    }

    fn document(arguments: &[&str]) -> serde_json::Value {
        let error = CommandLine::try_parse_from(arguments).unwrap_err();
        serde_json::to_value(failure(&error, &os(arguments)).document()).unwrap()
    }

    #[test]
    fn json_is_wanted_before_the_command_that_is_passed_on() {
        assert!(wants_json(&os(&["freehold", "list", "--json", "--nonsense"])));
        assert!(!wants_json(&os(&["freehold", "run", "exec", "--", "tool", "--json"])));
    }

    #[test]
    fn a_missing_argument_is_told_in_one_line_with_the_usage() {
        let document = document(&["freehold", "run", "start", "--json"]);
        assert_eq!(document["error"]["kind"], "usage");
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains("--transform <KEY>") && !message.contains('\n'), "{message}");
        assert!(document["error"]["hint"].as_str().unwrap().starts_with("usage: freehold run start"));
    }

    #[test]
    fn a_bad_key_is_told_with_its_reason() {
        let document = document(&["freehold", "save", "x.csv", "--key", "../x.csv"]);
        let message = document["error"]["message"].as_str().unwrap();
        assert!(message.contains("'../x.csv'") && message.contains("--key"), "{message}");
    }

    #[test]
    fn a_suggestion_is_the_hint() {
        let document = document(&["freehold", "lits"]);
        assert!(document["error"]["hint"].as_str().unwrap().contains("'list'"), "{document}");
    }
}
