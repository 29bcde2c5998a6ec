//! `freehold get`: an artifact's bytes as a file, or on standard output.

use std::path::{Path, PathBuf};

use clap::Args;
use freehold::ports::blobs::BlobError;
use freehold::ports::system::FileError;
use freehold::{Activity, Category, ContentMismatch, DownloadError, Freehold, UseCaseError};
use freehold_domain::Artifact;
use futures_util::StreamExt;

use crate::failure::{Failure, Kind};
use crate::output::{DownloadedView, size};
use crate::session::Session;

/// Read an artifact into a file; its content is verified on the way
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  freehold get results/plate1.csv
  freehold get results/plate1.csv --output ./plate.csv --force
  freehold get logs/run.txt --output - | less

What lies in a cloud is kept in the cache (`freehold cache --help`), and comes from there the next time.")]
pub(crate) struct Get {
    /// The artifact: its uid, a unique prefix of it, or its key (then the latest version)
    #[arg(value_name = "UID|KEY")]
    artifact: String,
    /// The file or folder to write to, or - for standard output [default: the key's file name, here]
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Overwrite the file if it is there
    #[arg(long)]
    force: bool,
    /// Read from the location itself, and keep nothing in the cache
    #[arg(long)]
    no_cache: bool,
}

impl Get {
    pub(crate) async fn run(self, session: &mut Session) -> Result<(), Failure> {
        let is_stdout = self.output.as_deref() == Some(Path::new("-"));
        if is_stdout && session.output.is_json() {
            return Err(Failure::new(Kind::Usage, "--json and --output - both need standard output")
                .with_hint("write to a file, or leave --json out"));
        }
        let opened = session.reading_for_run().await?;
        let freehold = if self.no_cache { opened.without_cache() } else { opened };
        if is_stdout {
            return stream(session, &freehold, &self.artifact).await;
        }
        let artifact = freehold.artifact_record(&self.artifact).await?;
        let path = self.destination(&artifact);
        let download = freehold.download(artifact.uid.as_str(), &path, self.force);
        let downloaded =
            session.drawing(Activity::Reading, artifact.size, download).await.map_err(explain)?;
        if session.output.is_json() {
            return session.output.document(&DownloadedView::from(&downloaded));
        }
        let (uid, bytes) = (artifact.uid, size(downloaded.bytes));
        session.output.say(format_args!("wrote {} ({bytes}, artifact {uid})", path.display()))
    }

    /// The file to write. A folder takes the artifact under its key's file name.
    fn destination(&self, artifact: &Artifact) -> PathBuf {
        let name = artifact.key.file_name();
        match &self.output {
            Some(path) if path.is_dir() => path.join(name),
            Some(path) => path.clone(),
            None => PathBuf::from(name),
        }
    }
}

/// Adds what helps where the file cannot be written.
fn explain(error: DownloadError) -> Failure {
    let hint = match &error {
        DownloadError::File(FileError::AlreadyExists { .. }) => {
            "add --force to overwrite it, or choose another file with --output"
        }
        DownloadError::File(FileError::NotFound { .. }) => {
            "make the folder first, or choose another one with --output"
        }
        DownloadError::File(_)
        | DownloadError::Read(_)
        | DownloadError::Mismatch(_)
        | DownloadError::Reserved { .. }
        | DownloadError::InLinkedLocation { .. }
        | DownloadError::Path(_)
        | DownloadError::Persistence(_) => return error.into(),
    };
    Failure::from(error).with_hint(hint)
}

async fn stream(session: &mut Session, freehold: &Freehold, artifact: &str) -> Result<(), Failure> {
    let mut body = freehold.read(artifact).await?.body;
    while let Some(piece) = body.next().await {
        session.output.bytes(&piece.map_err(|error| unreadable(&error))?)?;
        if session.output.is_closed() {
            break;
        }
    }
    Ok(())
}

/// What ended the bytes before their time.
fn unreadable(error: &std::io::Error) -> Failure {
    let inner = error.get_ref();
    if let Some(mismatch) = inner.and_then(|inner| inner.downcast_ref::<ContentMismatch>()) {
        return Failure::of(Category::Integrity, mismatch)
            .with_hint("do not use what was printed: the stored bytes were changed");
    }
    match inner.and_then(|inner| inner.downcast_ref::<BlobError>()) {
        Some(blob) => Failure::of(blob.category(), blob),
        None => Failure::of(Category::Failed, error),
    }
}
