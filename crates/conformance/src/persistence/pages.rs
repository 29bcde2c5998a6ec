//! Cases: every listing comes in pages that neither skip nor repeat a record.

use freehold_ports::persistence::{ArtifactFilter, ArtifactOrder, RunFilter};

use super::lineage::with_artifacts;
use super::listing::Listing;
use super::registry::Registry;
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure, ensure_equal};

cases! { Fresh, "persistence::pages":
    users_come_by_uid_each_once,
    storage_locations_come_in_the_order_of_addition_each_once,
    transforms_come_newest_first_each_once,
    runs_come_newest_first_each_once,
    artifacts_come_by_key_each_once,
    artifacts_come_newest_first_each_once,
    intents_come_by_uid_each_once,
    inputs_and_outputs_come_each_once,
    users_behind_the_cursor_do_not_disturb,
    artifacts_behind_the_cursor_by_key_do_not_disturb,
    artifacts_newer_than_the_cursor_do_not_disturb,
    runs_newer_than_the_cursor_do_not_disturb,
    a_record_ahead_of_the_cursor_is_met,
    a_listing_goes_on_where_a_record_was_deleted,
}

/// The numbers of the records that cases list, in the order in which they are recorded: not that of uids or keys.
const NUMBERS: [u32; 6] = [14, 11, 16, 12, 15, 13];

async fn users_come_by_uid_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut expected = with_users(&registry, &NUMBERS).await?;
    expected.push(registry.user.uid.to_string());
    expected.sort();
    ensure_gives(&registry, &Listing::Users, &expected).await
}

async fn storage_locations_come_in_the_order_of_addition_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut expected = vec![registry.storage.uid().to_string()];
    let mut unit = registry.write().await?;
    for number in NUMBERS {
        let storage = registry.another_storage(number)?;
        unit.storages().insert(&storage).await?;
        expected.push(storage.uid().to_string());
    }
    unit.commit().await?;
    ensure_gives(&registry, &Listing::Storages, &expected).await
}

async fn transforms_come_newest_first_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut expected = vec![registry.transform.uid.to_string()];
    let mut unit = registry.write().await?;
    for number in NUMBERS {
        let transform = records::transform(number, 0, registry.user.uid)?;
        unit.transforms().insert_many(std::slice::from_ref(&transform)).await?;
        expected.push(transform.uid.to_string());
    }
    unit.commit().await?;
    expected.reverse();
    ensure_gives(&registry, &Listing::Transforms, &expected).await
}

async fn runs_come_newest_first_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut expected = vec![registry.run.uid().to_string()];
    expected.extend(with_runs(&registry, &NUMBERS).await?);
    expected.reverse();
    ensure_gives(&registry, &Listing::Runs(RunFilter::default()), &expected).await
}

async fn artifacts_come_by_key_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_numbered_artifacts(&registry, &NUMBERS).await?;
    let mut expected = NUMBERS;
    expected.sort_unstable();
    let by_key = Listing::Artifacts(ArtifactFilter::default(), ArtifactOrder::Key);
    ensure_gives(&registry, &by_key, &artifact_uids(&expected)).await
}

async fn artifacts_come_newest_first_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_numbered_artifacts(&registry, &NUMBERS).await?;
    let mut expected = NUMBERS;
    expected.reverse();
    let newest = Listing::Artifacts(ArtifactFilter::default(), ArtifactOrder::Newest);
    ensure_gives(&registry, &newest, &artifact_uids(&expected)).await
}

async fn intents_come_by_uid_each_once(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut expected = with_intents(&registry, &NUMBERS).await?;
    expected.sort();
    ensure_gives(&registry, &Listing::Intents(Some(records::session_uid(1))), &expected).await
}

async fn inputs_and_outputs_come_each_once(fresh: &Fresh) -> Outcome {
    let (registry, artifacts) = with_artifacts(fresh, 10).await?;
    let (made, read) = artifacts.split_at(5);
    let run = registry.run.uid();
    let mut unit = registry.write().await?;
    for artifact in made.iter().rev() {
        unit.lineage().add_outputs(&run, &[*artifact]).await?;
    }
    for artifact in read {
        unit.lineage().add_inputs(&run, &[*artifact]).await?;
    }
    unit.commit().await?;
    let made: Vec<_> = made.iter().rev().map(ToString::to_string).collect();
    ensure_gives(&registry, &Listing::Outputs(run), &made).await?;
    let read: Vec<_> = read.iter().map(ToString::to_string).collect();
    ensure_gives(&registry, &Listing::Inputs(run), &read).await
}

async fn users_behind_the_cursor_do_not_disturb(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    // A uid is its number with the lowest digit first, so these are in order; "1" is the registry's own.
    let mut expected = with_users(&registry, &[2, 4, 6, 8, 10]).await?;
    expected.insert(0, registry.user.uid.to_string());
    let mut walk = Walk::begin(&registry, Listing::Users, 4).await?;
    with_users(&registry, &[3, 5]).await?;
    walk.finish(&registry, 1).await?;
    ensure_equal("the users of before", &walk.walked, &expected)
}

async fn artifacts_behind_the_cursor_by_key_do_not_disturb(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_numbered_artifacts(&registry, &[12, 14, 16, 18, 20]).await?;
    let by_key = Listing::Artifacts(ArtifactFilter::default(), ArtifactOrder::Key);
    let mut walk = Walk::begin(&registry, by_key, 3).await?;
    with_numbered_artifacts(&registry, &[11, 13, 15]).await?;
    walk.finish(&registry, 1).await?;
    ensure_equal("the artifacts of before", &walk.walked, &artifact_uids(&[12, 14, 16, 18, 20]))
}

async fn artifacts_newer_than_the_cursor_do_not_disturb(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_numbered_artifacts(&registry, &[12, 14, 16, 18, 20]).await?;
    let newest = Listing::Artifacts(ArtifactFilter::default(), ArtifactOrder::Newest);
    let mut walk = Walk::begin(&registry, newest, 2).await?;
    with_numbered_artifacts(&registry, &[11, 13, 25]).await?;
    walk.finish(&registry, 2).await?;
    ensure_equal("the artifacts of before", &walk.walked, &artifact_uids(&[20, 18, 16, 14, 12]))
}

async fn runs_newer_than_the_cursor_do_not_disturb(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut expected = vec![registry.run.uid().to_string()];
    expected.extend(with_runs(&registry, &NUMBERS).await?);
    expected.reverse();
    let mut walk = Walk::begin(&registry, Listing::Runs(RunFilter::default()), 3).await?;
    with_runs(&registry, &[20, 21]).await?;
    walk.finish(&registry, 2).await?;
    ensure_equal("the runs of before", &walk.walked, &expected)
}

async fn a_record_ahead_of_the_cursor_is_met(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    with_numbered_artifacts(&registry, &[12, 14, 16]).await?;
    let by_key = Listing::Artifacts(ArtifactFilter::default(), ArtifactOrder::Key);
    let mut walk = Walk::begin(&registry, by_key, 2).await?;
    with_numbered_artifacts(&registry, &[15, 17]).await?;
    walk.finish(&registry, 2).await?;
    ensure_equal("the artifacts", &walk.walked, &artifact_uids(&[12, 14, 15, 16, 17]))
}

async fn a_listing_goes_on_where_a_record_was_deleted(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let mut users = with_users(&registry, &[2, 4, 6]).await?;
    users.insert(0, registry.user.uid.to_string());
    let intents = with_intents(&registry, &[2, 4, 6]).await?;
    let runs = with_runs(&registry, &[2, 4]).await?;
    let mut user_walk = Walk::begin(&registry, Listing::Users, 2).await?;
    let mut intent_walk = Walk::begin(&registry, Listing::Intents(None), 1).await?;
    let mut run_walk = Walk::begin(&registry, Listing::Runs(RunFilter::default()), 1).await?;
    let mut unit = registry.write().await?;
    unit.users().delete(&records::user_uid(2)).await?;
    unit.intents().delete_many(&[records::intent_uid(2)]).await?;
    unit.runs().delete(&records::run_uid(4)).await?;
    unit.commit().await?;
    user_walk.finish(&registry, 1).await?;
    intent_walk.finish(&registry, 1).await?;
    run_walk.finish(&registry, 1).await?;
    ensure_equal("the users", &user_walk.walked, &users)?;
    ensure_equal("the intents", &intent_walk.walked, &intents)?;
    let expected = vec![runs[1].clone(), runs[0].clone(), registry.run.uid().to_string()];
    ensure_equal("the runs", &run_walk.walked, &expected)
}

/// A listing that is walked in several units of work, with changes in between.
struct Walk {
    listing: Listing,
    walked: Vec<String>,
    after: Option<freehold_ports::persistence::Cursor>,
}

impl Walk {
    async fn begin(registry: &Registry, listing: Listing, limit: u32) -> Result<Self, Failure> {
        let mut walk = Self { listing, walked: Vec::new(), after: None };
        walk.step(registry, limit).await?;
        ensure!(walk.after.is_some(), "{:?}: expected a second page, found none", walk.listing);
        Ok(walk)
    }

    async fn step(&mut self, registry: &Registry, limit: u32) -> Outcome {
        let mut unit = registry.read().await?;
        let page = self.listing.page(unit.as_mut(), self.after.take(), limit).await?;
        unit.rollback().await?;
        ensure!(
            page.next.is_none() || !page.items.is_empty(),
            "{:?}: expected an empty page to be the last one",
            self.listing
        );
        self.walked.extend(page.items);
        self.after = page.next;
        Ok(())
    }

    async fn finish(&mut self, registry: &Registry, limit: u32) -> Outcome {
        while self.after.is_some() {
            self.step(registry, limit).await?;
            ensure!(self.walked.len() < 100, "{:?}: expected an end, found {:?}", self.listing, self.walked);
        }
        Ok(())
    }
}

async fn ensure_gives(registry: &Registry, listing: &Listing, expected: &[String]) -> Outcome {
    let mut unit = registry.read().await?;
    listing.ensure_gives(unit.as_mut(), expected).await?;
    unit.rollback().await?;
    Ok(())
}

fn artifact_uids(numbers: &[u32]) -> Vec<String> {
    numbers.iter().map(|number| records::artifact_uid(*number, 0).to_string()).collect()
}

async fn with_numbered_artifacts(registry: &Registry, numbers: &[u32]) -> Outcome {
    for number in numbers {
        registry.save(*number, &format!("{number}.csv")).await?;
    }
    Ok(())
}

async fn with_users(registry: &Registry, numbers: &[u32]) -> Result<Vec<String>, Failure> {
    let users: Vec<_> = numbers.iter().map(|number| records::user(*number)).collect();
    let mut unit = registry.write().await?;
    unit.users().insert_many(&users).await?;
    unit.commit().await?;
    Ok(users.iter().map(|user| user.uid.to_string()).collect())
}

/// Records runs one after the other.
async fn with_runs(registry: &Registry, numbers: &[u32]) -> Result<Vec<String>, Failure> {
    let mut unit = registry.write().await?;
    for number in numbers {
        unit.runs().insert_many(&[registry.another_run(*number)]).await?;
    }
    unit.commit().await?;
    Ok(numbers.iter().map(|number| records::run_uid(*number).to_string()).collect())
}

async fn with_intents(registry: &Registry, numbers: &[u32]) -> Result<Vec<String>, Failure> {
    let storage = registry.storage.uid();
    let intents: Vec<_> = numbers.iter().map(|number| records::intent(*number, 1, storage)).collect();
    let mut unit = registry.write().await?;
    unit.intents().insert_many(&intents).await?;
    unit.commit().await?;
    Ok(intents.iter().map(|intent| intent.uid.to_string()).collect())
}
