//! Many processes at once on one instance.

use std::process::Stdio;

use freehold_tests::Lab;

#[test]
fn many_processes_save_versions_of_one_key_and_none_is_lost() {
    let lab = Lab::new();
    let children: Vec<_> = (0..8)
        .map(|number| {
            lab.file(&format!("w{number}/a.txt"), format!("content {number}"));
            let path = format!("w{number}/a.txt");
            let mut command = lab.command(&["save", &path, "--key", "a.txt", "--json"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut uids = std::collections::BTreeSet::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        let saved: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        uids.insert(saved[0]["uid"].as_str().unwrap().to_owned());
    }
    assert_eq!(uids.len(), 8);
    let all = lab.run(&["list", "--all-versions", "--json"]).ok().json();
    let all = all.as_array().unwrap();
    assert_eq!(all.len(), 8);
    assert_eq!(all.iter().filter(|artifact| artifact["is_latest"] == true).count(), 1);
    for uid in uids {
        lab.run(&["get", &uid, "--output", "-"]).ok().says("content");
    }
}

#[test]
fn many_processes_save_one_content_and_get_one_artifact() {
    let lab = Lab::new();
    lab.file("a.txt", "the same");
    let children: Vec<_> = (0..8)
        .map(|_| {
            let mut command = lab.command(&["save", "a.txt", "--json"]);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    assert_eq!(lab.run(&["list", "--all-versions", "--json"]).ok().json().as_array().unwrap().len(), 1);
    let blobs = std::fs::read_dir(lab.path("lab-data/.lamindb")).unwrap().flatten();
    assert_eq!(
        blobs.filter(|entry| entry.file_name().to_string_lossy().ends_with(".txt")).count(),
        2,
        "a blob and the claim"
    );
}
