//! Processes and tasks, each of an instance of its own.

use std::sync::Arc;
use std::time::Duration;

use freehold::{AddStorage, Freehold, InitialiseInstance, Machine};
use freehold_object_store::{Environment, ObjectStoreBlobStores};
use freehold_tests::{Shell, World};
use tokio::runtime::Runtime;

/// How many processes claim.
const PROCESSES: usize = 8;
/// How many tasks of this process claim.
const TASKS: usize = 32;

/// What a claim came to, as the claimant sees it.
#[derive(Debug)]
pub(super) struct Standing {
    /// The claimant's uid.
    pub(super) instance: String,
    /// Whether it says that it manages the place.
    pub(super) manages: bool,
    /// Who manages the place, as it says.
    pub(super) manager: Option<String>,
    /// Whether it is a process of its own.
    pub(super) is_process: bool,
}

/// Everybody who claims.
#[derive(Debug)]
pub(super) struct Claimants {
    processes: Vec<(Shell, String)>,
    tasks: Vec<Freehold>,
    runtime: Runtime,
}

impl Claimants {
    /// Makes every claimant's instance, each with a local default storage.
    pub(super) fn gather(world: &World) -> Self {
        let process = |number: usize| {
            let shell = world.visitor(&format!("process-{number}"));
            let root = format!("./process-{number}");
            shell.run(&["init", "--storage", &root, "--owner", "processes"]).ok();
            let uid = shell.json(&["info"])["uid"].as_str().expect("a uid").to_owned();
            (shell, uid)
        };
        let runtime = Runtime::new().expect("a runtime");
        let tasks = (0..TASKS).map(|number| runtime.block_on(task(world, number))).collect();
        Self { processes: (0..PROCESSES).map(process).collect(), tasks, runtime }
    }

    pub(super) fn number(&self) -> usize {
        self.processes.len() + self.tasks.len()
    }

    /// Lets everybody claim `root` at once; the tasks begin a little later from round to round, since a process takes time to start.
    pub(super) fn claim(&self, root: &str, round: usize) -> Vec<Standing> {
        let processes: Vec<_> = self
            .processes
            .iter()
            .map(|(shell, uid)| (shell.start(&["storage", "add", root, "--json"]), uid))
            .collect();
        let delay = Duration::from_millis((round as u64 % 16) * 5);
        let absolute = self.processes[0].0.folder().join(root.trim_start_matches("./"));
        let root = if root.contains("://") { root.to_owned() } else { absolute.display().to_string() };
        let tasks: Vec<_> = self
            .tasks
            .iter()
            .map(|freehold| {
                let (freehold, root) = (freehold.clone(), root.clone());
                self.runtime.spawn(async move {
                    tokio::time::sleep(delay).await;
                    let added = freehold.add_storage(AddStorage { root, ..AddStorage::default() }).await;
                    let added = added.expect("a claim that is lost is a link");
                    let (instance, manager) = (freehold.instance().uid(), added.storage.instance_uid());
                    Standing {
                        manages: manager == Some(instance),
                        instance: instance.to_string(),
                        manager: manager.map(|manager| manager.to_string()),
                        is_process: false,
                    }
                })
            })
            .collect();
        let mut standings: Vec<Standing> =
            tasks.into_iter().map(|task| self.runtime.block_on(task).expect("a task ends")).collect();
        standings.extend(processes.into_iter().map(|(running, uid)| {
            let added = running.answer().ok().json();
            Standing {
                instance: uid.clone(),
                manages: added["access"] == "managed",
                manager: added["instance_uid"].as_str().map(str::to_owned),
                is_process: true,
            }
        }));
        standings
    }
}

async fn task(world: &World, number: usize) -> Freehold {
    let environment = Environment::of_variables(world.visitor("tasks").environment().clone());
    let stores = ObjectStoreBlobStores::with_environment(environment);
    let machine = Machine::builder()
        .config_dir(world.path(&format!("task-{number}/settings")))
        .blob_stores(Arc::new(stores))
        .build()
        .expect("a machine");
    let storage = world.path(&format!("task-{number}/data")).display().to_string();
    let request = InitialiseInstance {
        storage,
        name: Some(format!("task-{number}")),
        owner: Some("tasks".parse().expect("a handle")),
        ..InitialiseInstance::default()
    };
    machine.init(request).await.expect("an instance").freehold
}
