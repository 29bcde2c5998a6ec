//! Copies of an instance and of its database, and copies under way.

use std::time::Duration;

use freehold_tests::{Lab, Sandbox};

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_copied_instance_deletes_nothing_that_the_original_saved() {
    let lab = Lab::new();
    lab.save("a.txt", "first");
    copy_folder(&lab.path("lab-data"), &lab.path("copy"));
    let second = lab.save("a.txt", "second of the original");
    let database = format!("sqlite://{}", lab.path("copy/.lamindb/freehold.db").display());
    lab.file("a.txt", "second of the copy");
    lab.run_command(lab.command(&["save", "a.txt"]).env("FREEHOLD_INSTANCE", database));
    lab.run(&["get", second["uid"].as_str().unwrap(), "--output", "-"]).ok().says("second of the original");
}

#[test]
fn a_registry_restored_from_a_backup_saves_and_deletes_nothing_newer() {
    let sandbox = Sandbox::new();
    let database = format!("sqlite://{}", sandbox.path("registry.db").display());
    sandbox.run(&["init", "--storage", "data", "--name", "lab", "--db", &database]).ok();
    let save = |content: &str| {
        sandbox.file("a.txt", content);
        sandbox.run(&["save", "a.txt"]).ok();
    };
    let keep = |from: &str, to: &str| std::fs::copy(sandbox.path(from), sandbox.path(to)).unwrap();
    save("first");
    keep("registry.db", "old.db");
    save("second");
    keep("registry.db", "newer.db");
    keep("old.db", "registry.db");
    save("third");
    sandbox.run(&["get", "a.txt", "--output", "-"]).ok().says("third");
    keep("newer.db", "registry.db");
    sandbox.run(&["get", "a.txt", "--output", "-"]).ok().says("second");
}

/// A file of this size takes long enough to be hashed that something can happen meanwhile.
const LARGE: u64 = 768 * 1024 * 1024;

#[test]
fn a_failed_transfer_leaves_the_copy_that_another_process_has_recorded() {
    let lab = Lab::with_analysis();
    lab.save("a.txt", "good");
    let large = lab.path("large.bin");
    std::fs::File::create(&large).unwrap().set_len(LARGE).unwrap();
    let saved = lab.run(&["save", "large.bin", "--json"]).ok().json();
    let blob = format!("lab-data/.lamindb/{}.bin", saved[0]["uid"].as_str().unwrap());
    let mut content = std::fs::OpenOptions::new().write(true).open(lab.path(&blob)).unwrap();
    std::io::Write::write_all(&mut content, b"edited").unwrap();

    let mut failing = lab.command(&["transfer", "--from", "lab/primary", "--copy"]);
    let mut failing = failing.env("FREEHOLD_INSTANCE", "analysis/derived").spawn().unwrap();
    while !has_text_blob(&lab) && failing.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let copied = lab.analysis(&["transfer", "--from", "lab/primary", "a.txt", "--copy"]);
    assert!(!failing.wait().unwrap().success());
    if copied.status == 0 {
        lab.analysis(&["get", "a.txt", "--output", "-"]).ok().says("good");
    }
}

fn has_text_blob(lab: &Lab) -> bool {
    let entries = std::fs::read_dir(lab.path("analysis-data/.lamindb")).unwrap().flatten();
    entries.map(|entry| entry.file_name()).any(|name| name.to_string_lossy().ends_with("0000.txt"))
}

#[test]
fn a_location_linked_under_another_uid_is_copied_from_nevertheless() {
    let sandbox = Sandbox::new();
    sandbox.run(&["init", "--storage", "analysis-data", "--name", "derived", "--owner", "analysis"]).ok();
    std::fs::create_dir(sandbox.path("lab-data")).unwrap();
    sandbox.run(&["storage", "add", "lab-data", "--link"]).ok();
    sandbox.run(&["init", "--storage", "lab-data", "--name", "primary", "--owner", "lab"]).ok();
    sandbox.file("a.txt", "content");
    sandbox.run(&["save", "a.txt"]).ok();
    sandbox.run(&["connect", "analysis/derived"]).ok();
    sandbox.run(&["transfer", "--from", "lab/primary", "--copy"]).ok().says("1 copied");
    std::fs::remove_dir_all(sandbox.path("lab-data")).unwrap();
    sandbox.run(&["get", "a.txt", "--output", "-"]).ok().says("content");
}

#[cfg(unix)]
#[test]
fn a_registry_whose_file_has_two_names_is_not_written() {
    let lab = Lab::new();
    lab.save("a.txt", "content");
    let database = lab.path("lab-data/.lamindb/freehold.db");
    std::fs::hard_link(&database, lab.path("second-name.db")).unwrap();
    lab.file("b.txt", "more");
    assert_ne!(
        lab.run(&["save", "b.txt"]).status,
        0,
        "each name has a log of its own, and they destroy one another"
    );
    lab.run(&["get", "a.txt", "--output", "-"]).ok().says("content");
    std::fs::remove_file(lab.path("second-name.db")).unwrap();
    lab.run(&["save", "b.txt"]).ok();
}
