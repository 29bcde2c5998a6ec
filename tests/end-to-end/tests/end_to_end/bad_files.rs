//! Files that cannot be saved, and those that only look as if.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;

use freehold_tests::Lab;

#[track_caller]
fn nothing_is_recorded(lab: &Lab) {
    assert_eq!(lab.run(&["list", "--json"]).ok().json(), serde_json::json!([]));
}

#[track_caller]
fn make_pipe(lab: &Lab, name: &str) {
    assert!(Command::new("mkfifo").arg(lab.path(name)).status().unwrap().success());
}

#[test]
fn a_missing_file_is_not_found_and_nothing_else_is_saved() {
    let lab = Lab::new();
    lab.file("there.csv", "1");
    lab.run(&["save", "there.csv", "missing.csv"]).exits(3).says("missing.csv");
    nothing_is_recorded(&lab);
}

#[test]
fn a_pipe_is_refused_without_being_opened() {
    let lab = Lab::new();
    make_pipe(&lab, "pipe");
    lab.run(&["save", "pipe"]).exits(2).says("pipe");
    lab.run(&["save", "/dev/null"]).exits(2).says("/dev/null");
    nothing_is_recorded(&lab);
}

#[test]
fn a_pipe_in_a_folder_is_skipped_and_counted() {
    let lab = Lab::new();
    lab.file("folder/a.txt", "1");
    make_pipe(&lab, "folder/pipe");
    lab.run(&["save", "folder"]).ok().says("skipped");
    assert_eq!(lab.run(&["list", "--json"]).ok().json().as_array().unwrap().len(), 1);
}

#[test]
fn a_link_that_leads_out_of_the_folder_is_skipped_and_counted() {
    let lab = Lab::new();
    lab.file("secret.txt", "not yours");
    lab.file("folder/a.txt", "1");
    symlink(lab.path("secret.txt"), lab.path("folder/link.txt")).unwrap();
    symlink(lab.path("nowhere"), lab.path("folder/dangling.txt")).unwrap();
    lab.run(&["save", "folder"]).ok().says("skipped");
    let keys = lab.run(&["list", "--json"]).ok().json();
    assert_eq!(keys.as_array().unwrap().len(), 1, "{keys}");
}

#[test]
fn a_name_that_is_not_utf_8_is_refused() {
    let lab = Lab::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    std::fs::create_dir(lab.path("folder")).unwrap();
    std::fs::write(lab.path("folder").join(name), "1").unwrap();
    lab.run(&["save", "folder"]).exits(2).says("UTF-8");
    nothing_is_recorded(&lab);
}

#[test]
fn an_empty_file_is_saved_and_read_back() {
    let lab = Lab::new();
    let saved = lab.save("empty.txt", "");
    assert_eq!(saved["size"], 0);
    lab.run(&["get", "empty.txt", "--output", "back.txt"]).ok();
    assert_eq!(std::fs::read(lab.path("back.txt")).unwrap(), b"");
}

#[test]
fn a_folder_with_nothing_in_it_saves_nothing() {
    let lab = Lab::new();
    std::fs::create_dir(lab.path("folder")).unwrap();
    lab.run(&["save", "folder"]).ok();
    nothing_is_recorded(&lab);
}

#[test]
fn freeholds_own_files_are_not_saved() {
    let lab = Lab::new();
    lab.run(&["save", "lab-data/.lamindb/storage_uid.txt"]).exits(2).says("own files");
    lab.run(&["save", "lab-data"]).ok();
    nothing_is_recorded(&lab);
}

#[test]
fn five_gibibytes_of_nothing_are_saved_within_little_memory() {
    let lab = Lab::new();
    let file = std::fs::File::create(lab.path("sparse.bin")).unwrap();
    file.set_len(5 << 30).unwrap();
    let root = lab.path("lab-data");
    std::fs::rename(lab.path("sparse.bin"), root.join("sparse.bin")).unwrap();
    let mut command = Command::new("/bin/sh");
    let script = "ulimit -v 4000000; exec \"$0\" save lab-data/sparse.bin --json";
    command.args(["-c", script]).arg(freehold_tests::freehold());
    command.current_dir(lab.path("")).env("FREEHOLD_CONFIG_DIR", lab.path("settings"));
    let answer = lab.run_command(&mut command).ok();
    assert_eq!(answer.json()[0]["size"], 5_u64 << 30);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let lab = Lab::new();
    let path = lab.file("growing.bin", vec![7; 256 << 20]);
    let mut child = lab.command(&["save", "growing.bin"]).spawn().unwrap();
    let mut refused = false;
    for byte in 0_u8.. {
        std::fs::OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|mut file| std::io::Write::write_all(&mut file, &[byte]))
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
        if let Some(status) = child.try_wait().unwrap() {
            refused = status.code() == Some(5);
            break;
        }
    }
    assert!(refused, "a file that is written to all the time is a conflict");
    nothing_is_recorded(&lab);
    let blobs = std::fs::read_dir(lab.path("lab-data/.lamindb")).unwrap();
    assert!(blobs.flatten().all(|entry| !entry.file_name().to_string_lossy().ends_with(".bin")));
}
