//! Cases: every value comes back exactly as it was recorded.

use std::time::Duration;

use freehold_domain::run::RunFields;
use freehold_domain::{
    Artifact, ArtifactKey, BlobKey, Capabilities, ClaimEpoch, Provenance, Run, RunStatus, Storage,
    StorageFields, StorageRoot, Timestamp, Transform, TransformKind, User,
};

use super::records::storage_fields;
use super::registry::{Registry, save};
use super::{Fresh, records};
use crate::case::{Failure, Outcome, cases, ensure_equal};

cases! { Fresh, "persistence::values":
    times_keep_their_microseconds,
    texts_keep_every_character,
    an_empty_text_is_not_an_absent_one,
    sizes_beyond_four_gibibytes_are_kept,
    keys_of_the_greatest_length_are_kept,
    every_status_of_a_run_is_kept,
    parameters_of_a_run_are_kept_as_they_are,
    uids_of_runs_of_other_registries_are_kept,
    every_field_of_a_location_is_kept,
    every_field_of_a_transform_is_kept,
    every_field_of_an_artifact_is_kept,
}

/// Texts that encodings, collations and escapes like to change.
const TEXTS: [&str; 9] = [
    "plain",
    " leading and trailing ",
    "two\nlines\r\nand\ta tab",
    "it's \"quoted\" \\ % _ ; -- $1 ?",
    "e\u{301} is not \u{e9}",
    "\u{1f9ec}\u{200d}\u{1f52c} \u{10ffff}",
    "\u{202e}right to left",
    "null",
    "007",
];

async fn times_keep_their_microseconds(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let epoch = Timestamp::UNIX_EPOCH;
    let times = [
        epoch,
        epoch + Duration::from_micros(1),
        epoch + Duration::from_micros(999_999),
        epoch - Duration::from_micros(1),
        epoch - Duration::from_hours(40 * 365 * 24),
        records::moment(1),
        // Beyond what 32 bits of seconds, and 64 bits of nanoseconds, can count.
        epoch + Duration::from_micros(4_294_967_296_000_001),
        epoch + Duration::from_micros(253_402_300_799_999_999),
    ];
    for (number, at) in (10..).zip(times) {
        let (family, mut artifact) = registry.artifact(number, &format!("{number}.csv"))?;
        let later = at - Duration::from_micros(1);
        artifact.provenance = Provenance::recorded(at, registry.user.uid, None, later, Vec::new());
        let mut run = registry.another_run(number).start(at)?;
        run = run.finish(freehold_domain::RunOutcome::Completed, later)?;
        let (mut families, mut artifacts) = ([family], [artifact]);
        let mut unit = registry.write().await?;
        unit.runs().insert_many(std::slice::from_ref(&run)).await?;
        save(unit.as_mut(), &mut families, &mut artifacts).await?;
        unit.commit().await?;
        ensure_artifact(&registry, &artifacts[0]).await?;
        ensure_run(&registry, &run).await?;
    }
    Ok(())
}

async fn texts_keep_every_character(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let long = "\u{1f9ec}x".repeat(50_000);
    for (number, text) in (10..).zip(TEXTS.into_iter().chain([long.as_str()])) {
        let text = Some(text.to_owned());
        let (family, mut artifact) = registry.artifact(number, &format!("{number}.csv"))?;
        artifact.description.clone_from(&text);
        let user = User { name: text.clone(), ..records::user(number) };
        let mut run = registry.another_run(number);
        run.name.clone_from(&text);
        run.reference.clone_from(&text);
        let (mut families, mut artifacts) = ([family], [artifact]);
        let mut unit = registry.write().await?;
        unit.users().insert_many(std::slice::from_ref(&user)).await?;
        unit.runs().insert_many(std::slice::from_ref(&run)).await?;
        save(unit.as_mut(), &mut families, &mut artifacts).await?;
        unit.commit().await?;
        ensure_artifact(&registry, &artifacts[0]).await?;
        ensure_run(&registry, &run).await?;
        let mut unit = registry.read().await?;
        let found = unit.users().find_many(&[user.uid]).await?;
        unit.rollback().await?;
        ensure_equal("the user", &found, &vec![user])?;
    }
    Ok(())
}

async fn an_empty_text_is_not_an_absent_one(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for (number, text) in (10..).zip([Some(String::new()), None]) {
        let (family, mut artifact) = registry.artifact(number, &format!("{number}.csv"))?;
        artifact.description.clone_from(&text);
        let mut run = registry.another_run(number);
        run.name.clone_from(&text);
        run.reference.clone_from(&text);
        let mut storage = registry.another_storage(number)?;
        storage.description.clone_from(&text);
        storage.region.clone_from(&text);
        let mut transform = records::transform(number, 0, registry.user.uid)?;
        transform.description.clone_from(&text);
        transform.reference.clone_from(&text);
        let (mut families, mut artifacts) = ([family], [artifact]);
        let mut unit = registry.write().await?;
        unit.runs().insert_many(std::slice::from_ref(&run)).await?;
        unit.transforms().insert_many(std::slice::from_ref(&transform)).await?;
        let storage = {
            let id = unit.storages().insert(&storage).await?;
            storage.with_id(id)
        };
        save(unit.as_mut(), &mut families, &mut artifacts).await?;
        unit.commit().await?;
        ensure_artifact(&registry, &artifacts[0]).await?;
        ensure_run(&registry, &run).await?;
        ensure_storage(&registry, &storage).await?;
        ensure_transform(&registry, &transform).await?;
    }
    Ok(())
}

async fn sizes_beyond_four_gibibytes_are_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let greatest = u64::try_from(i64::MAX)?;
    for (number, size) in (10..).zip([0, 1, u64::from(u32::MAX) + 1, (1 << 53) + 1, greatest]) {
        let (family, artifact) = registry.artifact(number, &format!("{number}.csv"))?;
        let (mut families, mut artifacts) = ([family], [Artifact { size, ..artifact }]);
        let mut unit = registry.write().await?;
        save(unit.as_mut(), &mut families, &mut artifacts).await?;
        unit.commit().await?;
        ensure_artifact(&registry, &artifacts[0]).await?;
    }
    Ok(())
}

async fn keys_of_the_greatest_length_are_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let folder = "d\u{e9}pth/".repeat(140);
    let key = format!("{folder}{}.csv", "k".repeat(ArtifactKey::MAXIMUM_LENGTH - folder.len() - 4));
    let blob_key = "b/".repeat(BlobKey::MAXIMUM_LENGTH / 2 - 1) + "bb";
    let (family, mut artifact) = registry.artifact(10, &key)?;
    artifact.placement = records::in_place(registry.storage.uid(), &blob_key)?;
    let mut transform = records::transform(10, 0, registry.user.uid)?;
    transform.key = "t".repeat(1024).parse()?;
    let (mut families, mut artifacts) = ([family], [artifact]);
    let mut unit = registry.write().await?;
    unit.transforms().insert_many(std::slice::from_ref(&transform)).await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    ensure_artifact(&registry, &artifacts[0]).await?;
    ensure_transform(&registry, &transform).await?;
    let mut unit = registry.read().await?;
    let found = unit.artifacts().find_in_place(&registry.storage.uid(), &[artifacts[0].blob_key()]).await?;
    unit.rollback().await?;
    ensure_equal("what lies at the long key", found.as_slice(), artifacts.as_slice())
}

async fn every_status_of_a_run_is_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for (number, status) in (10..).zip(RunStatus::ALL) {
        let scheduled = registry.another_run(number);
        let run = Run::from_fields(RunFields {
            uid: scheduled.uid(),
            transform: scheduled.transform(),
            status,
            started_at: (status != RunStatus::Scheduled).then(|| records::moment(1)),
            finished_at: status.is_finished().then(|| records::moment(2)),
            created_by: scheduled.created_by(),
            name: None,
            params: serde_json::Map::new(),
            initiated_by: None,
            reference: None,
        });
        insert_run(&registry, &run).await?;
        ensure_run(&registry, &run).await?;
    }
    Ok(())
}

async fn parameters_of_a_run_are_kept_as_they_are(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let parameters = serde_json::json!({
        "": "an empty name",
        "nested": {"list": [1, [2, {"three": [true, false, null]}], {}, []], "z": 1, "a": 2},
        "\u{1f9ec} \"quoted\" \\": "\u{202e}\n\t'; --",
        "numbers": [0, -1, 1.5, -0.25, i64::MIN, u64::MAX, 1e21],
        "text that looks like a number": "1",
    });
    let serde_json::Value::Object(parameters) = parameters else {
        return Err(Failure::new("expected an object to arrange with"));
    };
    let mut run = registry.another_run(10);
    run.params = parameters;
    insert_run(&registry, &run).await?;
    ensure_run(&registry, &run).await
}

async fn uids_of_runs_of_other_registries_are_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let uid = "0123456789abcdefZZZZ".parse()?;
    let run = Run::scheduled(uid, registry.transform.uid, registry.user.uid);
    insert_run(&registry, &run).await?;
    ensure_run(&registry, &run).await
}

async fn every_field_of_a_location_is_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let capabilities = |number: u32| Capabilities {
        create_if_absent: number & 1 == 1,
        compare_and_swap: number & 2 == 2,
        list_after_write: number & 4 == 4,
        case_sensitive: number & 8 == 8,
    };
    let roots = [
        "/",
        "/data/with space/\u{e9}\u{1f9ec}/%41+",
        "s3://bucket",
        "s3://bucket/deep/pre%20fix",
        "s3://bucket/deep?endpoint_url=http://localhost:9000",
        "gs://bucket/x",
    ];
    for (number, root) in (10..).zip(roots) {
        let storage = Storage::from_fields(StorageFields {
            root: StorageRoot::from_canonical(root)?,
            instance_uid: (number % 2 == 0).then(|| records::instance_uid(number)),
            epoch: ClaimEpoch::from_number(u64::from(number) * 1_000_000_007),
            description: Some(format!("location {number}")),
            region: Some("eu-\u{e9}".to_owned()),
            capabilities: (number != 12).then(|| capabilities(number)),
            provenance: registry.made_under(&registry.run),
            ..storage_fields(&registry.another_storage(number)?)
        });
        let mut unit = registry.write().await?;
        let id = unit.storages().insert(&storage).await?;
        unit.commit().await?;
        ensure_storage(&registry, &storage.with_id(id)).await?;
    }
    Ok(())
}

async fn every_field_of_a_transform_is_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    for (number, kind) in (10..).zip(TransformKind::ALL) {
        let transform = Transform {
            kind,
            description: Some(format!("transform {number}")),
            source_hash: Some(records::hash(number)),
            reference: Some("https://example.org/\u{e9}?a=b#c".to_owned()),
            ..records::transform(number, number, registry.user.uid)?
        };
        let mut unit = registry.write().await?;
        unit.transforms().insert_many(std::slice::from_ref(&transform)).await?;
        unit.commit().await?;
        ensure_transform(&registry, &transform).await?;
    }
    Ok(())
}

async fn every_field_of_an_artifact_is_kept(fresh: &Fresh) -> Outcome {
    let registry = Registry::create(fresh).await?;
    let elsewhere = registry.another_storage(10)?;
    let runs = [10, 11, 12].map(|number| registry.another_run(number));
    let (family, mut artifact) = registry.artifact(10, "raw/reads.fastq.gz")?;
    artifact.description = Some("reads".to_owned());
    artifact.placement = records::in_place(elsewhere.uid(), "raw/r\u{e9}ads %2F?#.fastq.gz")?;
    artifact.copied_from = Some(records::in_place(registry.storage.uid(), ".lamindb/other.fastq.gz")?);
    artifact.provenance = Provenance::recorded(
        records::moment(5),
        registry.user.uid,
        Some(runs[2].uid()),
        records::moment(6),
        vec![runs[1].uid(), runs[0].uid(), runs[1].uid()],
    );
    let (mut families, mut artifacts) = ([family], [artifact]);
    let mut unit = registry.write().await?;
    unit.storages().insert(&elsewhere).await?;
    unit.runs().insert_many(&runs).await?;
    save(unit.as_mut(), &mut families, &mut artifacts).await?;
    unit.commit().await?;
    ensure_artifact(&registry, &artifacts[0]).await
}

async fn insert_run(registry: &Registry, run: &Run) -> Outcome {
    let mut unit = registry.write().await?;
    unit.runs().insert_many(std::slice::from_ref(run)).await?;
    Ok(unit.commit().await?)
}

async fn ensure_artifact(registry: &Registry, expected: &Artifact) -> Outcome {
    let found = registry.artifact_as_read(expected.uid).await?;
    ensure_equal("the artifact", &found.as_ref(), &Some(expected))
}

async fn ensure_run(registry: &Registry, expected: &Run) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.runs().find_many(&[expected.uid()]).await?;
    unit.rollback().await?;
    ensure_equal("the run", &found.as_slice(), &std::slice::from_ref(expected))
}

async fn ensure_storage(registry: &Registry, expected: &Storage) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.storages().find_by_roots(&[expected.root().clone()]).await?;
    unit.rollback().await?;
    ensure_equal("the location", &found.as_slice(), &std::slice::from_ref(expected))
}

async fn ensure_transform(registry: &Registry, expected: &Transform) -> Outcome {
    let mut unit = registry.read().await?;
    let found = unit.transforms().find_many(&[expected.uid]).await?;
    unit.rollback().await?;
    ensure_equal("the transform", &found.as_slice(), &std::slice::from_ref(expected))
}
