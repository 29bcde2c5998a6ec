//! Cases: known instances, the current one, and the user's profile.

use std::sync::Arc;

use freehold_domain::{InstanceUid, StorageRoot, User, UserUid};
use freehold_ports::system::KnownInstance;
use uuid::Uuid;

use super::Fresh;
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "system::instance_directory":
    fresh_settings_know_nothing,
    a_remembered_instance_is_listed,
    instances_come_by_slug_and_then_uid,
    remembering_again_replaces_what_was_known,
    forgetting_says_whether_the_instance_was_known,
    forgetting_the_current_instance_leaves_none,
    forgetting_another_instance_keeps_the_current_one,
    the_current_instance_may_be_unknown_at_first,
    the_current_instance_can_change,
    a_profile_is_kept_in_place_of_the_former_one,
    what_one_handle_keeps_another_one_sees,
    instances_remembered_at_once_are_all_kept,
    changes_of_all_kinds_at_once_are_all_kept,
    unusual_values_are_kept_as_they_are,
    the_operating_system_knows_the_user,
    the_folder_for_registries_is_one_place,
}

fn uid(number: u32) -> InstanceUid {
    InstanceUid::of(Uuid::from_u128(u128::from(number)))
}

fn known(number: u32, slug: &str) -> Result<KnownInstance, Failure> {
    Ok(KnownInstance {
        uid: uid(number),
        slug: slug.parse()?,
        database: format!("sqlite:///data/{number}/freehold.db").parse()?,
        root: Some(StorageRoot::from_canonical(&format!("/data/{number}"))?),
    })
}

fn user(number: u32, handle: &str, name: Option<&str>) -> Result<User, Failure> {
    let uid = UserUid::from_entropy(u128::from(number));
    Ok(User { uid, handle: handle.parse()?, name: name.map(str::to_owned) })
}

async fn fresh_settings_know_nothing(fresh: &Fresh) -> Outcome {
    ensure_equal("the known instances", &fresh.directory.list().await?, &Vec::new())?;
    ensure_equal("the current instance", &fresh.directory.current().await?, &None)?;
    ensure_equal("the profile", &fresh.directory.profile().await?, &None)?;
    ensure_equal("whether one is forgotten", &fresh.directory.forget(uid(1)).await?, &false)
}

async fn a_remembered_instance_is_listed(fresh: &Fresh) -> Outcome {
    let instance = known(1, "lab/primary")?;
    fresh.directory.remember(&instance).await?;
    ensure_equal("the known instances", &fresh.directory.list().await?, &vec![instance])?;
    ensure_equal("the current instance", &fresh.directory.current().await?, &None)
}

async fn instances_come_by_slug_and_then_uid(fresh: &Fresh) -> Outcome {
    let slugs = ["lab/b", "lab/a", "analysis/z", "lab/a", "lab/c", "lab/a"];
    let mut expected = Vec::new();
    for (number, slug) in (1..).zip(slugs) {
        let instance = known(number, slug)?;
        fresh.directory.remember(&instance).await?;
        expected.push(instance);
    }
    expected.sort_by_key(|instance| (instance.slug.clone(), instance.uid));
    ensure_equal("the known instances", &fresh.directory.list().await?, &expected)
}

async fn remembering_again_replaces_what_was_known(fresh: &Fresh) -> Outcome {
    fresh.directory.remember(&known(1, "lab/primary")?).await?;
    let other = known(2, "lab/other")?;
    fresh.directory.remember(&other).await?;
    let mut moved = known(1, "lab/moved")?;
    moved.database = "sqlite:///elsewhere/freehold.db".parse()?;
    for root in [None, Some(StorageRoot::from_canonical("s3://bucket/elsewhere")?)] {
        moved.root = root;
        fresh.directory.remember(&moved).await?;
        ensure_equal(
            "the known instances",
            &fresh.directory.list().await?,
            &vec![moved.clone(), other.clone()],
        )?;
    }
    Ok(())
}

async fn forgetting_says_whether_the_instance_was_known(fresh: &Fresh) -> Outcome {
    let kept = known(2, "lab/kept")?;
    fresh.directory.remember(&known(1, "lab/primary")?).await?;
    fresh.directory.remember(&kept).await?;
    ensure_equal("whether one is forgotten", &fresh.directory.forget(uid(1)).await?, &true)?;
    ensure_equal("whether it is forgotten again", &fresh.directory.forget(uid(1)).await?, &false)?;
    ensure_equal("the known instances", &fresh.directory.list().await?, &vec![kept])
}

async fn forgetting_the_current_instance_leaves_none(fresh: &Fresh) -> Outcome {
    let instance = known(1, "lab/primary")?;
    fresh.directory.remember(&instance).await?;
    fresh.directory.remember(&known(2, "lab/other")?).await?;
    fresh.directory.set_current(instance.uid).await?;
    fresh.directory.forget(instance.uid).await?;
    ensure_equal("the current instance", &fresh.directory.current().await?, &None)?;
    fresh.directory.remember(&instance).await?;
    ensure_equal("the current instance, once it is known again", &fresh.directory.current().await?, &None)
}

async fn forgetting_another_instance_keeps_the_current_one(fresh: &Fresh) -> Outcome {
    let instance = known(1, "lab/primary")?;
    fresh.directory.remember(&instance).await?;
    fresh.directory.remember(&known(2, "lab/other")?).await?;
    fresh.directory.set_current(instance.uid).await?;
    fresh.directory.forget(uid(2)).await?;
    ensure_equal("the current instance", &fresh.directory.current().await?, &Some(instance))
}

async fn the_current_instance_may_be_unknown_at_first(fresh: &Fresh) -> Outcome {
    let instance = known(1, "lab/primary")?;
    fresh.directory.set_current(instance.uid).await?;
    ensure_equal("the current instance, unknown", &fresh.directory.current().await?, &None)?;
    fresh.directory.remember(&instance).await?;
    ensure_equal("the current instance, known", &fresh.directory.current().await?, &Some(instance))
}

async fn the_current_instance_can_change(fresh: &Fresh) -> Outcome {
    let instances = [known(1, "lab/primary")?, known(2, "analysis/derived")?];
    for instance in &instances {
        fresh.directory.remember(instance).await?;
    }
    for instance in instances.iter().chain(&instances) {
        fresh.directory.set_current(instance.uid).await?;
        ensure_equal("the current instance", &fresh.directory.current().await?.as_ref(), &Some(instance))?;
    }
    ensure_equal("how many are known", &fresh.directory.list().await?.len(), &2)
}

async fn a_profile_is_kept_in_place_of_the_former_one(fresh: &Fresh) -> Outcome {
    let profiles = [
        user(1, "ada", None)?,
        user(1, "ada", Some("Ada Lovelace"))?,
        user(2, "grace", Some(""))?,
        user(1, "a", None)?,
    ];
    for profile in profiles {
        fresh.directory.set_profile(&profile).await?;
        ensure_equal("the profile", &fresh.directory.profile().await?, &Some(profile))?;
    }
    Ok(())
}

async fn what_one_handle_keeps_another_one_sees(fresh: &Fresh) -> Outcome {
    let (instance, profile) = (known(1, "lab/primary")?, user(1, "ada", Some("Ada"))?);
    ensure_equal("the known instances, before", &fresh.same_directory.list().await?, &Vec::new())?;
    fresh.directory.remember(&instance).await?;
    fresh.directory.set_current(instance.uid).await?;
    fresh.directory.set_profile(&profile).await?;
    ensure_equal("the known instances", &fresh.same_directory.list().await?, &vec![instance.clone()])?;
    ensure_equal("the current instance", &fresh.same_directory.current().await?, &Some(instance.clone()))?;
    ensure_equal("the profile", &fresh.same_directory.profile().await?, &Some(profile))?;
    fresh.same_directory.forget(instance.uid).await?;
    ensure_equal("the known instances, after", &fresh.directory.list().await?, &Vec::new())
}

async fn instances_remembered_at_once_are_all_kept(fresh: &Fresh) -> Outcome {
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..8 {
        let directory = Arc::clone(if task % 2 == 0 { &fresh.directory } else { &fresh.same_directory });
        tasks.spawn(async move {
            for number in task * 10..task * 10 + 10 {
                directory.remember(&known(number, &format!("lab/books{number}"))?).await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    for directory in [&fresh.directory, &fresh.same_directory] {
        ensure_equal("how many instances are known", &directory.list().await?.len(), &80)?;
    }
    Ok(())
}

async fn changes_of_all_kinds_at_once_are_all_kept(fresh: &Fresh) -> Outcome {
    let (current, doomed, profile) =
        (known(1, "lab/current")?, known(2, "lab/doomed")?, user(1, "ada", None)?);
    fresh.directory.remember(&doomed).await?;
    let (first, second) = (&fresh.directory, &fresh.same_directory);
    let (remembered, chosen, forgotten, named) = tokio::join!(
        first.remember(&current),
        second.set_current(current.uid),
        first.forget(doomed.uid),
        second.set_profile(&profile),
    );
    remembered?;
    chosen?;
    named?;
    ensure!(forgotten?, "expected the instance to be known, found that it was not");
    ensure_equal("the known instances", &first.list().await?, &vec![current.clone()])?;
    ensure_equal("the current instance", &second.current().await?, &Some(current))?;
    ensure_equal("the profile", &first.profile().await?, &Some(profile))
}

async fn unusual_values_are_kept_as_they_are(fresh: &Fresh) -> Outcome {
    let instance = KnownInstance {
        uid: uid(1),
        slug: "\u{e9}.1/b\u{fc}cher-1.0_x".parse()?,
        database: "postgres://lab:p%40ss%22word@db.example:5433/books?sslmode=require".parse()?,
        root: Some(StorageRoot::from_canonical("/data/with \"quotes\" = [x] # \u{1f9ec}")?),
    };
    let cloud = KnownInstance {
        uid: uid(2),
        slug: "lab/cloud".parse()?,
        database: "sqlite:///data/a b/\u{e9}.db".parse()?,
        root: Some(StorageRoot::from_canonical("s3://bucket/x?endpoint_url=http://localhost:9000")?),
    };
    let profile = user(1, "ad\u{e1}", Some("Ad\u{e1} \"the first\" \\ O'Neil\n\u{1f9ec}"))?;
    fresh.directory.remember(&instance).await?;
    fresh.directory.remember(&cloud).await?;
    fresh.directory.set_profile(&profile).await?;
    let mut expected = vec![instance, cloud];
    expected.sort_by_key(|instance| instance.slug.clone());
    let found = fresh.same_directory.list().await?;
    ensure_equal("the known instances", &found, &expected)?;
    for (found, expected) in found.iter().zip(&expected) {
        // The password is not shown, also not when it is wrong.
        ensure!(
            found.database.reveal() == expected.database.reveal(),
            "expected the whole URL of {}",
            expected.database
        );
    }
    ensure_equal("the profile", &fresh.same_directory.profile().await?, &Some(profile))
}

async fn the_operating_system_knows_the_user(fresh: &Fresh) -> Outcome {
    let name = fresh.directory.operating_system_user();
    ensure!(!name.is_empty(), "expected a name, found an empty one");
    ensure_equal("the name, asked again", &fresh.same_directory.operating_system_user(), &name)
}

async fn the_folder_for_registries_is_one_place(fresh: &Fresh) -> Outcome {
    let Some(folder) = fresh.directory.registries_folder() else { return Ok(()) };
    ensure!(
        folder.is_absolute(),
        "the folder for registries: expected an absolute path, found {}",
        folder.display()
    );
    ensure_equal("the folder by another handle", &fresh.same_directory.registries_folder(), &Some(folder))
}
