//! A project of one's own that embeds Freehold: it archives what an instrument has written, and counts what it
//! archived.
//!
//! The project's functions take a [`Freehold`] and know no adapter. The program gives them the usual ones, a
//! database file and folders; its tests, in `tests/embedding.rs`, give them memory.
//!
//! ```text
//! cargo run --example embed_with_memory -- FOLDER
//! ```

use std::error::Error;
use std::path::Path;

use freehold::domain::{RunOutcome, RunUid};
use freehold::{Freehold, InitialiseInstance, Machine, SaveArtifacts, SaveOutcome, StartRun};
use futures_util::TryStreamExt;

/// What became of a folder that was archived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archived {
    /// The run that stands for it.
    pub(crate) run: RunUid,
    /// The keys of the files that were new or changed.
    pub(crate) fresh: Vec<String>,
}

/// Archives everything that `instrument` has written to `folder`, under a run of its own. Files that were archived
/// already, and did not change since, are not stored again.
///
/// # Errors
/// A file cannot be read or stored. The run is then recorded as errored, and what was saved before stays.
pub(crate) async fn archive(
    freehold: &Freehold,
    instrument: &str,
    folder: &str,
) -> Result<Archived, Box<dyn Error>> {
    let run = freehold.start_run(StartRun::of(instrument.parse()?)).await?.run.uid();
    let under_run = freehold.under_run(Some(run));
    let report =
        under_run.save(SaveArtifacts { paths: vec![folder.to_owned()], ..SaveArtifacts::default() }).await;
    let outcome = if report.is_ok() { RunOutcome::Completed } else { RunOutcome::Errored };
    under_run.finish_run(None, outcome).await?;
    let fresh = report?.saved.into_iter().filter(|saved| saved.outcome != SaveOutcome::Existing);
    Ok(Archived { run, fresh: fresh.map(|saved| saved.artifact.key.to_string()).collect() })
}

/// Counts the lines of an archived file. Its bytes are verified as they pass.
///
/// # Errors
/// There is no such file, or its bytes are not those that were archived.
pub(crate) async fn count_lines(freehold: &Freehold, key: &str) -> Result<usize, Box<dyn Error>> {
    let mut body = freehold.read(key).await?.body;
    let mut lines = 0;
    while let Some(piece) = body.try_next().await? {
        lines += piece.split(|byte| *byte == b'\n').count() - 1;
    }
    Ok(lines)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("say which folder to archive")?;
    let home = Path::new("archive");
    let machine = Machine::builder().config_dir(home.join("settings")).build()?;
    let request =
        InitialiseInstance { storage: home.join("data").display().to_string(), ..Default::default() };
    let freehold = machine.init(request).await?.freehold;
    let archived = archive(&freehold, "plate-reader", &folder).await?;
    for key in &archived.fresh {
        println!("{key}: {} lines", count_lines(&freehold, key).await?);
    }
    println!("{} files are new; run {} stands for it", archived.fresh.len(), archived.run);
    freehold.close().await?;
    Ok(())
}
