//! Many instances claim one place at once, by processes and by tasks: it has one manager, and everybody knows which.

mod claimants;

use freehold_tests::{StorageKind, World};

use claimants::{Claimants, Standing};

/// How many rounds are played unless the environment says otherwise.
const ROUNDS: usize = 10;

fn rounds() -> usize {
    let wanted = std::env::var("FREEHOLD_RACE_ROUNDS").ok();
    wanted.map_or(ROUNDS, |rounds| rounds.parse().expect("FREEHOLD_RACE_ROUNDS is a number"))
}

fn race(storage: StorageKind) {
    let world = World::of(storage);
    let claimants = Claimants::gather(&world);
    let (rounds, mut won_by_processes) = (rounds(), 0);
    for round in 0..rounds {
        let place = format!("place-{round}");
        let standings = claimants.claim(&world.root(&place), round);
        let winners: Vec<&Standing> = standings.iter().filter(|standing| standing.manages).collect();
        assert_eq!(winners.len(), 1, "round {round}: {standings:#?}");
        let winner = &winners[0].instance;
        for standing in &standings {
            assert_eq!(standing.manager.as_ref(), Some(winner), "round {round}: {standing:?}");
        }
        let claim = world.content(&format!("{place}/.lamindb/storage_uid.txt")).expect("a claim");
        let claim = String::from_utf8(claim).expect("a readable claim");
        assert!(claim.lines().any(|line| line == format!("instance_uid={winner}")), "round {round}: {claim}");
        assert_eq!(
            world.places(&format!("{place}/")).len(),
            1,
            "round {round}: nothing but the claim is left"
        );
        won_by_processes += usize::from(winners[0].is_process);
    }
    println!(
        "{storage:?}: {rounds} rounds of {} claimants, {rounds} with one winner ({won_by_processes} times a process, {} times a task)",
        claimants.number(),
        rounds - won_by_processes
    );
}

#[test]
fn a_place_on_local_disk_that_many_claim_at_once_has_one_manager() {
    race(StorageKind::Local);
}

#[test]
fn a_place_on_s3_that_many_claim_at_once_has_one_manager() {
    race(StorageKind::S3);
}

#[test]
fn a_place_on_gcs_that_many_claim_at_once_has_one_manager() {
    race(StorageKind::Gs);
}
