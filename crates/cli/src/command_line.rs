//! What can be typed.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser};

use crate::command::Command;

/// Keep the books of data: which storage locations exist, who owns each of them, what lies there, and which run of which
/// code made it.
#[derive(Debug, Parser)]
#[command(
    name = "freehold",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Examples:
  freehold init --storage ./mydata
  freehold save results.csv --key results/plate1.csv
  freehold list
  freehold get results/plate1.csv

`freehold COMMAND --help` shows more examples.

Further variables: FREEHOLD_DATA_DIR is the folder of registries that cannot lie beside their data, instead of the platform's; FREEHOLD_CACHE_DIR and FREEHOLD_CACHE_SIZE are explained by `freehold cache --help`.

Exit status: 0 done, 1 failed, 2 usage or invalid input, 3 not found, 4 refused (ownership, or data that is protected), 5 conflict or busy (try again), 6 integrity problem found, 7 declined."
)]
pub(crate) struct CommandLine {
    #[command(flatten)]
    pub(crate) options: GlobalOptions,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be said with every command. Where nothing is said, [`Session`](crate::session::Session) asks the environment.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalOptions {
    #[arg(
        long,
        global = true,
        value_name = "SLUG",
        help = "Work on this instance instead of the current one: a slug, a storage root, or a database URL [env: FREEHOLD_INSTANCE]"
    )]
    pub(crate) instance: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "UID",
        help = "Work under this run: what is saved and read becomes its output and input [env: FREEHOLD_RUN]"
    )]
    pub(crate) run: Option<String>,
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        help = "The folder of the settings, instead of the platform's [env: FREEHOLD_CONFIG_DIR]"
    )]
    pub(crate) config_dir: Option<PathBuf>,
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but answers and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Tell on standard error what is being done; twice for more
    #[arg(long, short, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> CommandLine {
        CommandLine::try_parse_from(std::iter::once("freehold").chain(arguments.iter().copied())).unwrap()
    }

    #[test]
    fn the_command_line_is_sound() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_command_has_a_sentence_and_an_example() {
        fn look(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            assert!(command.get_about().is_some(), "{path} says nothing about itself");
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.starts_with("Examples:\n  "), "{path} has no example");
            assert!(after.contains(path.trim_start()), "{path} is not in its examples");
            for argument in command.get_arguments().filter(|argument| argument.get_id() != "help") {
                assert!(argument.get_help().is_some(), "{path}: {} is not explained", argument.get_id());
            }
            command
                .get_subcommands()
                .filter(|inner| inner.get_name() != "help")
                .for_each(|inner| look(inner, &path));
        }
        look(&CommandLine::command(), "");
    }

    #[test]
    fn global_options_stand_before_and_after_the_command() {
        for arguments in [["--json", "info"], ["info", "--json"]] {
            assert!(parse(&arguments).options.json, "{arguments:?}");
        }
        assert_eq!(parse(&["-vv", "storage", "list", "--instance", "lab/x"]).options.verbose, 2);
    }

    #[test]
    fn a_run_after_list_chooses_what_is_listed() {
        let Command::List(list) = parse(&["list", "--run", "abcd"]).command else { panic!("not a list") };
        assert_eq!(list.run.as_deref(), Some("abcd"));
    }

    #[test]
    fn what_follows_two_dashes_belongs_to_the_command_that_is_run() {
        let line = parse(&["run", "exec", "--transform", "t", "--", "tool", "--json", "-v"]);
        assert!(!line.options.json);
        assert_eq!(line.options.verbose, 0);
    }
}
