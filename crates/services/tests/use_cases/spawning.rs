//! Every use case can be a task of its own on a runtime of several threads: a server answers with them.

use std::collections::BTreeMap;
use std::future::Future;

use freehold_domain::RunOutcome;
use freehold_ports::persistence::AccessMode;
use freehold_services::add_storage::{AddStorage, add_storage};
use freehold_services::connect_instance::{connect_instance, open_instance};
use freehold_services::default_storage::{default_storage, set_default_storage};
use freehold_services::delete_artifacts::{Deletion, delete_artifacts};
use freehold_services::delete_instance::{
    DataFate, DeletionOrder, apply_deletion, delete_instance, forget_instance,
};
use freehold_services::describe_instance::describe_instance;
use freehold_services::find_artifact::find_artifact;
use freehold_services::finish_run::finish_run;
use freehold_services::hand_over_storage::hand_over_storage;
use freehold_services::initialise_instance::{InitialiseInstance, initialise_instance};
use freehold_services::list_artifacts::{ListArtifacts, list_artifacts};
use freehold_services::list_instances::list_instances;
use freehold_services::list_runs::{ListRuns, list_runs};
use freehold_services::list_storages::list_storages;
use freehold_services::locate_artifact::locate_artifact;
use freehold_services::plan_deletion::plan_deletion;
use freehold_services::read_artifact::read_artifact;
use freehold_services::release_storage::release_storage;
use freehold_services::remove_storage::remove_storage;
use freehold_services::restore_artifact::restore_artifact;
use freehold_services::save_artifacts::{SaveArtifacts, save_artifacts};
use freehold_services::show_run::show_run;
use freehold_services::show_storage::show_storage;
use freehold_services::start_run::{StartRun, start_run};
use freehold_services::transfer_artifacts::{TransferArtifacts, transfer_artifacts};
use freehold_services::update_artifact::{ArtifactChanges, update_artifact};
use freehold_services::update_storage::{StorageChanges, update_storage};
use freehold_services::users::{UserChanges, record_user, set_user};
use freehold_services::{Host, Registry};

/// Takes what a runtime of several threads takes.
fn spawnable(_: impl Future<Output = ()> + Send + 'static) {}

fn on_a_machine(host: &Host) {
    macro_rules! each {
        ($($host:ident => $call:expr),* $(,)?) => {$({
            let $host = host.clone();
            spawnable(async move { drop($call.await) });
        })*};
    }
    each! {
        host => initialise_instance(&host, InitialiseInstance::default()),
        host => connect_instance(&host, ""),
        host => open_instance(&host, None, AccessMode::Read),
        host => list_instances(&host),
        host => set_user(&host, UserChanges::default()),
        host => forget_instance(&host, ""),
    }
}

fn in_an_instance(registry: &Registry) {
    macro_rules! each {
        ($($registry:ident => $call:expr),* $(,)?) => {$({
            let $registry = registry.clone();
            spawnable(async move { drop($call.await) });
        })*};
    }
    each! {
        registry => add_storage(&registry, AddStorage::default()),
        registry => default_storage(&registry),
        registry => set_default_storage(&registry, ""),
        registry => list_storages(&registry),
        registry => show_storage(&registry, ""),
        registry => update_storage(&registry, "", StorageChanges::default()),
        registry => remove_storage(&registry, ""),
        registry => describe_instance(&registry),
        registry => save_artifacts(&registry, SaveArtifacts::default(), &mut |_| {}),
        registry => list_artifacts(&registry, ListArtifacts::default()),
        registry => find_artifact(&registry, ""),
        registry => locate_artifact(&registry, ""),
        registry => read_artifact(&registry, ""),
        registry => update_artifact(&registry, "", ArtifactChanges::default()),
        registry => delete_artifacts(&registry, &[], Deletion::Trash),
        registry => restore_artifact(&registry, ""),
        registry => start_run(&registry, StartRun::of("t".parse().unwrap())),
        registry => finish_run(&registry, None, RunOutcome::Completed),
        registry => list_runs(&registry, ListRuns::default()),
        registry => show_run(&registry, ""),
        registry => transfer_artifacts(&registry, &registry, TransferArtifacts::default()),
        registry => record_user(&registry, registry.user()),
        registry => plan_deletion(&registry),
        registry => delete_instance(&registry, DataFate::Unsaid),
        registry => apply_deletion(&registry, &order(&registry)),
        registry => release_storage(&registry, ""),
        registry => hand_over_storage(&registry, "", ""),
    }
}

fn order(registry: &Registry) -> DeletionOrder {
    DeletionOrder {
        instance: registry.instance().uid(),
        digest: String::new(),
        seen: Vec::new(),
        fates: BTreeMap::new(),
    }
}

#[test]
fn every_use_case_can_be_a_task_of_its_own() {
    let _: fn(&Host) = on_a_machine;
    let _: fn(&Registry) = in_an_instance;
}
