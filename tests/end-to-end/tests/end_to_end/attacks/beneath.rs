//! Several locations and artifacts over one file.

use freehold_tests::Lab;

#[test]
fn a_file_that_another_artifact_points_to_through_a_location_around_it_is_not_deleted() {
    let lab = Lab::new();
    let file = lab.file("lab-data/inner/a.txt", "content");
    lab.run(&["save", file.to_str().unwrap()]).ok();
    lab.run(&["storage", "add", "lab-data/inner"]).ok();
    lab.run(&["save", file.to_str().unwrap()]).ok();
    lab.run(&["delete", "a.txt", "--purge", "--with-file", "--yes"]).exits(4);
    lab.run(&["get", "inner/a.txt", "--output", "-"]).ok().says("content");
}

#[test]
fn what_has_lost_its_bytes_in_the_trash_is_not_restored() {
    let lab = Lab::new();
    let file = lab.file("lab-data/a.txt", "content");
    let saved = lab.run(&["save", file.to_str().unwrap(), "--json"]).ok().json();
    lab.run(&["delete", "a.txt", "--yes"]).ok();
    std::fs::remove_file(file).unwrap();
    lab.run(&["restore", saved[0]["uid"].as_str().unwrap()]).exits(6);
    assert_eq!(lab.run(&["list", "--json"]).ok().json().as_array().unwrap().len(), 0);
}
