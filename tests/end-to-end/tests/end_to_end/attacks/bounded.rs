//! Commands that get no more memory than they need.

use std::process::Command;

use freehold_tests::Answer;

/// More address space than a command needs whose memory does not grow with what it meets, in KiB.
const ENOUGH: u64 = 900 * 1024;

/// Runs a command with bounded memory. Whoever waits for a pipe never comes back from it, and fails the test by its time limit.
#[track_caller]
pub(super) fn bounded(command: &Command) -> Answer {
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -v {ENOUGH}; exec \"$0\" \"$@\"")]).arg(command.get_program());
    limited.args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => limited.env(name, value),
            None => limited.env_remove(name),
        };
    }
    if let Some(folder) = command.get_current_dir() {
        limited.current_dir(folder);
    }
    Answer::of(&mut limited)
}
