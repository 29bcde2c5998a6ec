//! Saving, versions, reading, trash.

use freehold_tests::Lab;

#[test]
fn a_saved_file_comes_back_byte_for_byte() {
    let lab = Lab::new();
    let content: String = ('a'..='w').cycle().take(300_000).collect();
    let saved = lab.save("big.txt", &content);
    assert_eq!((&saved["outcome"], &saved["location"]["kind"]), (&"created".into(), &"ingested".into()));
    std::fs::remove_file(lab.path("big.txt")).unwrap();
    lab.run(&["get", "big.txt"]).ok();
    assert_eq!(std::fs::read_to_string(lab.path("big.txt")).unwrap(), content);
    assert_eq!(lab.run(&["get", "big.txt", "--output", "-"]).ok().stdout, content);
}

#[test]
fn a_second_content_is_a_second_version_with_one_head() {
    let lab = Lab::new();
    let one = lab.save("a.csv", "1");
    let two = lab.save("a.csv", "2");
    assert_eq!(two["outcome"], "new_version");
    assert_eq!(one["uid"].as_str().unwrap()[..16], two["uid"].as_str().unwrap()[..16]);
    assert_eq!((&one["version"], &two["version"]), (&"0000".into(), &"0001".into()));
    let all = lab.run(&["list", "--all-versions", "--json"]).ok().json();
    let latest: Vec<bool> =
        all.as_array().unwrap().iter().map(|artifact| artifact["is_latest"].as_bool().unwrap()).collect();
    assert_eq!(latest.iter().filter(|is_latest| **is_latest).count(), 1, "{all}");
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "2");
    assert_eq!(lab.run(&["get", one["uid"].as_str().unwrap(), "--output", "-"]).ok().stdout, "1");
}

#[test]
fn the_same_content_again_is_the_existing_artifact() {
    let lab = Lab::new();
    let one = lab.save("a.csv", "1");
    let again = lab.save("a.csv", "1");
    assert_eq!((&again["outcome"], &again["uid"]), (&"existing".into(), &one["uid"]));
}

#[test]
fn the_same_content_under_another_key_is_kept_and_names_its_twin() {
    let lab = Lab::new();
    let one = lab.save("a.csv", "1");
    let twin = lab.save("b.csv", "1");
    assert_eq!((&twin["outcome"], &twin["duplicate_of"]), (&"created".into(), &one["uid"]));
    assert_eq!(one["duplicate_of"], serde_json::Value::Null);
}

#[test]
fn content_whose_bytes_were_lost_is_stored_again() {
    let lab = Lab::new();
    let one = lab.save("a.csv", "1");
    std::fs::remove_file(lab.path(&format!("lab-data/.lamindb/{}.csv", one["uid"].as_str().unwrap())))
        .unwrap();
    lab.run(&["get", "a.csv", "--output", "-"]).exits(6);
    assert_eq!(lab.save("a.csv", "1")["outcome"], "new_version");
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
}

#[test]
fn a_folder_is_saved_under_its_name_and_a_file_in_a_location_in_place() {
    let lab = Lab::new();
    lab.file("plates/one/a.csv", "1");
    lab.file("plates/b.csv", "2");
    lab.file("lab-data/raw/c.csv", "3");
    lab.run(&["save", "plates", "lab-data/raw"]).ok();
    let listed = lab.run(&["list", "--json"]).ok().json();
    let keys: Vec<(&str, &str)> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|artifact| (artifact["key"].as_str().unwrap(), artifact["location"]["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(
        keys,
        [("plates/b.csv", "ingested"), ("plates/one/a.csv", "ingested"), ("raw/c.csv", "in_place")]
    );
}

#[test]
fn changed_bytes_are_an_integrity_error_and_no_file() {
    let lab = Lab::new();
    let saved = lab.save("a.csv", "one");
    std::fs::write(lab.path(&format!("lab-data/.lamindb/{}.csv", saved["uid"].as_str().unwrap())), "two")
        .unwrap();
    lab.run(&["get", "a.csv", "--output", "back.csv"]).exits(6);
    assert!(!lab.path("back.csv").exists());
}

#[test]
fn trash_and_restore_are_inverse_and_a_purge_leaves_a_tombstone() {
    let lab = Lab::new();
    lab.save("a.csv", "1");
    let two = lab.save("a.csv", "2");
    let before = lab.run(&["list", "--all-versions", "--json"]).ok().json();
    lab.run(&["delete", "a.csv"]).ok();
    assert_eq!(lab.run(&["get", "a.csv", "--output", "-"]).ok().stdout, "1");
    lab.run(&["restore", two["uid"].as_str().unwrap()]).ok();
    let after = lab.run(&["list", "--all-versions", "--json"]).ok().json();
    let heads = |listed: &serde_json::Value| {
        let artifacts = listed.as_array().unwrap().iter();
        artifacts.map(|artifact| (artifact["uid"].clone(), artifact["is_latest"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(heads(&before), heads(&after));

    lab.run(&["delete", "a.csv", "--purge"]).exits(7).says("--yes");
    lab.run(&["delete", "a.csv", "--purge", "--yes"]).ok();
    let tombstone = lab.run(&["show", two["uid"].as_str().unwrap(), "--json"]).ok().json();
    assert_eq!((&tombstone["state"], &tombstone["hash"]), (&"purged".into(), &two["hash"]));
    assert!(!lab.path(&format!("lab-data/.lamindb/{}.csv", two["uid"].as_str().unwrap())).exists());
    lab.run(&["get", two["uid"].as_str().unwrap()]).exits(3).says("purged");
    assert_eq!(lab.save("a.csv", "3")["version"], "0002", "a purged version is not given out again");
}

#[test]
fn a_file_recorded_in_place_is_deleted_only_when_that_is_said() {
    let lab = Lab::new();
    for name in ["keep.csv", "drop.csv", "changed.csv"] {
        lab.file(&format!("lab-data/{name}"), name);
        lab.run(&["save", &format!("lab-data/{name}")]).ok();
    }
    lab.run(&["delete", "keep.csv", "--purge", "--yes"]).ok();
    assert!(lab.path("lab-data/keep.csv").exists());
    lab.run(&["delete", "drop.csv", "--purge", "--with-file", "--yes"]).ok();
    assert!(!lab.path("lab-data/drop.csv").exists());
    lab.file("lab-data/changed.csv", "something else");
    lab.run(&["delete", "changed.csv", "--purge", "--with-file", "--yes"]).exits(4).says("changed");
    assert!(lab.path("lab-data/changed.csv").exists());
}

#[test]
fn a_key_and_a_description_are_updated_for_all_versions() {
    let lab = Lab::new();
    let one = lab.save("a.csv", "1");
    lab.save("a.csv", "2");
    lab.run(&["update", "a.csv", "--key", "raw/b.csv", "--description", "renamed"]).ok();
    lab.run(&["show", "a.csv"]).exits(3);
    assert_eq!(lab.run(&["show", "raw/b.csv", "--json"]).ok().json()["description"], "renamed");
    assert_eq!(lab.run(&["show", one["uid"].as_str().unwrap(), "--json"]).ok().json()["key"], "raw/b.csv");
    lab.run(&["update", "raw/b.csv", "--key", "raw/b.tsv"]).exits(2);
}

#[test]
fn get_does_not_overwrite_unless_told_to() {
    let lab = Lab::new();
    lab.save("a.csv", "1");
    lab.file("a.csv", "mine");
    lab.run(&["get", "a.csv"]).exits(4).says("--force");
    assert_eq!(std::fs::read_to_string(lab.path("a.csv")).unwrap(), "mine");
    lab.run(&["get", "a.csv", "--force"]).ok();
    assert_eq!(std::fs::read_to_string(lab.path("a.csv")).unwrap(), "1");
}

#[test]
fn a_listing_is_filtered_and_limited() {
    let lab = Lab::new();
    for number in 0..5 {
        lab.file(&format!("set/a{number}.csv"), format!("{number}"));
        lab.file(&format!("other/b{number}.csv"), format!("b{number}"));
    }
    lab.run(&["save", "set", "other"]).ok();
    let count = |arguments: &[&str]| lab.run(arguments).ok().json().as_array().unwrap().len();
    assert_eq!(count(&["list", "--json"]), 10);
    assert_eq!(count(&["list", "--prefix", "set/", "--json"]), 5);
    assert_eq!(count(&["list", "--prefix", "set/a%", "--json"]), 0);
    assert_eq!(count(&["list", "--limit", "3", "--json"]), 3);
}

#[cfg(unix)]
#[test]
fn a_private_file_stays_private_in_every_copy() {
    use std::os::unix::fs::PermissionsExt;
    let lab = Lab::with_analysis();
    let path = lab.file("private.txt", "for my eyes only");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let saved = lab.run(&["save", "private.txt", "--json"]).ok().json()[0].clone();
    lab.analysis(&["transfer", "--from", "lab/primary", "--copy"]).ok();
    for root in ["lab-data", "analysis-data"] {
        let blob = lab.path(&format!("{root}/.lamindb/{}.txt", saved["uid"].as_str().unwrap()));
        let mode = std::fs::metadata(&blob).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", blob.display());
    }
}
