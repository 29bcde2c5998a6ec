//! Three instances, overlapping and disjoint places, every operation on ownership, crashes, copied and restored registries: after each step the
//! invariants hold against the storage.

use std::collections::{BTreeMap, BTreeSet};

use freehold_domain::{BlobKey, Claim, DatabaseUrl, InstanceUid};
use freehold_memory::Backup;
use freehold_ports::blobs::BlobVersion;
use freehold_ports::persistence::AccessMode;
use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::adopt_storage::{AdoptStorage, adopt_storage};
use freehold_services::check_storage::check_storage;
use freehold_services::connect_instance::open_instance;
use freehold_services::delete_instance::{DataFate, delete_instance};
use freehold_services::explain_path::explain_path;
use freehold_services::hand_over_storage::hand_over_storage;
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::list_storages::list_storages;
use freehold_services::release_storage::release_storage;
use freehold_services::relocate_instance::relocate_instance;
use freehold_services::remove_storage::remove_storage;
use freehold_services::{Host, Registry};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::harness::{Fault, World, database, into, root, try_save};

const INSTANCES: usize = 3;
const ROOTS: [&str; 5] = ["/shared", "/shared/data", "/shared/data/deep", "/shared/other", "/apart"];
/// Where every place of the model lies, those of the default storages included.
const PLACES: [&str; 8] =
    ["/shared", "/shared/data", "/shared/data/deep", "/shared/other", "/apart", "/own/0", "/own/1", "/own/2"];
const STEPS: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Action {
    Init,
    Add,
    Link,
    Announce,
    Release,
    HandOver(usize),
    Adopt,
    Remove,
    Check,
    Save,
    Relocate,
    Delete,
    Copy,
    Keep,
    Restore,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    who: usize,
    at: usize,
    action: Action,
    /// Whether it is done from a copy of the registry.
    as_copy: bool,
    /// The call that fails, and whether its answer is lost.
    crash: Option<(usize, bool)>,
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        2 => Just(Action::Init),
        8 => Just(Action::Add),
        2 => Just(Action::Link),
        1 => Just(Action::Announce),
        3 => Just(Action::Release),
        5 => (0..INSTANCES).prop_map(Action::HandOver),
        4 => Just(Action::Adopt),
        2 => Just(Action::Remove),
        1 => Just(Action::Check),
        4 => Just(Action::Save),
        1 => Just(Action::Relocate),
        1 => Just(Action::Delete),
        1 => Just(Action::Copy),
        1 => Just(Action::Keep),
        1 => Just(Action::Restore),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let crash = proptest::option::weighted(0.3, (1..25_usize, any::<bool>()));
    (0..INSTANCES, 0..ROOTS.len(), action(), proptest::bool::weighted(0.15), crash)
        .prop_map(|(who, at, action, as_copy, crash)| Step { who, at, action, as_copy, crash })
}

/// One instance of the model, on a machine account of its own.
struct Slot {
    host: Host,
    number: usize,
    backup: Option<Backup>,
}

impl Slot {
    fn database(&self, as_copy: bool) -> DatabaseUrl {
        let folder = if as_copy { "copies" } else { "books" };
        database(&format!("sqlite:///{folder}/{}.db", self.number))
    }

    async fn open(&self, as_copy: bool) -> Option<Registry> {
        open_instance(&self.host, Some(&self.database(as_copy).reveal()), AccessMode::Write).await.ok()
    }
}

/// What lies at all places, and who can write where.
struct Picture {
    blobs: BTreeMap<String, BlobVersion>,
    claims: BTreeMap<&'static str, Claim>,
    /// By place: the registries that could write there, with their instances.
    writers: BTreeMap<&'static str, Vec<(DatabaseUrl, InstanceUid)>>,
}

struct Model {
    world: World,
    slots: Vec<Slot>,
    done: BTreeSet<String>,
}

impl Model {
    async fn new() -> Self {
        let world = World::new();
        let mut slots = Vec::new();
        for number in 0..INSTANCES {
            let user = world.of_another_user_numbered(number);
            user.file(&format!("/home/{number}.csv"), "1");
            slots.push(Slot { host: user.host(), number, backup: None });
        }
        for at in PLACES {
            world.file(&format!("{at}/data.csv"), "1");
        }
        let mut model = Self { world, slots, done: BTreeSet::new() };
        for who in 0..INSTANCES {
            model.act(Step { who, at: 0, action: Action::Init, as_copy: false, crash: None }).await;
        }
        model
    }

    async fn picture(&self) -> Picture {
        let (_, mut listed) = self.world.contents("/shared").await;
        let mut blobs = BTreeMap::new();
        for at in PLACES.iter().filter(|at| !at.starts_with("/shared/")) {
            if *at != "/shared" {
                (_, listed) = self.world.contents(at).await;
            }
            blobs.extend(listed.drain(..).map(|blob| (format!("{at}/{}", blob.key), blob.version)));
        }
        let claims = PLACES.iter().filter_map(|at| Some((*at, self.world.claim(at)?))).collect();
        let mut writers: BTreeMap<&'static str, Vec<_>> = BTreeMap::new();
        for (slot, as_copy) in self.slots.iter().flat_map(|slot| [(slot, false), (slot, true)]) {
            let Some(registry) = slot.open(as_copy).await else { continue };
            for listed in list_storages(&registry).await.unwrap() {
                let Some(at) = PLACES.iter().find(|at| root(at) == *listed.storage.root()) else { continue };
                let explained = explain_path(&registry, &format!("{at}/new.csv")).await.unwrap();
                let is_here = explained.location.is_some_and(|location| location.storage == listed.storage);
                if is_here && explained.rule.may_write() {
                    writers.entry(at).or_default().push((slot.database(as_copy), registry.instance().uid()));
                }
            }
            registry.close().await.unwrap();
        }
        Picture { blobs, claims, writers }
    }

    /// Does a step, and gives the instance that did it.
    async fn act(&mut self, step: Step) -> Option<InstanceUid> {
        let Step { who, at, action, as_copy, crash } = step;
        let at = ROOTS[at];
        if let Some((nth, is_lost)) = crash {
            self.world.faults.strike_nth(nth, if is_lost { Fault::AnswerLost } else { Fault::Broken });
        }
        let receiver = match action {
            Action::HandOver(to) => self.slots[to].open(false).await.map(|registry| registry.instance().id()),
            _ => None,
        };
        let slot = &self.slots[who];
        let host = slot.host.clone();
        let database = slot.database(as_copy);
        let registry = slot.open(as_copy).await;
        let uid = registry.as_ref().map(|registry| registry.instance().uid());
        let is_done = match (action, &registry) {
            (Action::Init, _) => {
                let request = InitialiseInstance {
                    storage: format!("/own/{who}"),
                    name: Some(format!("number{who}")),
                    database: Some(self.slots[who].database(false)),
                    ..InitialiseInstance::default()
                };
                initialise_instance(&host, request).await.is_ok()
            }
            (Action::Relocate, _) => relocate_instance(&host, &database.reveal()).await.is_ok(),
            (Action::Copy, _) => {
                let (from, to) = (slot.database(false), slot.database(true));
                self.world.machine.databases.copy(&from, &to)
            }
            (Action::Keep, _) => {
                self.slots[who].backup = self.world.machine.databases.keep(&database);
                true
            }
            (Action::Restore, _) => {
                let backup = slot.backup.as_ref();
                backup.is_some_and(|backup| {
                    self.world.machine.databases.put_back(&slot.database(false), backup)
                })
            }
            (_, None) => false,
            (action, Some(registry)) => {
                let receiver = receiver.map(|id| id.to_string());
                self.change(registry, at, action, receiver.as_deref(), who).await
            }
        };
        self.world.faults.disarm();
        if let Some(registry) = registry {
            let _ = registry.close().await;
        }
        if is_done {
            let name = format!("{action:?}");
            self.done.insert(name.split('(').next().unwrap_or_default().to_owned());
        }
        match uid {
            Some(uid) => Some(uid),
            None => self.slots[who].open(as_copy).await.map(|registry| registry.instance().uid()),
        }
    }

    async fn change(
        &self,
        registry: &Registry,
        at: &str,
        action: Action,
        receiver: Option<&str>,
        who: usize,
    ) -> bool {
        let add =
            |link, announce| AddStorage { root: at.to_owned(), link, announce, ..AddStorage::default() };
        match action {
            Action::Add => add_storage(registry, add(false, false)).await.is_ok(),
            Action::Link => add_storage(registry, add(true, false)).await.is_ok(),
            Action::Announce => add_storage(registry, add(true, true)).await.is_ok(),
            Action::Release => release_storage(registry, at).await.is_ok(),
            Action::HandOver(_) => match receiver {
                Some(receiver) => hand_over_storage(registry, at, receiver).await.is_ok(),
                None => false,
            },
            Action::Adopt => {
                let Some(claim) = self.world.claim(at) else { return false };
                let manager = claim.manager().map_or_else(|| "unknown".to_owned(), |uid| uid.to_string());
                let request = AdoptStorage {
                    root: at.to_owned(),
                    reason: "it is gone".to_owned(),
                    expected_manager: manager,
                    region: None,
                };
                adopt_storage(registry, request).await.is_ok()
            }
            Action::Remove => remove_storage(registry, at).await.is_ok(),
            Action::Check => check_storage(registry, None).await.is_ok(),
            Action::Save => try_save(registry, into(&format!("/home/{who}.csv"), at)).await.is_ok(),
            Action::Delete => delete_instance(registry, DataFate::Release).await.is_ok(),
            Action::Init | Action::Relocate | Action::Copy | Action::Keep | Action::Restore => false,
        }
    }
}

impl Picture {
    /// I1, I2 and I3: of all registries at most one can write to a place, one of the instance that the claim there names, and no place of one
    /// contains a place of another. (A claim whose claimant died before it could withdraw it lets nobody write.)
    fn check_owners(&self) -> Result<(), String> {
        for (at, writers) in &self.writers {
            for (other, others) in self.writers.iter().filter(|(other, _)| root(at).contains(&root(other))) {
                let owners: BTreeSet<&InstanceUid> =
                    writers.iter().chain(others).map(|(_, owner)| owner).collect();
                if owners.len() > 1 {
                    return Err(format!("{at} and {other} overlap: {writers:?}, {others:?}"));
                }
            }
        }
        for (at, writers) in &self.writers {
            let [(_, writer)] = &writers[..] else {
                return Err(format!("several can write to {at}: {writers:?}"));
            };
            if self.claims.get(at).and_then(Claim::manager) != Some(*writer) {
                return Err(format!(
                    "{writer} can write to {at}, and its claim is {:?}",
                    self.claims.get(at)
                ));
            }
        }
        Ok(())
    }

    /// I3 and I9: a step of `actor` touched nothing but its own receipt, claims that were its own or nobody's or taken over, and what lies where it
    /// could write.
    fn check_touched(&self, after: &Self, step: Step, actor: Option<InstanceUid>) -> Result<(), String> {
        let keys: BTreeSet<&String> = self.blobs.keys().chain(after.blobs.keys()).collect();
        for key in keys.into_iter().filter(|key| self.blobs.get(*key) != after.blobs.get(*key)) {
            let at = PLACES
                .iter()
                .filter(|at| key.starts_with(&format!("{at}/.lamindb/")))
                .max_by_key(|at| at.len());
            let Some(at) = at else { return Err(format!("{key} was touched")) };
            let inner: BlobKey = key[at.len() + 1..].parse().unwrap();
            let former = self.claims.get(at).and_then(Claim::manager);
            let is_own = former.is_none() || former == actor || step.action == Action::Adopt;
            let is_allowed = if inner == BlobKey::claim() || inner.as_str().starts_with(".lamindb/claims/") {
                is_own
            } else if let Some(actor) = actor.filter(|_| inner.starts_with(&BlobKey::link_receipts())) {
                inner == BlobKey::link_receipt(actor)
            } else {
                let writers = self.writers.get(at).into_iter().chain(after.writers.get(at)).flatten();
                writers.into_iter().any(|(_, writer)| Some(*writer) == actor)
            };
            if !is_allowed {
                return Err(format!("{actor:?} touched {key}, which was of {former:?}"));
            }
        }
        Ok(())
    }
}

async fn run(steps: Vec<Step>) -> Result<BTreeSet<String>, String> {
    let mut model = Model::new().await;
    let mut before = model.picture().await;
    for (number, step) in steps.into_iter().enumerate() {
        let actor = model.act(step).await;
        let after = model.picture().await;
        let checked = after.check_owners().and_then(|()| before.check_touched(&after, step, actor));
        checked.map_err(|violation| format!("step {number}, {step:?}: {violation}"))?;
        before = after;
    }
    Ok(model.done)
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// `FREEHOLD_MODEL_SEQUENCES` makes the run longer, `FREEHOLD_MODEL_SEED` repeats one.
#[test]
fn whatever_happens_no_place_has_two_managers_and_nobody_touches_what_is_not_theirs() {
    let sequences = u32::try_from(number("FREEHOLD_MODEL_SEQUENCES", 100)).unwrap();
    let seed = number("FREEHOLD_MODEL_SEED", rand_seed());
    println!("FREEHOLD_MODEL_SEED={seed} FREEHOLD_MODEL_SEQUENCES={sequences}");
    let actions = ["Add", "Adopt", "Announce", "Check", "Copy", "Delete", "HandOver", "Init", "Keep", "Link"];
    let more = ["Release", "Relocate", "Remove", "Restore", "Save"];
    let expected: BTreeSet<String> = actions.into_iter().chain(more).map(str::to_owned).collect();
    let mut done = run_sequences(sequences, seed);
    // What a short run has not come upon by chance is looked for in further ones.
    for further in (1..=10).map(|round| seed.wrapping_add(round)) {
        if sequences < 100 || done == expected {
            break;
        }
        println!("FREEHOLD_MODEL_SEED={further}, since not everything was done yet");
        done.extend(run_sequences(sequences, further));
    }
    assert!(
        sequences < 100 || done == expected,
        "every action must have succeeded somewhere, and these did: {done:?}"
    );
}

/// Runs so many sequences, and says which actions succeeded somewhere.
fn run_sequences(sequences: u32, seed: u64) -> BTreeSet<String> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config =
        Config { cases: sequences, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let done = std::cell::RefCell::new(BTreeSet::new());
    let result = runner.run(&proptest::collection::vec(step(), STEPS), |steps| {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        match runtime.block_on(run(steps)) {
            Ok(more) => {
                done.borrow_mut().extend(more);
                Ok(())
            }
            Err(violation) => Err(TestCaseError::fail(violation)),
        }
    });
    if let Err(error) = result {
        panic!("FREEHOLD_MODEL_SEED={seed}: {error}");
    }
    done.into_inner()
}

fn rand_seed() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::hash::RandomState::new().build_hasher().finish()
}
