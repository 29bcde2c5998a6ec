//! Folders within folders, also deeper than any path can name: looked through in bounded memory, and no claim that a path can name is missed.

use std::fs;
use std::path::{Path, PathBuf};

use freehold_tests::{Lab, Sandbox};

use super::bounded::bounded;

/// How many folders a path below a sandbox can name for sure.
const LINK: usize = 400;
/// How many such chains hang below one another.
const LINKS: usize = 50;

/// A chain of 20,000 folders. It is taken apart as it was made, since no path leads to its end.
struct Chain {
    top: PathBuf,
    spare: PathBuf,
}

fn link() -> PathBuf {
    std::iter::repeat_n("d", LINK).collect()
}

impl Chain {
    /// Hangs a folder below more folders than a path can name; the first is called `chain`.
    fn above(sandbox: &Sandbox, bottom: &Path) -> Self {
        let chain = Self { top: sandbox.path("chain"), spare: sandbox.path("spare") };
        fs::rename(bottom, &chain.top).unwrap();
        for _ in 0..LINKS {
            fs::rename(&chain.top, &chain.spare).unwrap();
            fs::create_dir_all(chain.top.join(link())).unwrap();
            fs::rename(&chain.spare, chain.top.join(link()).join("d")).unwrap();
        }
        chain
    }
}

impl Drop for Chain {
    fn drop(&mut self) {
        for _ in 0..LINKS {
            if fs::rename(self.top.join(link()).join("d"), &self.spare).is_err() {
                return;
            }
            fs::remove_dir_all(&self.top).unwrap();
            fs::rename(&self.spare, &self.top).unwrap();
        }
    }
}

fn folder(lab: &Lab) -> PathBuf {
    let folder = lab.path("bottom");
    fs::create_dir(&folder).unwrap();
    folder
}

#[test]
fn folders_deeper_than_any_path_are_looked_through_in_bounded_memory() {
    let lab = Lab::new();
    let _chain = Chain::above(&lab, &folder(&lab));
    let added = bounded(&lab.command(&["storage", "add", "chain", "--json"])).ok().json();
    assert_eq!(added["access"], "managed");
    bounded(&lab.command(&["storage", "check", "chain"])).ok();
    bounded(&lab.command(&["storage", "release", "chain", "--yes"])).ok();
}

#[test]
fn a_claim_far_down_a_chain_that_goes_on_beyond_it_is_found() {
    let lab = Lab::with_analysis();
    let chain = Chain::above(&lab, &folder(&lab));
    let claim = fs::read(lab.path("analysis-data/.lamindb/storage_uid.txt")).unwrap();
    let place = chain.top.join(link()).join(link());
    fs::create_dir(place.join(".lamindb")).unwrap();
    fs::write(place.join(".lamindb/storage_uid.txt"), claim).unwrap();
    bounded(&lab.command(&["storage", "add", "chain"])).exits(4).says("contains").says("analysis/derived");
    assert!(!chain.top.join(".lamindb").exists());
}

#[test]
fn folders_that_are_too_deep_to_be_saved_are_an_error_and_nothing_is_recorded() {
    let lab = Lab::new();
    let bottom = folder(&lab);
    fs::write(bottom.join("a.csv"), "1").unwrap();
    let _chain = Chain::above(&lab, &bottom);
    let answer = bounded(&lab.command(&["save", "chain"]));
    assert_ne!(answer.status, 0, "{:.2000}", answer.stderr);
    assert_eq!(lab.run(&["list", "--json"]).ok().json(), serde_json::json!([]));
}
