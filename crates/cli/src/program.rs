//! From arguments to an exit status.

use std::ffi::OsString;
use std::process::ExitCode;
use std::{io, thread};

use clap::Parser;
use tokio::runtime::{Builder, Runtime};

use crate::command_line::CommandLine;
use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;
use crate::{log, usage};

/// How many threads work at least, so that one that waits for a disk does not hold up the others.
const FEWEST_WORKERS: usize = 2;

/// Does what the arguments ask for, the program's name first, and gives the exit status.
pub(crate) fn run(arguments: &[OsString]) -> ExitCode {
    let command_line = match CommandLine::try_parse_from(arguments) {
        Ok(command_line) => command_line,
        Err(error) => return usage::answer(&error, arguments),
    };
    let CommandLine { options, command } = command_line;
    log::begin(&options);
    let output = Output::new(&options);
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            return output.end(Err(Failure::failed(format!("the program cannot be started: {error}"))));
        }
    };
    let mut session = Session::new(options, output);
    let result = runtime.block_on(async {
        let result = command.run(&mut session).await;
        session.close().await;
        result
    });
    runtime.shutdown_background();
    session.output.end(result)
}

fn runtime() -> io::Result<Runtime> {
    let workers = thread::available_parallelism().map_or(FEWEST_WORKERS, usize::from).max(FEWEST_WORKERS);
    Builder::new_multi_thread().worker_threads(workers).enable_all().build()
}
