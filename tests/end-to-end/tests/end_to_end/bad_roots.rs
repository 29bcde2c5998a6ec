//! Roots that cannot be a storage location: a clear error, and nothing is changed.

use std::os::unix::fs::symlink;

use freehold_tests::{Lab, Sandbox};

#[track_caller]
fn refused_with(sandbox: &Sandbox, root: &str, status: i32, word: &str) {
    let before = sandbox.contents("");
    sandbox.run(&["init", "--storage", root, "--name", "x"]).exits(status).says(word);
    let settings = sandbox.path("settings");
    let after: Vec<_> =
        sandbox.contents("").into_iter().filter(|(path, _)| !path.starts_with(&settings)).collect();
    assert_eq!(before, after, "a refused root leaves nothing behind");
}

#[test]
fn an_empty_root_is_refused() {
    refused_with(&Sandbox::new(), "", 2, "empty");
}

#[test]
fn an_existing_file_is_no_root() {
    let sandbox = Sandbox::new();
    sandbox.file("file.txt", "content");
    refused_with(&sandbox, "./file.txt", 2, "file.txt");
}

#[test]
fn a_root_inside_the_reserved_folder_is_refused() {
    refused_with(&Sandbox::new(), "./data/.lamindb/inner", 2, ".lamindb");
}

#[test]
fn an_unsupported_scheme_is_refused_with_the_supported_ones() {
    for root in ["ftp://host/path", "S3://bucket", "hdfs://x"] {
        refused_with(&Sandbox::new(), root, 2, "s3://");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_refused() {
    refused_with(&Sandbox::new(), "/proc/freehold-cannot-write-here", 1, "/proc");
}

#[test]
fn a_loop_of_symbolic_links_is_refused() {
    let sandbox = Sandbox::new();
    symlink(sandbox.path("a"), sandbox.path("b")).unwrap();
    symlink(sandbox.path("b"), sandbox.path("a")).unwrap();
    refused_with(&sandbox, "./a/data", 2, "link");
}

#[test]
fn a_path_of_4096_bytes_is_refused() {
    refused_with(&Sandbox::new(), &format!("/{}", "x".repeat(4095)), 2, "bytes");
}

#[test]
fn a_name_of_300_bytes_is_refused_and_not_half_made() {
    let sandbox = Sandbox::new();
    let answer = sandbox.run(&["init", "--storage", &format!("./{}", "x".repeat(300)), "--name", "x"]);
    assert!([1, 2].contains(&answer.status), "{answer:#?}");
    assert!(answer.stderr.contains("error: "), "{answer:#?}");
}

#[test]
fn a_root_that_is_not_utf_8_is_refused() {
    use std::os::unix::ffi::OsStrExt;
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&["init", "--storage"]);
    command.arg(std::ffi::OsStr::from_bytes(b"./caf\xe9"));
    sandbox.run_command(&mut command).exits(2).says("UTF-8");
}

#[test]
fn the_same_bad_roots_are_refused_for_a_further_location() {
    let lab = Lab::new();
    lab.file("file.txt", "content");
    let before = lab.run(&["storage", "list", "--json"]).ok().stdout;
    for root in ["", "./file.txt", "./x/.lamindb", "ftp://host/path", "S3://bucket"] {
        lab.run(&["storage", "add", root]).exits(2);
    }
    assert_eq!(lab.run(&["storage", "list", "--json"]).ok().stdout, before);
}

#[test]
fn every_spelling_of_one_place_is_one_location() {
    let lab = Lab::new();
    std::fs::create_dir_all(lab.path("second")).unwrap();
    symlink(lab.path("second"), lab.path("link")).unwrap();
    let url = format!("file://{}", lab.path("second").display());
    for root in ["./second", "second/", "./lab-data/../second", "link", &url] {
        lab.run(&["storage", "add", root]).ok();
    }
    assert_eq!(lab.run(&["storage", "list", "--json"]).ok().json().as_array().unwrap().len(), 2);
}
