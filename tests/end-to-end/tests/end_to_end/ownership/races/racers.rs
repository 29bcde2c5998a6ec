//! Those who race: instances with settings of their own, each command a process.

use std::time::Duration;

use freehold_tests::{Answer, Running, Shell, World};
use serde_json::Value;

/// Somebody with an instance.
#[derive(Debug)]
pub(super) struct Racer {
    shell: Shell,
    pub(super) uid: String,
    pub(super) id: String,
}

/// A claim under way.
#[derive(Debug)]
pub(super) struct Claiming {
    racer: String,
    running: Running,
}

/// What a claim came to, as the claimant sees it.
#[derive(Debug)]
pub(super) struct Answered {
    racer: String,
    answer: Answer,
    location: Option<Value>,
}

/// What a registry records of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Recorded {
    pub(super) root: String,
    pub(super) storage_uid: String,
    pub(super) is_managed: bool,
}

impl Racer {
    fn new(world: &World, number: usize) -> Self {
        let shell = world.visitor(&format!("racer-{number}"));
        let root = format!("./racer-{number}");
        shell.run(&["init", "--storage", &root, "--owner", "racers"]).ok();
        let info = shell.json(&["info"]);
        let text = |name: &str| info[name].as_str().expect("info says who it is").to_owned();
        Self { uid: text("uid"), id: text("id"), shell }
    }

    /// Starts a command.
    pub(super) fn start(&self, arguments: &[&str]) -> Running {
        self.shell.start(arguments)
    }

    /// Starts to claim a root.
    pub(super) fn add(&self, root: &str) -> Claiming {
        Claiming { racer: self.uid.clone(), running: self.start(&["storage", "add", root, "--json"]) }
    }

    /// Claims a root, and says whether it is managed.
    pub(super) fn claims(&self, root: &str) -> bool {
        wait(vec![self.add(root)]).iter().all(Answered::manages)
    }

    /// Every location that the registry records.
    pub(super) fn records(&self) -> Vec<Recorded> {
        let listed = self.shell.json(&["storage", "list"]);
        let text = |location: &Value, name: &str| location[name].as_str().expect("a text").to_owned();
        let record = |location: &Value| Recorded {
            root: text(location, "root"),
            storage_uid: text(location, "uid"),
            is_managed: location["access"] == "managed",
        };
        listed.as_array().expect("an array").iter().map(record).collect()
    }
}

impl Answered {
    /// Who asked.
    pub(super) fn racer(&self) -> &str {
        &self.racer
    }

    /// The exit status.
    pub(super) fn status(&self) -> i32 {
        self.answer.status
    }

    /// Whether the claimant manages the place, by its own words.
    pub(super) fn manages(&self) -> bool {
        self.location.as_ref().is_some_and(|location| location["access"] == "managed")
    }

    /// Who manages the place, by the claimant's words.
    pub(super) fn manager(&self) -> Option<&str> {
        self.location.as_ref()?["instance_uid"].as_str()
    }
}

/// Waits for everybody.
pub(super) fn wait(claims: Vec<Claiming>) -> Vec<Answered> {
    let answered = |claiming: Claiming| {
        let answer = claiming.running.answer();
        let location = serde_json::from_str(&answer.stdout).ok().filter(|_| answer.status == 0);
        Answered { racer: claiming.racer, answer, location }
    };
    claims.into_iter().map(answered).collect()
}

/// Waits a little, longer from round to round, so that those who come later meet every step of who began.
pub(super) fn pause(round: usize) {
    std::thread::sleep(Duration::from_millis((round as u64 % 16) * 3));
}

/// Everybody who races.
#[derive(Debug)]
pub(super) struct Racers(Vec<Racer>);

impl Racers {
    /// Makes everybody's instance, each with a local default storage.
    pub(super) fn gather(world: &World, number: usize) -> Self {
        Self((0..number).map(|number| Racer::new(world, number)).collect())
    }

    /// Everybody in turn, beginning with one.
    pub(super) fn from(&self, first: usize) -> impl Iterator<Item = &Racer> {
        self.0.iter().cycle().skip(first % self.0.len()).take(self.0.len())
    }

    /// The one whose turn it is.
    pub(super) fn of(&self, turn: usize) -> &Racer {
        &self.0[turn % self.0.len()]
    }

    /// Everybody.
    pub(super) fn all(&self) -> &[Racer] {
        &self.0
    }
}
