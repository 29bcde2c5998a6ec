//! What is measured: each figure is the time of one whole command, as a person would wait for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use walkdir::WalkDir;

/// Files per folder, so that neither folders nor their number are unusual.
const FILES_PER_FOLDER: usize = 100;

/// An instance, and files to save.
#[derive(Debug)]
pub(super) struct Workplace {
    folder: PathBuf,
    program: PathBuf,
    files: usize,
}

impl Workplace {
    /// Writes the files twice, beside a location and inside one, and makes an instance.
    pub(super) fn prepare(folder: &Path, program: PathBuf, files: usize, size: usize) -> Result<Self> {
        for (seed, place) in ["outside", "location/inside"].into_iter().enumerate() {
            write_files(&folder.join(place), files, size, seed)?;
        }
        let workplace = Self { folder: folder.to_path_buf(), program, files };
        workplace.freehold(&["init", "--storage", "location", "--owner", "bench", "--name", "bench"])?;
        workplace.time(Command::new("sync").arg("-f").arg(folder))?;
        Ok(workplace)
    }

    /// Copying the files.
    pub(super) fn copy(&self) -> Result<Duration> {
        self.time(self.program("cp").args(["-r", "outside", "copy"]))
    }

    /// Copying the files and making them durable.
    pub(super) fn durable_copy(&self) -> Result<Duration> {
        let copy = self.time(self.program("cp").args(["-r", "outside", "durable-copy"]))?;
        Ok(copy + self.time(self.program("sync").args(["-f", "durable-copy"]))?)
    }

    /// Reading and hashing every file once, one after the other.
    pub(super) fn read_all(&self) -> Result<Duration> {
        let start = Instant::now();
        let mut read = 0;
        for entry in WalkDir::new(self.folder.join("location/inside")) {
            let entry = entry?;
            if entry.file_type().is_file() {
                blake3::hash(&std::fs::read(entry.path())?);
                read += 1;
            }
        }
        ensure!(read == self.files, "{read} of {} files were read", self.files);
        Ok(start.elapsed())
    }

    /// Starting the program.
    pub(super) fn start_program(&self) -> Result<Duration> {
        self.freehold(&["--version"])
    }

    /// Saving files from outside.
    pub(super) fn ingest(&self) -> Result<Duration> {
        let took = self.freehold(&["--quiet", "save", "outside"])?;
        self.ensure_saved("outside/", self.files)?;
        Ok(took)
    }

    /// Saving files that already lie in a location.
    pub(super) fn register_in_place(&self) -> Result<Duration> {
        let took = self.freehold(&["--quiet", "save", "location/inside"])?;
        self.ensure_saved("inside/", self.files)?;
        Ok(took)
    }

    /// Describing the instance: the median of several times.
    pub(super) fn info(&self, times: usize) -> Result<Duration> {
        let mut all = (0..times).map(|_| self.freehold(&["info"])).collect::<Result<Vec<_>>>()?;
        all.sort();
        all.get(times / 2).copied().context("nothing was measured")
    }

    fn ensure_saved(&self, prefix: &str, files: usize) -> Result<()> {
        let limit = (files + 1).to_string();
        let mut command = self.program(&self.program);
        let output = command.args(["--json", "list", "--prefix", prefix, "--limit", &limit]).output()?;
        let saved: serde_json::Value =
            serde_json::from_slice(&output.stdout).context("`list` printed no JSON")?;
        let count = saved.as_array().map_or(0, Vec::len);
        ensure!(count == files, "{count} of {files} files were saved under {prefix}");
        Ok(())
    }

    fn freehold(&self, arguments: &[&str]) -> Result<Duration> {
        self.time(self.program(&self.program).args(arguments))
    }

    fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("FREEHOLD_CONFIG_DIR", self.folder.join("settings"))
            .env_remove("FREEHOLD_INSTANCE")
            .env_remove("FREEHOLD_RUN");
        command
    }

    fn time(&self, command: &mut Command) -> Result<Duration> {
        let start = Instant::now();
        let output = command
            .stdout(Stdio::null())
            .output()
            .with_context(|| format!("{command:?} cannot be started in {}", self.folder.display()))?;
        let took = start.elapsed();
        ensure!(output.status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(took)
    }
}

/// Writes files of which no two have the same content.
fn write_files(folder: &Path, files: usize, size: usize, seed: usize) -> Result<()> {
    for number in 0..files {
        let folder = folder.join(format!("{:04}", number / FILES_PER_FOLDER));
        if number % FILES_PER_FOLDER == 0 {
            std::fs::create_dir_all(&folder)?;
        }
        let path = folder.join(format!("{number:06}.bin"));
        std::fs::write(&path, content(number, size, seed))
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

/// Content that does not compress to nothing and depends on the number.
fn content(number: usize, size: usize, seed: usize) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&number.to_le_bytes()).update(&seed.to_le_bytes());
    let mut content = vec![0; size];
    hasher.finalize_xof().fill(&mut content);
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_files_are_alike() {
        assert_eq!(content(1, 4096, 0).len(), 4096);
        assert_ne!(content(1, 64, 0), content(2, 64, 0));
        assert_ne!(content(1, 64, 0), content(1, 64, 1));
    }
}
