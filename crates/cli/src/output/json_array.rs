//! A JSON array that is printed while its elements are still being found.

use std::process::ExitCode;

use serde::Serialize;

use super::{Output, unprintable};
use crate::failure::Failure;

/// A JSON array under way, one element a line.
///
/// Nothing is printed before the first element, so a failure before it is a document of its own. A failure after it becomes the
/// array's last element: what was printed stays one document.
#[derive(Debug, Default)]
pub(crate) struct JsonArray {
    is_begun: bool,
}

impl JsonArray {
    /// Prints an element.
    pub(crate) fn element(&mut self, output: &mut Output, element: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(element).map_err(|error| unprintable(&error))?;
        output.text(if self.is_begun { ",\n" } else { "[\n" })?;
        self.is_begun = true;
        output.text(&text)
    }

    /// Ends the array, with the failure in it if there is one and the array has begun.
    pub(crate) fn end(
        mut self,
        output: &mut Output,
        result: Result<(), Failure>,
    ) -> Result<ExitCode, Failure> {
        let code = match result {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) if !self.is_begun || output.is_closed() => return Err(failure),
            Err(failure) => {
                self.element(output, &failure.document())?;
                failure.exit_code()
            }
        };
        output.text(if self.is_begun { "\n]\n" } else { "[]\n" })?;
        Ok(code)
    }
}
