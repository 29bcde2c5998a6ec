//! A registry or a root that lies somewhere else than before.

use std::fs;
use std::path::Path;

use freehold_tests::Lab;
use serde_json::json;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[test]
fn a_root_that_was_moved_with_its_registry_is_taken_up_in_one_step() {
    let lab = Lab::new();
    lab.save("a.csv", "1");
    fs::rename(lab.path("lab-data"), lab.path("moved")).unwrap();
    let moved = lab.run(&["connect", "./moved", "--moved", "--json"]).ok().json();
    assert_eq!(
        (&moved["moved"], &moved["left"]),
        (&json!([lab.path("moved").to_str().unwrap()]), &json!([]))
    );
    lab.save("b.csv", "2");
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
    lab.run(&["storage", "check"]).ok();
    lab.run(&["connect", "./moved", "--moved"]).ok();
}

#[test]
fn a_root_that_was_moved_to_another_disk_is_taken_up_in_one_step() {
    let lab = Lab::new();
    lab.save("a.csv", "1");
    copy(&lab.path("lab-data"), &lab.path("moved"));
    fs::remove_dir_all(lab.path("lab-data")).unwrap();
    lab.run(&["connect", "./moved", "--moved"]).ok();
    lab.save("b.csv", "2");
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
}

#[test]
fn a_copy_beside_its_original_is_refused_and_changes_nothing() {
    let lab = Lab::new();
    lab.save("a.csv", "1");
    copy(&lab.path("lab-data"), &lab.path("copied"));
    let claims = || {
        ["lab-data", "copied"]
            .map(|root| fs::read(lab.path(&format!("{root}/.lamindb/storage_uid.txt"))).unwrap())
    };
    let before = claims();
    lab.run(&["connect", "./copied", "--moved"]).exits(4).says("copy");
    assert_eq!(claims(), before);
    lab.save("b.csv", "2");
}

#[test]
fn a_copied_registry_is_refused_before_a_byte_moves() {
    let lab = Lab::new();
    lab.save("a.csv", "1");
    fs::create_dir(lab.path("books")).unwrap();
    fs::copy(lab.path("lab-data/.lamindb/freehold.db"), lab.path("books/copied.db")).unwrap();
    let url = format!("sqlite://{}", lab.path("books/copied.db").display());
    let files = || fs::read_dir(lab.path("lab-data/.lamindb")).unwrap().count();
    let before = files();
    lab.file("b.csv", "2");
    lab.run(&["--instance", &url, "save", "b.csv"]).exits(4).says("copy").says("--moved");
    assert_eq!(files(), before);
}
