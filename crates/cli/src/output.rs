//! What a command prints: texts and tables for people, one JSON document for programs, bytes for pipes.

mod artifact_details_view;
mod artifact_view;
mod bytes_view;
mod cache_view;
mod check_view;
mod deleted_view;
mod explanation_view;
mod instance_view;
mod json_array;
mod linkers_view;
mod ownership_view;
mod plan_view;
mod provenance_view;
mod run_view;
mod saved_view;
mod size;
mod storage_view;
mod table;
mod time;
mod uploads_view;

use std::fmt::{Debug, Display};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use serde::Serialize;

pub(crate) use artifact_details_view::{ArtifactDetailsView, presence_name};
pub(crate) use artifact_view::ArtifactView;
pub(crate) use bytes_view::{DownloadedView, LocatedView, PresignedView};
pub(crate) use cache_view::{CacheView, CachedArtifactView};
pub(crate) use check_view::{CheckView, severity_name};
pub(crate) use deleted_view::DeletedView;
pub(crate) use explanation_view::ExplanationView;
pub(crate) use instance_view::{
    ForgottenView, InitialisedView, InstanceView, ListedInstanceView, RelocatedView, UserView,
};
pub(crate) use json_array::JsonArray;
pub(crate) use linkers_view::{LinkersView, linker_lines};
pub(crate) use ownership_view::{AdoptedView, HandedOverView, ReleasedView};
pub(crate) use plan_view::PlanView;
pub(crate) use run_view::{ExecutedRunView, RunDetailsView, RunView};
pub(crate) use saved_view::{SavedView, TransferView};
pub(crate) use size::{count, size};
pub(crate) use storage_view::{AddedStorageView, StorageDetailsView, StorageView};
pub(crate) use table::{Align, Column, Fields, Table};
pub(crate) use time::{for_people, in_tables};
pub(crate) use uploads_view::{UploadsView, owner_name};

use crate::command_line::GlobalOptions;
use crate::failure::Failure;

/// How much is gathered before it is written, in bytes.
const BUFFER: usize = 64 * 1024;

/// Where answers go: standard output, but for tests.
trait Answers: Write + Debug + Send {}

impl<W: Write + Debug + Send> Answers for W {}

/// Where a command prints to.
#[derive(Debug)]
pub(crate) struct Output {
    stdout: BufWriter<Box<dyn Answers>>,
    /// Nobody reads any more: what is still printed goes nowhere, and that is no error.
    is_closed: bool,
    is_json: bool,
    is_quiet: bool,
}

impl Output {
    pub(crate) fn new(options: &GlobalOptions) -> Self {
        Self::to(Box::new(io::stdout()), options)
    }

    fn to(answers: Box<dyn Answers>, options: &GlobalOptions) -> Self {
        Self {
            stdout: BufWriter::with_capacity(BUFFER, answers),
            is_closed: false,
            is_json: options.json,
            is_quiet: options.quiet,
        }
    }

    /// Whether the answer is to be a JSON document.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Whether nothing but answers and errors is wanted.
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Whether nobody reads the answer any more, so that there is no point in going on with it.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Whether progress may be drawn: somebody looks at standard error, and no other answer is wanted.
    pub(crate) fn draws_progress(&self) -> bool {
        !self.is_json && !self.is_quiet && io::stderr().is_terminal()
    }

    /// Prints a line that is the answer.
    pub(crate) fn line(&mut self, text: impl Display) -> Result<(), Failure> {
        self.bytes(format!("{text}\n").as_bytes())
    }

    /// Prints a text that is the answer and has its line ends.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        self.bytes(text.as_bytes())
    }

    /// Prints a line about what was done, unless `--quiet`.
    pub(crate) fn say(&mut self, text: impl Display) -> Result<(), Failure> {
        if self.is_quiet || self.is_json { Ok(()) } else { self.line(text) }
    }

    /// Prints a line that is no answer, to standard error, unless `--quiet`.
    pub(crate) fn note(&mut self, text: impl Display) {
        if !self.is_quiet {
            // In the order in which it was printed, where both go to one place. A failure is met again at the end.
            let _ = self.flush();
            tell(&format!("{text}\n"));
        }
    }

    /// Prints the one JSON document.
    pub(crate) fn document(&mut self, document: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).map_err(|error| unprintable(&error))?;
        self.line(text)
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = if self.is_closed { Ok(()) } else { self.stdout.write_all(bytes) };
        self.heed(written)
    }

    /// Sees to it that what was printed can be seen.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        let flushed = if self.is_closed { Ok(()) } else { self.stdout.flush() };
        self.heed(flushed)
    }

    fn heed(&mut self, written: io::Result<()>) -> Result<(), Failure> {
        match written {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            Err(error) => {
                self.is_closed = true;
                Err(Failure::failed(format!("the answer cannot be written: {error}")))
            }
        }
    }

    /// Tells a failure that does not end the command.
    pub(crate) fn warn(&mut self, failure: &Failure) {
        let _ = self.flush();
        tell(&failure.text());
    }

    /// Prints the failure, if it is one, and gives the exit status.
    pub(crate) fn end(mut self, result: Result<ExitCode, Failure>) -> ExitCode {
        let result = result.and_then(|code| self.flush().map(|()| code));
        let failure = match result {
            Ok(code) => return code,
            Err(failure) => failure,
        };
        if self.is_json && !self.is_closed {
            let _ = self.document(&failure.document());
            let _ = self.flush();
        } else {
            self.warn(&failure);
        }
        failure.exit_code()
    }
}

/// Prints a document without anything else to print.
pub(crate) fn print_alone(document: &impl Serialize) {
    if let Ok(text) = serde_json::to_string_pretty(document) {
        let _ = io::stdout().write_all(format!("{text}\n").as_bytes());
    }
}

/// Prints to standard error. When that is closed, nobody wanted to know.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

fn unprintable(error: &serde_json::Error) -> Failure {
    Failure::failed(format!("the answer cannot be put into JSON: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, Mutex};

    use clap::Parser;

    use super::*;
    use crate::command_line::CommandLine;

    /// A reader who may have gone, or a disk that may be full.
    #[derive(Debug, Clone)]
    struct Reader {
        read: Arc<Mutex<Vec<u8>>>,
        trouble: Option<ErrorKind>,
    }

    impl Reader {
        fn new(trouble: Option<ErrorKind>) -> Self {
            Self { read: Arc::default(), trouble }
        }

        fn text(&self) -> String {
            String::from_utf8(self.read.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.trouble {
                Some(kind) => Err(kind.into()),
                None => self.read.lock().unwrap().write(bytes),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn output(reader: &Reader, arguments: &[&str]) -> Output {
        let arguments = [&["freehold", "list"], arguments].concat();
        Output::to(Box::new(reader.clone()), &CommandLine::try_parse_from(arguments).unwrap().options)
    }

    #[test]
    fn a_closed_pipe_ends_quietly() {
        let mut output = output(&Reader::new(Some(ErrorKind::BrokenPipe)), &[]);
        output.line("a").unwrap();
        output.flush().unwrap();
        assert!(output.is_closed());
        output.line("b").unwrap();
        assert_eq!(output.end(Ok(ExitCode::SUCCESS)), ExitCode::SUCCESS);
    }

    #[test]
    fn a_full_disk_is_a_failure() {
        let mut output = output(&Reader::new(Some(ErrorKind::StorageFull)), &[]);
        output.line("a").unwrap();
        assert_eq!(output.end(Ok(ExitCode::SUCCESS)), ExitCode::from(1));
    }

    #[test]
    fn an_answer_is_printed_even_when_quiet_and_a_remark_is_not() {
        let reader = Reader::new(None);
        let mut output = output(&reader, &["--quiet"]);
        output.say("done").unwrap();
        output.line("answer").unwrap();
        output.flush().unwrap();
        assert_eq!(reader.text(), "answer\n");
    }

    #[test]
    fn a_failure_is_one_document_on_standard_output_when_json_is_asked_for() {
        let reader = Reader::new(None);
        let mut output = output(&reader, &["--json"]);
        output.say("a remark").unwrap();
        assert_eq!(output.end(Err(Failure::declined("no"))), ExitCode::from(7));
        let document: serde_json::Value = serde_json::from_str(&reader.text()).unwrap();
        assert_eq!(document["error"]["kind"], "declined");
    }

    #[test]
    fn an_array_without_elements_is_an_empty_array() {
        let reader = Reader::new(None);
        let mut output = output(&reader, &["--json"]);
        let result = JsonArray::default().end(&mut output, Ok(()));
        output.end(result);
        assert_eq!(reader.text(), "[]\n");
    }

    #[test]
    fn a_failure_before_the_first_element_is_a_document_of_its_own() {
        let reader = Reader::new(None);
        let mut output = output(&reader, &["--json"]);
        let result = JsonArray::default().end(&mut output, Err(Failure::failed("no")));
        assert_eq!(output.end(result), ExitCode::from(1));
        let document: serde_json::Value = serde_json::from_str(&reader.text()).unwrap();
        assert_eq!(document["error"]["message"], "no");
    }

    #[test]
    fn a_failure_after_elements_is_the_last_element() {
        let reader = Reader::new(None);
        let mut output = output(&reader, &["--json"]);
        let mut array = JsonArray::default();
        array.element(&mut output, &1).unwrap();
        array.element(&mut output, &2).unwrap();
        let result = array.end(&mut output, Err(Failure::failed("no")));
        assert_eq!(output.end(result), ExitCode::from(1));
        let document: serde_json::Value = serde_json::from_str(&reader.text()).unwrap();
        assert_eq!(document[0], 1);
        assert_eq!(document[2]["error"]["message"], "no");
    }

    #[test]
    fn a_failure_is_not_lost_when_nobody_reads_the_array() {
        let mut output = output(&Reader::new(Some(ErrorKind::BrokenPipe)), &["--json"]);
        let mut array = JsonArray::default();
        array.element(&mut output, &1).unwrap();
        output.flush().unwrap();
        assert!(array.end(&mut output, Err(Failure::failed("no"))).is_err());
    }
}
