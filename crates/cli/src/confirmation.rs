//! Asking people before something is done that cannot be undone.

use std::io::{self, BufRead, IsTerminal};

use crate::failure::Failure;
use crate::output::{Output, tell};

/// Whether there is somebody to ask.
pub(crate) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks a question that is answered with yes or no. Anything but yes is no.
pub(crate) fn agrees(output: &mut Output, question: &str) -> Result<bool, Failure> {
    output.flush()?;
    tell(&format!("{question} [y/N] "));
    Ok(is_yes(&answer()?))
}

/// Asks somebody to type a word, to be sure that it is meant.
pub(crate) fn types(output: &mut Output, request: &str, word: &str) -> Result<bool, Failure> {
    output.flush()?;
    tell(&format!("{request} "));
    Ok(answer()?.trim() == word)
}

fn answer() -> Result<String, Failure> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(_) => Ok(line),
        Err(error) => Err(Failure::failed(format!("the answer cannot be read: {error}"))),
    }
}

fn is_yes(answer: &str) -> bool {
    matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_yes_is_yes() {
        assert!(is_yes("y\n") && is_yes("YES\n"));
        assert!(!is_yes("") && !is_yes("\n") && !is_yes("no") && !is_yes("yellow"));
    }
}
