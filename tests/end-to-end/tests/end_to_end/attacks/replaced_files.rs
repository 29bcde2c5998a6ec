//! Files in place that are edited or replaced behind Freehold's back.

use freehold_tests::Lab;

#[test]
fn a_latest_version_that_was_edited_in_place_does_not_stand_for_its_former_content() {
    let lab = Lab::new();
    let lying = lab.file("lab-data/a.txt", "AAAA");
    lab.run(&["save", lying.to_str().unwrap()]).ok();
    std::fs::write(&lying, "BBBB").unwrap();
    lab.file("elsewhere/a.txt", "AAAA");
    lab.run(&["save", "elsewhere/a.txt", "--key", "a.txt"]).ok();
    lab.run(&["get", "a.txt", "--output", "-"]).ok().says("AAAA");
}

#[cfg(target_os = "linux")]
mod while_it_is_read {
    //! Linux tells which files a process has open.

    use std::path::{Path, PathBuf};
    use std::process::{Child, Stdio};
    use std::time::Duration;

    use freehold_tests::Lab;

    /// A lab with a large file in its location. It takes long to be hashed and no space.
    fn lab_with_large_file() -> (Lab, PathBuf) {
        let lab = Lab::new();
        let path = lab.file("lab-data/large.bin", "");
        std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(768 * 1024 * 1024).unwrap();
        (lab, path)
    }

    /// Starts a command, and puts another file in place of `path` as soon as the command reads it.
    fn replace_while_read(lab: &Lab, arguments: &[&str], path: &Path) -> Child {
        let fresh = lab.file("fresh", "precious");
        let mut command = lab.command(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let open_files = format!("/proc/{}/fd", child.id());
        let is_read = || {
            let entries = std::fs::read_dir(&open_files).into_iter().flatten().flatten();
            entries.filter_map(|entry| entry.path().read_link().ok()).any(|open| open == path)
        };
        while !is_read() {
            assert!(child.try_wait().unwrap().is_none(), "the command ended before it read the file");
            std::thread::sleep(Duration::from_millis(1));
        }
        std::fs::rename(fresh, path).unwrap();
        child
    }

    #[test]
    fn a_file_put_there_after_the_check_is_not_deleted() {
        let (lab, path) = lab_with_large_file();
        lab.run(&["save", path.to_str().unwrap()]).ok();
        let purge = ["delete", "large.bin", "--purge", "--with-file", "--yes"];
        replace_while_read(&lab, &purge, &path).wait().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }

    #[test]
    fn a_file_that_was_replaced_while_it_was_hashed_is_not_recorded() {
        let (lab, path) = lab_with_large_file();
        let status = replace_while_read(&lab, &["save", path.to_str().unwrap()], &path).wait().unwrap();
        if status.success() {
            lab.run(&["get", "large.bin", "--output", "-"]).ok();
        } else {
            assert_eq!(lab.run(&["list", "--json"]).ok().json().as_array().unwrap().len(), 0);
        }
    }
}
