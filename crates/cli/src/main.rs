//! The `freehold` command: parse, call the application, print, and end with a status.

mod arguments;
mod cache_settings;
mod command;
mod command_line;
mod confirmation;
mod duration;
mod failure;
mod listing;
mod log;
mod output;
mod program;
mod progress_bar;
mod session;
mod usage;

use std::process::ExitCode;

fn main() -> ExitCode {
    program::run(&std::env::args_os().collect::<Vec<_>>())
}
