//! Processes that claim, hand over and release at once: whatever comes of a race, every place has one manager, its claim and the manager's
//! registry agree, and no claim is left that nobody records.
//!
//! `cargo xtask race` plays the same for longer.

mod claim_text;
mod racers;
mod referee;

use freehold_tests::{StorageKind, World};

use super::on_every_storage::on_every_storage;
use racers::{Racer, Racers};
use referee::{Expectation, Referee};

on_every_storage! {
    one_root_has_one_manager,
    nested_roots_never_have_two_managers,
    processes_of_one_instance_record_one_location,
    a_claim_does_not_disturb_a_hand_over,
    a_claim_does_not_disturb_a_release,
}

/// How many rounds are played unless the environment says otherwise.
const ROUNDS: usize = 3;
/// How many instances race.
const RACERS: usize = 6;

fn rounds() -> usize {
    let wanted = std::env::var("FREEHOLD_RACE_ROUNDS").ok();
    wanted.map_or(ROUNDS, |rounds| rounds.parse().expect("FREEHOLD_RACE_ROUNDS is a number"))
}

/// Plays every round, and lets the referee look at what is left of them.
fn play(storage: StorageKind, what: &str, round: impl Fn(&World, &Racers, &mut Referee, usize)) {
    let world = World::of(storage);
    let racers = Racers::gather(&world, RACERS);
    let mut referee = Referee::default();
    let rounds = rounds();
    for number in 0..rounds {
        referee.begin(number);
        round(&world, &racers, &mut referee, number);
    }
    referee.finish(&world, &racers);
    println!("race: {storage:?}, {what}: {rounds} rounds, {referee}");
    assert!(referee.violations().is_empty(), "{:#?}", referee.violations());
}

fn one_root_has_one_manager(storage: StorageKind) {
    play(storage, "one root", |world, racers, referee, round| {
        let place = format!("place-{round}");
        let root = world.root(&place);
        let claims = racers.from(round).map(|racer| racer.add(&root)).collect();
        let answers = racers::wait(claims);
        let managers = answers.iter().filter(|answer| answer.manages()).count();
        referee.demand(managers == 1, || format!("{managers} say that they manage {place}: {answers:#?}"));
        let named: Vec<_> = answers.iter().map(racers::Answered::manager).collect();
        let agree = named.iter().all(|manager| manager.is_some() && *manager == named[0]);
        referee.demand(agree, || format!("they do not agree who manages {place}: {answers:#?}"));
        referee.expect(place, Expectation::Managed);
    });
}

fn nested_roots_never_have_two_managers(storage: StorageKind) {
    const PLACES: [&str; RACERS] = ["", "/a", "/a/b", "/a/b/c/d", "/e", "/a/f"];
    play(storage, "nested roots", |world, racers, referee, round| {
        let places: Vec<String> = PLACES.iter().map(|inner| format!("place-{round}{inner}")).collect();
        let claims = racers.from(round).zip(&places).map(|(racer, place)| racer.add(&world.root(place)));
        let answers = racers::wait(claims.collect());
        for answer in &answers {
            let is_clear = matches!((answer.status(), answer.manages()), (0, true) | (4 | 5, false));
            referee.demand(is_clear, || format!("neither won nor refused: {answer:#?}"));
        }
        referee.overlapping(places);
    });
}

fn processes_of_one_instance_record_one_location(storage: StorageKind) {
    play(storage, "one instance", |world, racers, referee, round| {
        let place = format!("place-{round}");
        let racer = racers.of(round);
        let claims = (0..4).map(|_| racer.add(&world.root(&place))).collect();
        for answer in racers::wait(claims) {
            let is_ours = answer.status() == 0 && answer.manages();
            referee.demand(is_ours, || format!("an instance was kept from its own place: {answer:#?}"));
        }
        referee.expect(place, Expectation::ManagedBy(racer.uid.clone()));
    });
}

fn a_claim_does_not_disturb_a_hand_over(storage: StorageKind) {
    play(storage, "claim against hand-over", |world, racers, referee, round| {
        let place = format!("place-{round}");
        let root = world.root(&place);
        let [giver, receiver] = [racers.of(round), racers.of(round + 1)];
        referee.demand(giver.claims(&root), || format!("nobody else was there, and {place} was not claimed"));
        let handing = giver.start(&["storage", "hand-over", &root, "--to", &receiver.id, "--yes"]);
        racers::pause(round);
        let mut others: Vec<_> =
            racers.from(round + 1).take(RACERS - 2).map(|racer| racer.add(&root)).collect();
        others.push(racers.of(round + 5).add(&world.root(&format!("{place}/inner"))));
        let handed = handing.answer();
        referee.demand(handed.status == 0, || format!("{place} was not handed over: {handed:#?}"));
        for answer in racers::wait(others) {
            let is_wrong = answer.manages() && answer.racer() != receiver.uid;
            referee.demand(!is_wrong, || format!("a third party manages {place}: {answer:#?}"));
        }
        referee.demand(receiver.claims(&root), || format!("{place} was handed over, and not received"));
        referee.expect(place, Expectation::ManagedBy(receiver.uid.clone()));
    });
}

fn a_claim_does_not_disturb_a_release(storage: StorageKind) {
    play(storage, "claim against release", |world, racers, referee, round| {
        let place = format!("place-{round}");
        let root = world.root(&place);
        let giver = racers.of(round);
        referee.demand(giver.claims(&root), || format!("nobody else was there, and {place} was not claimed"));
        let releasing = giver.start(&["storage", "release", &root, "--yes"]);
        racers::pause(round);
        let others: Vec<_> = racers.from(round + 1).take(RACERS - 1).map(|racer| racer.add(&root)).collect();
        let released = releasing.answer();
        referee.demand(released.status == 0, || format!("{place} was not released: {released:#?}"));
        let won: Vec<_> = racers::wait(others).into_iter().filter(racers::Answered::manages).collect();
        referee.demand(won.len() <= 1, || format!("several say that they manage {place}: {won:#?}"));
        if won.is_empty() {
            let last: &Racer = racers.of(round + 1);
            referee.demand(last.claims(&root), || format!("{place} was free, and could not be claimed"));
        }
        referee.expect(place, Expectation::Managed);
    });
}
