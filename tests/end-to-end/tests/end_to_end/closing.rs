//! A save that races the deletion of its instance: what a purge says is gone is gone.

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::Duration;

use freehold_tests::Lab;

const ROUNDS: u64 = 30;

fn start(lab: &Lab, arguments: &[&str]) -> Child {
    lab.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_purge_that_succeeds_leaves_nothing_of_a_save_that_races_it() {
    const PURGE: [&str; 4] = ["instance", "delete", "--purge", "--yes"];
    let (mut purged, mut saved) = (0, 0);
    for round in 0..ROUNDS {
        let lab = Lab::new();
        lab.save("a.csv", "1");
        for number in 0..20 {
            lab.file(&format!("more/{number}.csv"), format!("{number}").repeat(1000));
        }
        // Every other round the deletion goes first.
        let delay = Duration::from_millis(round * 40 / (ROUNDS - 1));
        let (save, deletion) = if round % 2 == 0 {
            let save = start(&lab, &["save", "more"]);
            sleep(delay);
            (save, start(&lab, &PURGE))
        } else {
            let deletion = start(&lab, &PURGE);
            sleep(delay);
            (start(&lab, &["save", "more"]), deletion)
        };
        let deleted = deletion.wait_with_output().unwrap().status.code();
        if deleted == Some(0) {
            assert_eq!(lab.contents("lab-data"), [], "round {round}");
            purged += 1;
        }
        saved += u32::from(save.wait_with_output().unwrap().status.success());
        if deleted == Some(5) {
            lab.run(&PURGE).ok();
        }
        assert!(matches!(deleted, Some(0 | 5)), "round {round}: {deleted:?}");
        assert_eq!(lab.contents("lab-data"), [], "round {round}, when both have ended");
    }
    println!("{ROUNDS} rounds: {purged} purges at the first attempt, {saved} saves");
}
