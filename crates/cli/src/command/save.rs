//! `freehold save`: files become artifacts.

use std::process::ExitCode;

use clap::Args;
use freehold::{SaveArtifacts, SaveOutcome, SaveSummary, SavedArtifact};
use freehold_domain::ArtifactKey;

use crate::failure::Failure;
use crate::output::{Align, Column, JsonArray, Output, SavedView, Table, count, size};
use crate::session::Session;

/// Up to how many files each get a line of their own.
const FEW: usize = 20;

const COLUMNS: [Column; 4] = [
    Column::new("OUTCOME", Align::Left),
    Column::new("UID", Align::Left),
    Column::new("SIZE", Align::Right),
    Column::new("KEY", Align::Left),
];

/// Save files and folders as artifacts
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold save results.csv
  freehold save results.csv --key results/plate1.csv --description \"Plate 1, normalised\"
  freehold save ./plates ./notes.md
  freehold save ./mydata/raw
  freehold save s3://public-bucket/reads/ --trust-etag

A path inside a known storage location is registered where it lies; any other file is copied into the default storage, or the one named with --storage. The key of a file is its name, or inside a folder the folder's name and the path in it, or inside a known location the path in that. Saving other content under the same key makes a new version.

What is registered is read once, to hash it. With --trust-etag the objects of a cloud location are registered by the entity tags that the cloud gave them, and none is read: such a tag tells whether this one object was replaced, and nothing of its content. Saving it again without --trust-etag makes a version with a hash.")]
pub(crate) struct Save {
    /// Files and folders, and objects and prefixes of a known cloud location
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,
    /// The key of the one file, or the beginning of the keys of the files of the one folder
    #[arg(long)]
    key: Option<ArtifactKey>,
    /// What it is
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
    /// Copy to this managed location: its uid, a unique prefix of it, or its root
    #[arg(long, value_name = "S")]
    storage: Option<String>,
    /// Register cloud objects by their entity tags, without reading them
    #[arg(long = "trust-etag", conflicts_with = "storage")]
    trust_entity_tags: bool,
}

impl Save {
    pub(crate) async fn run(self, session: &mut Session) -> Result<ExitCode, Failure> {
        let freehold = session.writing().await?;
        let Self { paths, key, description, storage, trust_entity_tags } = self;
        let request = SaveArtifacts { paths, key, description, storage, trust_entity_tags };
        if session.output.is_json() {
            let mut elements = Elements::new(&mut session.output);
            let result = freehold.save_each(request, &mut |saved| elements.take(&saved)).await;
            return elements.end(result.map_err(Failure::from));
        }
        let mut account = Account::default();
        let result = freehold.save_each(request, &mut |saved| account.take(saved)).await;
        account.tell(&mut session.output, result.map_err(Failure::from)).map(|()| ExitCode::SUCCESS)
    }
}

/// The elements of the JSON array, printed as they come. What is saved is saved, even if nobody reads of it.
struct Elements<'output> {
    output: &'output mut Output,
    array: JsonArray,
    printing: Result<(), Failure>,
}

impl<'output> Elements<'output> {
    fn new(output: &'output mut Output) -> Self {
        Self { output, array: JsonArray::default(), printing: Ok(()) }
    }

    fn take(&mut self, saved: &SavedArtifact) {
        if self.printing.is_ok() {
            self.printing = self.array.element(self.output, &SavedView::from(saved));
        }
    }

    fn end(self, result: Result<SaveSummary, Failure>) -> Result<ExitCode, Failure> {
        self.printing?;
        self.array.end(self.output, result.map(|_| ()))
    }
}

/// What is told of the files that were saved.
#[derive(Debug, Default)]
struct Account {
    first: Vec<SavedArtifact>,
    saved: u64,
    duplicates: u64,
    beside_origin: u64,
}

impl Account {
    fn take(&mut self, saved: SavedArtifact) {
        self.saved += 1;
        self.duplicates += u64::from(saved.duplicate_of.is_some());
        self.beside_origin += u64::from(saved.beside_origin.is_some());
        if self.first.len() <= FEW {
            self.first.push(saved);
        }
    }

    fn tell(self, output: &mut Output, result: Result<SaveSummary, Failure>) -> Result<(), Failure> {
        let summary = match result {
            Ok(summary) => summary,
            Err(failure) => {
                if self.saved > 0 {
                    let saved = count(self.saved, "file", "files");
                    output.note(format_args!("note: {saved} saved before this failed stay recorded"));
                }
                return Err(failure);
            }
        };
        let are_few = self.first.len() <= FEW;
        if are_few && !output.is_quiet() {
            output.text(&lines(&self.first))?;
            for saved in &self.first {
                for note in notes(saved) {
                    output.note(note);
                }
            }
        }
        output.say(summary_line(&summary))?;
        if !are_few && self.duplicates > 0 {
            let files = count(self.duplicates, "file has", "files have");
            output.note(format_args!("note: {files} the same content as another artifact; both are kept"));
        }
        if !are_few && self.beside_origin > 0 {
            let keys = count(self.beside_origin, "key is", "keys are");
            output.note(format_args!(
                "note: {keys} also those of transferred artifacts; families of your own were begun"
            ));
        }
        Ok(())
    }
}

fn lines(saved: &[SavedArtifact]) -> String {
    let row = |saved: &SavedArtifact| {
        let outcome = match saved.outcome {
            SaveOutcome::Created => "created",
            SaveOutcome::NewVersion => "new version",
            SaveOutcome::Existing => "existing",
        };
        let artifact = &saved.artifact;
        vec![outcome.to_owned(), artifact.uid.to_string(), size(artifact.size), artifact.key.to_string()]
    };
    Table::untitled(&COLUMNS).page(saved.iter().map(row))
}

fn notes(saved: &SavedArtifact) -> impl Iterator<Item = String> {
    let key = &saved.artifact.key;
    let twin =
        saved.duplicate_of.map(|twin| format!("note: {key} has the same content as {twin}; both are kept"));
    let beside = saved.beside_origin.map(|origin| {
        format!(
            "note: {key} is also the key of an artifact transferred from instance {origin}; only that instance adds versions to it, so this is a family of your own"
        )
    });
    twin.into_iter().chain(beside)
}

fn summary_line(summary: &SaveSummary) -> String {
    let SaveSummary { created, new_versions, existing, bytes, skipped_links, skipped_special } = *summary;
    let mut parts = vec![
        format!("{created} created"),
        count(new_versions, "new version", "new versions"),
        format!("{existing} existing"),
    ];
    if skipped_links > 0 {
        parts.push(count(skipped_links, "link skipped", "links skipped"));
    }
    if skipped_special > 0 {
        parts.push(count(skipped_special, "special file skipped", "special files skipped"));
    }
    format!("{} ({})", parts.join(", "), size(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_was_skipped_only_if_something_was() {
        let summary =
            SaveSummary { created: 2, new_versions: 1, existing: 0, bytes: 2048, ..SaveSummary::default() };
        assert_eq!(summary_line(&summary), "2 created, 1 new version, 0 existing (2.0 KiB)");
        let summary = SaveSummary { skipped_links: 2, skipped_special: 1, ..summary };
        assert_eq!(
            summary_line(&summary),
            "2 created, 1 new version, 0 existing, 2 links skipped, 1 special file skipped (2.0 KiB)"
        );
    }
}
