//! A save that races the deletion of its instance: what a purge says is gone is gone.

use std::process::Stdio;
use std::time::Duration;

use freehold_tests::Lab;

#[test]
fn a_purge_that_succeeds_leaves_nothing_of_a_save_that_races_it() {
    let (mut purged, mut saved) = (0, 0);
    for round in 0..30_u64 {
        let lab = Lab::new();
        lab.save("a.csv", "1");
        for number in 0..20 {
            lab.file(&format!("more/{number}.csv"), format!("{number}").repeat(1000));
        }
        let mut save = lab.command(&["save", "more"]);
        let save = save.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(round * 40 / 29));
        let deletion = lab.run(&["instance", "delete", "--purge", "--yes"]);
        let save = save.wait_with_output().unwrap();
        saved += u32::from(save.status.success());
        match deletion.status {
            0 => {
                purged += 1;
                assert_eq!(lab.contents("lab-data"), [], "round {round}");
            }
            5 => {
                lab.run(&["instance", "delete", "--purge", "--yes"]).ok();
                assert_eq!(lab.contents("lab-data"), [], "round {round}, at the second attempt");
            }
            status => panic!("round {round}: {status}: {deletion:#?}"),
        }
    }
    println!("30 rounds: {purged} purges at the first attempt, {saved} saves before one");
}
