//! `cargo xtask bench`: saving many small files, next to copying them with what the system offers.

mod measure;
mod table;

use std::path::Path;

use anyhow::{Context, Result};

use crate::build::{Extent, build};
use crate::machine;
use measure::Workplace;
use table::Row;

/// The size of each file, in bytes.
const FILE_SIZE: usize = 4096;
/// How often `freehold info` is asked.
const INFO_TIMES: usize = 20;

/// Builds the released program and prints a Markdown table of what was measured.
pub(crate) fn run(root: &Path, files: usize, folder: Option<&Path>) -> Result<()> {
    let programs = build(root, Extent::Release)?;
    let folder = match folder {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    };
    let folder = folder.context("a fresh folder cannot be made")?;
    let workplace = Workplace::prepare(folder.path(), programs.freehold(), files, FILE_SIZE)?;

    let copy = workplace.copy()?;
    let durable_copy = workplace.durable_copy()?;
    let read = workplace.read_all()?;
    let start = workplace.start_program()?;
    let ingest = workplace.ingest()?;
    let in_place = workplace.register_in_place()?;
    let info = workplace.info(INFO_TIMES)?;

    println!("{}, {}, release build", machine::facts(), machine::file_system(folder.path()));
    println!(
        "{files} files of {FILE_SIZE} bytes; durability: what a command has saved survives a power cut\n"
    );
    let rows = [
        Row::with_limit("`freehold save DIR` (ingest, durable)", ingest, "`cp -r`", copy, 6.0),
        Row::without_limit("the same", ingest, "`cp -r` and `sync -f`", durable_copy),
        Row::with_limit(
            "`freehold save DIR` (in place)",
            in_place,
            "reading and hashing every file",
            read,
            2.0,
        ),
        Row::with_limit("`freehold info`, median", info, "`freehold --version`", start, 0.05),
    ];
    print!("{}", table::render(&rows));
    Ok(())
}
