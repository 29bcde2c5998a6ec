//! A network that loses, cuts, delays and refuses: a command completes or fails clean, and never tells a lie about who won.

mod faulty;

use std::time::Duration;

use freehold_test_servers::fault_proxy::{Fault, Rule};
use freehold_tests::{BUCKET, StorageKind};
use serde_json::json;

use super::on_both_clouds::on_both_clouds;
use faulty::Faulty;

on_both_clouds! {
    a_lost_answer_to_a_claim_is_not_taken_for_a_defeat,
    a_rival_that_came_first_is_named,
    a_lost_answer_to_a_small_put_is_not_taken_for_a_failure,
    a_lost_answer_to_a_large_put_leaves_no_upload_behind,
    lost_answers_to_deletes_are_no_failures,
    resets_are_survived,
    a_storm_of_slow_down_is_survived,
    a_cut_body_is_never_taken_for_a_whole_one,
    a_cut_request_stores_nothing_partial,
    a_refused_part_fails_the_save_clean,
    a_killed_upload_is_listed_and_aborted,
    a_save_that_is_killed_at_its_last_step_leaves_nothing_unlisted,
    a_large_upload_outlives_a_restart_of_the_server,
}

fn a_lost_answer_to_a_claim_is_not_taken_for_a_defeat(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("PUT").path_contains("uid"));
    let lab = faulty.lab();
    assert_eq!(faulty.proxy.faults(), 1);
    assert_eq!(lab.json(&["storage", "default"])["access"], "managed");
    let claim = faulty.world.content("lab-data/.lamindb/storage_uid.txt").unwrap();
    assert!(String::from_utf8(claim).unwrap().contains(&lab.uid()));
    assert_eq!(faulty.world.places(""), ["lab-data/.lamindb/storage_uid.txt"]);
}

fn a_rival_that_came_first_is_named(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    faulty.proxy.arm(Rule::new(Fault::Status(503)).method("PUT").path_contains("uid").always());
    let root = faulty.world.root("lab-data");
    let late = faulty.shell("late").start(&["init", "--storage", &root, "--owner", "late", "--name", "one"]);
    faulty.wait_for_faults(1);
    let rival = faulty.world.actor("rival/first", "lab-data");
    faulty.proxy.disarm();
    late.answer().exits(4).says("rival/first");
    assert_eq!(rival.json(&["storage", "default"])["access"], "managed");
    assert_eq!(faulty.shell("late").json(&["instance", "list"]), json!([]));
}

fn a_lost_answer_to_a_small_put_is_not_taken_for_a_failure(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    faulty.world.file("a.txt", "1");
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("PUT"));
    assert_eq!(lab.json(&["save", "a.txt"])[0]["outcome"], "created");
    assert_eq!(faulty.proxy.faults(), 1);
    assert_eq!(lab.get("a.txt"), b"1");
    assert_eq!(faulty.world.places("lab-data/").len(), 2, "the claim and one blob");
}

fn a_lost_answer_to_a_large_put_leaves_no_upload_behind(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    let content = faulty.large_file("large.bin", 40 << 20);
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("POST").path_contains("uploadId="));
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("PUT").path_contains("partNumber=2&"));
    let answer = lab.run(&["save", "large.bin"]);
    assert!(faulty.proxy.faults() >= 1, "{answer:#?}");
    faulty.proxy.disarm();
    faulty.holds_only_what_is_recorded(&lab);
    lab.run(&["save", "large.bin"]).ok();
    assert_eq!(lab.json(&["show", "large.bin"])["hash"], content.to_hex().as_str());
    faulty.holds_only_what_is_recorded(&lab);
    assert_eq!(blake3::hash(&lab.get("large.bin")), content);
}

fn lost_answers_to_deletes_are_no_failures(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    faulty.world.file("a.txt", "1");
    lab.run(&["save", "a.txt"]).ok();
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("DELETE"));
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("POST").path_contains("delete"));
    lab.run(&["delete", "a.txt", "--purge", "--yes"]).ok();
    assert_eq!(faulty.proxy.faults(), 1);
    assert_eq!(faulty.world.places("").len(), 1, "the claim");
    faulty.proxy.disarm();
    faulty.proxy.arm(Rule::new(Fault::LoseResponse).method("DELETE").path_contains("uid"));
    lab.run(&["instance", "delete", "--yes"]).ok();
    assert_eq!(faulty.proxy.faults(), 1);
    assert_eq!(faulty.world.places(""), Vec::<String>::new());
}

fn resets_are_survived(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    faulty.world.file("a.txt", "1");
    for method in ["PUT", "GET", "HEAD", "DELETE"] {
        faulty.proxy.arm(Rule::new(Fault::Reset).method(method).times(2));
    }
    lab.run(&["save", "a.txt"]).ok();
    assert_eq!(lab.get("a.txt"), b"1");
    lab.run(&["delete", "a.txt", "--purge", "--yes"]).ok();
    assert!(faulty.proxy.faults() >= 4, "{:#?}", faulty.proxy.requests());
    faulty.holds_only_what_is_recorded(&lab);
}

fn a_storm_of_slow_down_is_survived(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    for number in 0..10 {
        faulty.world.file(&format!("many/{number}.txt"), format!("{number}"));
    }
    faulty.proxy.arm(Rule::new(Fault::Status(503)).times(7));
    assert_eq!(lab.json(&["save", "./many"]).as_array().unwrap().len(), 10);
    assert_eq!(faulty.proxy.faults(), 7);
    faulty.holds_only_what_is_recorded(&lab);
}

// On one cloud alone: both have the same patience, which is a minute.
#[test]
fn a_silent_server_is_not_waited_for_forever() {
    let faulty = Faulty::new(StorageKind::S3);
    let lab = faulty.lab();
    faulty.world.file("a.txt", "1");
    faulty.proxy.arm(Rule::new(Fault::BlackHole).method("PUT"));
    let answer = lab.run(&["save", "a.txt"]);
    assert_eq!(faulty.proxy.faults(), 1);
    assert!([0, 1, 5].contains(&answer.status), "{answer:#?}");
    assert_eq!(lab.all_versions().len(), usize::from(answer.status == 0), "{answer:#?}");
    faulty.holds_only_what_is_recorded(&lab);
    lab.run(&["save", "a.txt"]).ok();
    assert_eq!(lab.get("a.txt"), b"1");
}

fn a_cut_body_is_never_taken_for_a_whole_one(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    let content = faulty.large_file("large.bin", 3 << 20);
    let uid = lab.json(&["save", "large.bin"])[0]["uid"].as_str().unwrap().to_owned();
    faulty.proxy.arm(Rule::new(Fault::CutResponse(1 << 20)).method("GET").path_contains(&uid));
    let got = faulty.world.path("got.bin");
    let answer = lab.run(&["get", "large.bin", "--no-cache", "--output", got.to_str().unwrap()]);
    assert_eq!(faulty.proxy.faults(), 1);
    assert_eq!(answer.status == 0, got.exists(), "a file is whole, or not there: {answer:#?}");
    if got.exists() {
        assert_eq!(blake3::hash(&std::fs::read(&got).unwrap()), content);
    }
    assert_eq!(blake3::hash(&lab.get("large.bin")), content);
}

fn a_cut_request_stores_nothing_partial(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    let content = faulty.large_file("medium.bin", 3 << 20);
    faulty.proxy.arm(Rule::new(Fault::CutRequest(1 << 20)).method("PUT"));
    lab.run(&["save", "medium.bin"]).ok();
    assert_eq!(faulty.proxy.faults(), 1);
    faulty.holds_only_what_is_recorded(&lab);
    assert_eq!(blake3::hash(&lab.get("medium.bin")), content);
}

fn a_refused_part_fails_the_save_clean(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    let content = faulty.large_file("large.bin", 40 << 20);
    faulty.proxy.arm(Rule::new(Fault::Status(403)).method("PUT").path_contains("partNumber=3&").always());
    lab.run(&["save", "large.bin"]).exits(1);
    assert!(faulty.proxy.faults() >= 1);
    assert_eq!(lab.all_versions(), Vec::<serde_json::Value>::new());
    faulty.holds_only_what_is_recorded(&lab);
    faulty.proxy.disarm();
    lab.run(&["save", "large.bin"]).ok();
    assert_eq!(blake3::hash(&lab.get("large.bin")), content);
}

fn a_killed_upload_is_listed_and_aborted(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    faulty.large_file("large.bin", 40 << 20);
    faulty.proxy.arm(Rule::new(Fault::BlackHole).method("PUT").path_contains("partNumber=4&").always());
    let mut running = lab.start(&["save", "large.bin"]);
    faulty.wait_for_faults(1);
    let during = lab.json(&["storage", "uploads", lab.root()])["uploads"].clone();
    assert_eq!(
        (during.as_array().unwrap().len(), &during[0]["owner"]),
        (1, &json!("live_session")),
        "{during}"
    );
    lab.run(&["storage", "uploads", lab.root(), "--abort", "--yes"]).ok();
    assert!(running.is_running());
    assert_eq!(
        faulty.world.cloud().unfinished_uploads(BUCKET).len(),
        1,
        "a live session's upload is left alone"
    );
    running.kill();
    faulty.proxy.disarm();
    let left = lab.json(&["storage", "uploads", lab.root()])["uploads"].clone();
    let upload = faulty.world.cloud().unfinished_uploads(BUCKET);
    assert_eq!((left.as_array().unwrap().len(), upload.len()), (1, 1), "{left}");
    let (_, name) = left[0]["key"].as_str().unwrap().rsplit_once('/').unwrap();
    assert!(upload[0].ends_with(name), "{left}: {upload:?}");
    assert_eq!(left[0]["owner"], "nobody");
    lab.run(&["storage", "uploads", lab.root(), "--abort", "--dry-run"]).ok();
    assert_eq!(faulty.world.cloud().unfinished_uploads(BUCKET).len(), 1);
    lab.run(&["storage", "uploads", lab.root(), "--abort", "--yes"]).ok();
    assert_eq!(faulty.world.cloud().unfinished_uploads(BUCKET), Vec::<String>::new());
    assert_eq!(lab.json(&["storage", "uploads", lab.root()])["uploads"], json!([]));
    lab.run(&["save", "large.bin"]).ok();
    faulty.holds_only_what_is_recorded(&lab);
}

fn a_save_that_is_killed_at_its_last_step_leaves_nothing_unlisted(storage: StorageKind) {
    const PARTS: usize = 5;
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    let content = faulty.large_file("large.bin", PARTS << 23);
    let last = match storage {
        // Google Cloud Storage completes uploads without conditions, so the last step is a copy, which has them.
        StorageKind::Gs => Rule::new(Fault::BlackHole).method("PUT").after(PARTS),
        StorageKind::Local | StorageKind::S3 => {
            Rule::new(Fault::BlackHole).method("POST").path_contains("uploadId=")
        }
    };
    faulty.proxy.arm(last.always());
    let running = lab.start(&["save", "large.bin"]);
    faulty.wait_for_faults(1);
    running.kill();
    faulty.proxy.disarm();
    lab.run(&["storage", "uploads", lab.root(), "--abort", "--yes"]).ok();
    assert_eq!(faulty.world.cloud().unfinished_uploads(BUCKET), Vec::<String>::new());
    lab.run(&["save", "large.bin"]).ok();
    faulty.holds_only_what_is_recorded(&lab);
    assert_eq!(blake3::hash(&lab.get("large.bin")), content);
}

fn a_large_upload_outlives_a_restart_of_the_server(storage: StorageKind) {
    let faulty = Faulty::new(storage);
    let lab = faulty.lab();
    let content = faulty.large_file("large.bin", 512 << 20);
    let running = lab.start(&["save", "large.bin", "--json"]);
    faulty.wait_for_parts(12);
    let outage = faulty.proxy.outage();
    std::thread::sleep(Duration::from_millis(700));
    drop(outage);
    let answer = running.answer();
    // What the outage kept from being cleared away is listed, and a later command aborts it.
    lab.run(&["storage", "uploads", lab.root(), "--abort", "--yes"]).ok();
    faulty.holds_only_what_is_recorded(&lab);
    if answer.status != 0 {
        println!("the upload failed clean: {}", answer.stdout);
        assert!(answer.json()["error"]["message"].is_string(), "{answer:#?}");
        lab.run(&["save", "large.bin"]).ok();
        faulty.holds_only_what_is_recorded(&lab);
    }
    let shown = lab.json(&["show", "large.bin"]);
    assert_eq!((&shown["hash"], &shown["size"]), (&json!(content.to_hex().as_str()), &json!(512 << 20)));
    let got = faulty.world.path("got.bin");
    lab.run(&["get", "large.bin", "--no-cache", "--output", got.to_str().unwrap()]).ok();
    assert_eq!(faulty::hash_of(&got), content);
}
