//! Freehold's own files as targets, and sources that lie about their size.

use freehold_tests::Lab;

#[test]
fn nothing_is_downloaded_into_the_books_of_a_location() {
    let lab = Lab::with_analysis();
    lab.save("a.txt", "content");
    for target in [
        "lab-data/.lamindb/storage_uid.txt",
        "lab-data/.lamindb/freehold.db",
        "analysis-data/.lamindb/new.txt",
    ] {
        let before = lab.contents("lab-data/.lamindb");
        assert_ne!(lab.run(&["get", "a.txt", "--force", "--output", target]).status, 0, "{target}");
        assert!(lab.contents("lab-data/.lamindb") == before, "{target}");
    }
    assert!(!lab.path("analysis-data/.lamindb/new.txt").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_whose_size_the_system_does_not_tell_is_not_recorded_as_empty() {
    let lab = Lab::new();
    lab.run(&["save", "/proc/version"]).exits(1).says("how long");
    assert_eq!(lab.run(&["list", "--json"]).ok().json().as_array().unwrap().len(), 0);
}
