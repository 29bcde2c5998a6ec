//! Databases that are missing, damaged, too new or not writable.

use std::process::Command;

use freehold_tests::{Lab, Sandbox};

const DATABASE: &str = "lab-data/.lamindb/freehold.db";

#[test]
fn a_missing_database_is_refused_and_never_created_empty() {
    let lab = Lab::new();
    std::fs::remove_file(lab.path(DATABASE)).unwrap();
    lab.run(&["info"]).exits(3).says("no database");
    lab.run(&["list"]).exits(3);
    assert!(!lab.path(DATABASE).exists());
    let url = format!("sqlite://{}", lab.path("none.db").display());
    lab.run(&["connect", &url]).exits(3);
    assert!(!lab.path("none.db").exists());
}

#[test]
fn what_is_not_a_database_is_refused_and_left_as_it_is() {
    let sandbox = Sandbox::new();
    for (name, content) in
        [("text.db", "this is text, and rather long, not a database at all"), ("empty.db", "")]
    {
        let path = sandbox.file(name, content);
        let url = format!("sqlite://{}", path.display());
        let answer = sandbox.run(&["connect", &url]);
        assert!([2, 3].contains(&answer.status), "{answer:#?}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[test]
fn a_database_of_a_newer_program_is_refused() {
    let lab = Lab::new();
    let script = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.execute('pragma user_version=999999'); c.commit()";
    let done = Command::new("python3").args(["-c", script]).arg(lab.path(DATABASE)).status();
    assert!(done.is_ok_and(|status| status.success()), "python3 with sqlite3 is needed to age a database");
    lab.run(&["info"]).exits(1).says("newer");
}

#[test]
fn settings_can_be_lost_and_the_root_brings_the_instance_back() {
    let lab = Lab::new();
    let saved = lab.save("a.csv", "1");
    let before = lab.run(&["info", "--json"]).ok().json();
    std::fs::remove_dir_all(lab.path("settings")).unwrap();
    lab.run(&["info"]).exits(3).says("freehold connect");
    lab.run(&["connect", "./lab-data"]).ok();
    let after = lab.run(&["info", "--json"]).ok().json();
    assert_eq!((&before["id"], &before["slug"]), (&after["id"], &after["slug"]));
    assert_eq!(lab.run(&["list", "--json"]).ok().json()[0]["uid"], saved["uid"]);
}

#[test]
fn the_database_alone_brings_the_instance_back() {
    let lab = Lab::new();
    std::fs::remove_dir_all(lab.path("settings")).unwrap();
    lab.run(&["connect", &format!("sqlite://{}", lab.path(DATABASE).display())]).ok();
    assert_eq!(lab.run(&["info", "--json"]).ok().json()["slug"], "lab/primary");
}

#[test]
fn damaged_settings_are_refused_and_left_as_they_are() {
    let lab = Lab::new();
    let files: Vec<_> = lab.contents("settings").into_iter().filter(|(path, _)| path.is_file()).collect();
    let instances =
        files.iter().find(|(_, content)| String::from_utf8_lossy(content).contains("lab")).unwrap();
    std::fs::write(&instances.0, "][ not toml").unwrap();
    lab.run(&["info"]).exits(1).says("damaged");
    lab.run(&["connect", "./lab-data"]).exits(1);
    assert_eq!(std::fs::read_to_string(&instances.0).unwrap(), "][ not toml");
}

#[test]
fn settings_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::new();
    for (path, _) in lab.contents("settings").iter().filter(|(path, _)| path.is_file()) {
        assert_eq!(
            std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            path.display()
        );
    }
}
