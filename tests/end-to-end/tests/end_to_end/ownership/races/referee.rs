//! Who looks at every round, and says what must not have happened.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use freehold_tests::World;

use super::claim_text::ClaimText;
use super::racers::{Racers, Recorded};

/// What must have become of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expectation {
    /// Somebody manages it.
    Managed,
    /// The instance of this uid manages it.
    ManagedBy(String),
    /// Somebody may manage it, or nobody.
    Open,
}

/// A place that was raced for.
#[derive(Debug)]
struct Place {
    round: usize,
    name: String,
    expectation: Expectation,
}

/// What must not have happened.
#[derive(Debug)]
pub(super) struct Violation {
    pub(super) round: usize,
    #[expect(dead_code, reason = "people read it in the output of a failed test")]
    pub(super) what: String,
}

/// Collects what must not have happened.
#[derive(Debug, Default)]
pub(super) struct Referee {
    round: usize,
    places: Vec<Place>,
    managed: usize,
    violations: Vec<Violation>,
}

impl Referee {
    pub(super) fn begin(&mut self, round: usize) {
        self.round = round;
    }

    /// Notes a violation unless something holds.
    pub(super) fn demand(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.violations.push(Violation { round: self.round, what: what() });
        }
    }

    /// Remembers what must have become of a place.
    pub(super) fn expect(&mut self, name: String, expectation: Expectation) {
        self.places.push(Place { round: self.round, name, expectation });
    }

    /// Remembers places that lie in one another.
    pub(super) fn overlapping(&mut self, names: Vec<String>) {
        for name in names {
            self.expect(name, Expectation::Open);
        }
    }

    /// Compares the claim of every place with every registry. No command touches a place after its round, so that what is there in the end is what
    /// the round has left.
    pub(super) fn finish(&mut self, world: &World, racers: &Racers) {
        let registries: Vec<(String, BTreeMap<String, Vec<Recorded>>)> =
            racers.all().iter().map(|racer| (racer.uid.clone(), by_place(racer.records()))).collect();
        let mut held: Vec<(usize, String, String)> = Vec::new();
        for place in std::mem::take(&mut self.places) {
            self.round = place.round;
            let claim = ClaimText::at(world, &place.name);
            let records = |uid: &str| -> Vec<&Recorded> {
                let registry = registries.iter().find(|(racer, _)| racer == uid);
                registry.and_then(|(_, places)| places.get(&place.name)).into_iter().flatten().collect()
            };
            let managers: Vec<&String> = registries
                .iter()
                .map(|(racer, _)| racer)
                .filter(|racer| records(racer).iter().any(|record| record.is_managed))
                .collect();
            let expected = claim.as_ref().map(|claim| &claim.manager);
            let agree = managers.iter().copied().eq(expected);
            self.demand(agree, || format!("{}: {managers:?} record themselves, {claim:?}", place.name));
            for racer in &managers {
                let recorded = records(racer);
                let is_same = recorded.len() == 1
                    && claim.as_ref().is_some_and(|claim| claim.storage_uid == recorded[0].storage_uid);
                self.demand(is_same, || format!("{}: {racer} records {recorded:?}, {claim:?}", place.name));
            }
            let is_met = match &place.expectation {
                Expectation::Open => true,
                Expectation::Managed => claim.is_some(),
                Expectation::ManagedBy(uid) => expected == Some(uid),
            };
            self.demand(is_met, || format!("{}: {:?}, and {claim:?}", place.name, place.expectation));
            held.extend(claim.map(|claim| (place.round, place.name, claim.manager)));
        }
        self.managed = held.iter().map(|(round, ..)| round).collect::<BTreeSet<_>>().len();
        for (index, (round, outer, manager)) in held.iter().enumerate() {
            for (_, inner, other) in held.iter().skip(index + 1) {
                self.round = *round;
                let overlap = contains(outer, inner) || contains(inner, outer);
                self.demand(!overlap || manager == other, || {
                    format!("{manager} manages {outer}, and {other} manages {inner}")
                });
            }
        }
    }

    pub(super) fn violations(&self) -> &[Violation] {
        &self.violations
    }
}

impl fmt::Display for Referee {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let violated: BTreeSet<usize> = self.violations.iter().map(|violation| violation.round).collect();
        write!(
            formatter,
            "{} with a manager, {} violations in {} rounds",
            self.managed,
            self.violations.len(),
            violated.len()
        )
    }
}

/// What a registry records, by the places as the race names them.
fn by_place(records: Vec<Recorded>) -> BTreeMap<String, Vec<Recorded>> {
    let mut places: BTreeMap<String, Vec<Recorded>> = BTreeMap::new();
    for record in records {
        let root = record.root.split('?').next().unwrap_or_default();
        if let Some(start) = root.find("/place-") {
            places.entry(root[start + 1..].to_owned()).or_default().push(record);
        }
    }
    places
}

fn contains(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
