//! Saving copies: bytes first, durable, then the row; all of a batch or nothing.

use std::path::Path;

use freehold_domain::{
    ArtifactLocation, ArtifactState, ArtifactUid, BlobKey, ContentHash, IntentKind, Version,
};
use freehold_ports::system::{FileError, LocalFiles};
use freehold_services::save_artifacts::{SaveArtifacts, SaveArtifactsError, SaveOutcome};
use freehold_services::{AccessError, Category, UseCaseError};

use super::harness::{
    Fault, LAB, World, add, assert_error, bytes, into, keyed, link, paths, purge, root, save, save_path,
    trash, try_save,
};

#[tokio::test]
async fn a_saved_file_is_an_artifact_with_the_size_hash_and_key_of_its_bytes() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/plate1.fastq.gz", "ACGT");
    let saved =
        save(&lab, SaveArtifacts { description: Some("d".to_owned()), ..paths(&["plate1.fastq.gz"]) }).await;
    let artifact = saved.artifact;
    assert_eq!((saved.outcome, saved.duplicate_of, saved.beside_origin), (SaveOutcome::Created, None, None));
    assert_eq!((artifact.key.as_str(), artifact.suffix.as_str()), ("plate1.fastq.gz", ".fastq.gz"));
    assert_eq!((artifact.size, artifact.hash), (4, ContentHash::blake3(*blake3::hash(b"ACGT").as_bytes())));
    assert_eq!((artifact.version().to_string().as_str(), artifact.is_latest), ("0000", true));
    assert_eq!((artifact.state, artifact.description.as_deref()), (ArtifactState::Available, Some("d")));
    assert_eq!(artifact.placement.location, ArtifactLocation::Ingested);
    assert_eq!(artifact.blob_key().as_str(), format!(".lamindb/{}.fastq.gz", artifact.uid));
    assert_eq!(bytes(&lab, "plate1.fastq.gz").await, "ACGT");
    assert_eq!(world.books(&lab).await.artifacts, [artifact]);
    world.audit(&lab, "after saving").await;
}

#[tokio::test]
async fn a_saved_copy_leaves_no_intent_and_no_other_blob() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let artifact = save_path(&lab, "a.csv").await.artifact;
    assert!(world.books(&lab).await.intents.is_empty());
    assert_eq!(world.keys(LAB), [artifact.blob_key().to_string(), ".lamindb/storage_uid.txt".to_owned()]);
}

#[tokio::test]
async fn a_row_is_recorded_only_after_its_bytes_are_durable() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv"] {
        world.file(&format!("/home/ada/{name}"), name);
    }
    world.faults.disarm();
    try_save(&lab, paths(&["a.csv", "b.csv"])).await.unwrap();
    let calls = world.faults.calls();
    let last = |beginning: &str| calls.iter().rposition(|call| call.starts_with(beginning)).unwrap();
    let first = |beginning: &str| calls.iter().position(|call| call.starts_with(beginning)).unwrap();
    assert!(first("read .lamindb/storage_uid.txt") < first("put"), "{calls:?}");
    assert!(first("commit write") < first("put"), "the intents come before the bytes: {calls:?}");
    assert!(last("put") < last("flush") && last("flush") < last("begin write"), "{calls:?}");
}

#[tokio::test]
async fn bytes_that_do_not_become_durable_are_not_recorded() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    world.faults.strike("flush", 1, Fault::Broken);
    let error = try_save(&lab, paths(&["a.csv"])).await.unwrap_err();
    assert_eq!(error.category(), Category::Failed);
    let books = world.books(&lab).await;
    assert!(books.artifacts.is_empty() && books.intents.is_empty() && books.families.is_empty());
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
}

#[tokio::test]
async fn intents_announce_a_copy_before_its_first_byte() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let (seen, other, registry) =
        (std::sync::Arc::new(std::sync::Mutex::new(Vec::new())), world.clone(), lab.clone());
    let sink = seen.clone();
    world.faults.meanwhile("put", async move {
        *sink.lock().unwrap() = other.books(&registry).await.intents;
    });
    let artifact = save_path(&lab, "a.csv").await.artifact;
    let seen = seen.lock().unwrap();
    let [intent] = &seen[..] else { panic!("{seen:?}") };
    assert_eq!((intent.kind, intent.artifact), (IntentKind::Ingest, artifact.uid));
    assert_eq!((intent.storage, &intent.blob_key), (artifact.placement.storage, &artifact.blob_key()));
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_read_records_nothing_of_its_batch() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "b.csv", "c.csv"] {
        world.file(&format!("/home/ada/folder/{name}"), name);
    }
    let machine = world.machine.clone();
    world.faults.meanwhile("put", async move {
        machine.files.put(Path::new("/home/ada/folder/b.csv"), "changed");
    });
    let error = try_save(&lab, paths(&["folder"])).await.unwrap_err();
    assert!(
        matches!(&error, SaveArtifactsError::File(FileError::Changed { path }) if path.ends_with("b.csv"))
    );
    assert_error(&error, Category::Conflict, "changed while it was read");
    let books = world.books(&lab).await;
    assert!(books.artifacts.is_empty() && books.intents.is_empty());
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
    // No family is left empty: the keys begin anew.
    assert_eq!(save(&lab, keyed("folder/a.csv", "folder/a.csv")).await.outcome, SaveOutcome::Created);
}

#[tokio::test]
async fn what_was_recorded_before_a_batch_failed_was_told() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/lying.csv", "1");
    world.file("/home/ada/same.csv", "2");
    world.file("/home/ada/new.csv", "3");
    save_path(&lab, "same.csv").await;
    let told_before = world.books(&lab).await.artifacts.len();
    world.faults.strike("flush", 1, Fault::Broken);
    let mut told = Vec::new();
    let request = paths(&["/lab/data/lying.csv", "same.csv", "new.csv"]);
    let run = super::harness::under_new_run(&lab, "t").await;
    freehold_services::save_artifacts::save_artifacts(&run, request, &mut |saved| {
        told.push(saved.artifact.key.to_string());
    })
    .await
    .unwrap_err();
    let recorded: Vec<String> =
        world.books(&lab).await.artifacts.iter().map(|artifact| artifact.key.to_string()).collect();
    assert_eq!((told_before, recorded), (1, vec!["lying.csv".to_owned(), "same.csv".to_owned()]));
    told.sort();
    assert_eq!(told, ["lying.csv", "same.csv"]);
}

#[tokio::test]
async fn files_that_cannot_be_saved_are_found_before_anything_is_stored() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    world.file("/home/ada/bad/x\\y.csv", "1");
    world.file("/home/ada/one/same.csv", "1");
    world.file("/home/ada/two/same.csv", "2");
    world.machine.files.put_special(Path::new("/home/ada/pipe"));
    world.machine.files.link(Path::new("/home/ada/loop"), Path::new("/home/ada/loop"));
    let cases: [(&[&str], Category, &str); 9] = [
        (&[], Category::Invalid, "nothing to save"),
        (&["a.csv", "missing.csv"], Category::NotFound, "missing.csv"),
        (&["a.csv", "bad"], Category::Invalid, "x\\y.csv"),
        (&["one/same.csv", "two/same.csv"], Category::Invalid, "same.csv"),
        (&["a.csv", "a.csv"], Category::Invalid, "a.csv"),
        (&["a.csv", "pipe"], Category::Invalid, "pipe"),
        (&["a.csv", "loop"], Category::Invalid, "loop"),
        (&["a.csv", "/lab/data/.lamindb/storage_uid.txt"], Category::Invalid, ".lamindb"),
        (&["a.csv", "s3://unknown-bucket/x.csv"], Category::Invalid, "s3://unknown-bucket/x.csv"),
    ];
    for (texts, category, message) in cases {
        let error = try_save(&lab, paths(texts)).await.unwrap_err();
        assert_eq!(error.category(), category, "{texts:?}: {error}");
        assert!(
            format!("{error} {:?}", std::error::Error::source(&error)).contains(message),
            "{texts:?}: {error}"
        );
    }
    assert!(world.books(&lab).await.artifacts.is_empty());
    assert_eq!(world.keys(LAB), [".lamindb/storage_uid.txt"]);
}

#[tokio::test]
async fn the_files_of_a_folder_get_its_name_and_their_relative_paths() {
    let world = World::new();
    let lab = world.lab().await;
    for name in ["a.csv", "deep/b.csv", ".lamindb/hidden.csv"] {
        world.file(&format!("/home/ada/folder/{name}"), name);
    }
    world.machine.files.link(Path::new("/home/ada/folder/out"), Path::new("/etc/passwd"));
    world.machine.files.put_special(Path::new("/home/ada/folder/pipe"));
    let (saved, summary) = try_save(&lab, paths(&["./folder/"])).await.unwrap();
    let keys: Vec<_> = saved.iter().map(|saved| saved.artifact.key.as_str()).collect();
    assert_eq!(keys, ["folder/a.csv", "folder/deep/b.csv"]);
    assert_eq!((summary.created, summary.skipped_links, summary.skipped_special), (2, 1, 1));
    assert_eq!(summary.bytes, 15);
}

#[tokio::test]
async fn a_given_key_names_the_one_file_or_begins_the_keys_of_the_one_folder() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/folder/a.csv", "1");
    world.file("/home/ada/b.csv", "2");
    assert_eq!(save(&lab, keyed("b.csv", "raw/plate.csv")).await.artifact.key.as_str(), "raw/plate.csv");
    assert_eq!(save(&lab, keyed("folder", "raw/all")).await.artifact.key.as_str(), "raw/all/a.csv");
    let several = SaveArtifacts { key: Some("k.csv".parse().unwrap()), ..paths(&["b.csv", "folder"]) };
    let error = try_save(&lab, several).await.unwrap_err();
    assert!(matches!(error, SaveArtifactsError::KeyForSeveral { paths: 2 }));
    assert_eq!(error.category(), Category::Invalid);
    let mismatch = try_save(&lab, keyed("b.csv", "raw/plate.txt")).await.unwrap_err();
    assert_error(&mismatch, Category::Invalid, ".csv");
}

#[tokio::test]
async fn an_empty_file_and_an_empty_folder_can_be_saved() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/empty.csv", "");
    world.machine.files.make_folder(Path::new("/home/ada/nothing"));
    assert_eq!(save_path(&lab, "empty.csv").await.artifact.size, 0);
    assert_eq!(bytes(&lab, "empty.csv").await, "");
    assert_eq!(try_save(&lab, paths(&["nothing"])).await.unwrap().0, []);
}

#[tokio::test]
async fn more_files_than_a_batch_are_all_saved() {
    let world = World::new();
    let lab = world.lab().await;
    for number in 0..2100 {
        world.file(&format!("/home/ada/many/{number:05}.csv"), &number.to_string());
    }
    let (saved, summary) = try_save(&lab, paths(&["many"])).await.unwrap();
    assert_eq!((saved.len(), summary.created), (2100, 2100));
    world.audit(&lab, "many").await;
    assert!(world.books(&lab).await.intents.is_empty());
    assert_eq!(try_save(&lab, paths(&["many"])).await.unwrap().1.existing, 2100);
}

#[tokio::test]
async fn storage_names_where_copies_go() {
    let world = World::new();
    let lab = world.lab().await;
    add(&lab, "/lab/more").await;
    world.file("/home/ada/a.csv", "1");
    world.file("/lab/data/lying.csv", "2");
    let copied = save(&lab, into("a.csv", "/lab/more")).await.artifact;
    let moved = save(&lab, into("/lab/data/lying.csv", "/lab/more")).await.artifact;
    for artifact in [copied, moved] {
        assert_eq!(artifact.placement.location, ArtifactLocation::Ingested);
        assert!(world.machine.stores.content(&root("/lab/more"), &artifact.blob_key()).is_some());
    }
}

#[tokio::test]
async fn storage_that_names_a_linked_location_is_refused_with_the_slug_of_its_manager() {
    let world = World::new();
    let (lab, analysis) = (world.lab().await, world.analysis().await);
    link(&analysis, LAB).await;
    world.file("/home/ada/a.csv", "1");
    let before = world.contents(LAB).await;
    let error = try_save(&analysis, into("/home/ada/a.csv", LAB)).await.unwrap_err();
    let SaveArtifactsError::Access(AccessError::ManagedElsewhere { slug, manager, .. }) = &error else {
        panic!("{error}")
    };
    assert_eq!((slug.as_str(), *manager), ("lab/primary", lab.instance().uid()));
    assert_error(&error, Category::Refused, "lab/primary");
    assert!(error.hint().unwrap().contains("lab/primary"));
    assert_eq!(world.contents(LAB).await, before);
    assert!(world.books(&analysis).await.artifacts.is_empty());
}

#[tokio::test]
async fn a_manager_whose_claim_has_no_slug_is_named_by_its_uid() {
    let world = World::new();
    let analysis = world.analysis().await;
    let claim = "nUYsCWitlepu\ncreation info:\ninstance_id=3fae3ac9c7685a6396f2d619d4a5b2bf";
    world.machine.stores.tamper(&root("/lamin"), &freehold_domain::BlobKey::claim(), claim);
    link(&analysis, "/lamin").await;
    world.file("/home/ada/a.csv", "1");
    let error = try_save(&analysis, into("/home/ada/a.csv", "/lamin")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "storage location /lamin is managed by instance 186kfOVJd0dZ, and only its manager may write there"
    );
}

#[tokio::test]
async fn bytes_that_vanished_are_stored_again_although_the_content_is_known() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = save_path(&lab, "a.csv").await.artifact;
    world.lose_bytes(LAB, &first);
    let again = save_path(&lab, "a.csv").await;
    assert_eq!(again.outcome, SaveOutcome::NewVersion);
    assert_eq!(bytes(&lab, "a.csv").await, "1");
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test]
async fn the_same_content_after_a_deletion_is_stored_again() {
    for is_purged in [false, true] {
        let world = World::new();
        let lab = world.lab().await;
        world.file("/home/ada/a.csv", "1");
        let first = save_path(&lab, "a.csv").await.artifact;
        if is_purged {
            purge(&lab, "a.csv").await
        } else {
            trash(&lab, "a.csv").await
        };
        let again = save_path(&lab, "a.csv").await;
        assert_eq!((again.outcome, again.artifact.uid.stem()), (SaveOutcome::NewVersion, first.uid.stem()));
        assert_ne!(again.artifact.uid, first.uid);
        assert_eq!(bytes(&lab, "a.csv").await, "1");
        world.audit(&lab, "saved again").await;
    }
}

#[tokio::test]
async fn the_source_is_read_and_not_changed() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let before = world.machine.files.inspect(Path::new("/home/ada/a.csv")).await.unwrap();
    save_path(&lab, "a.csv").await;
    assert_eq!(world.machine.files.inspect(Path::new("/home/ada/a.csv")).await.unwrap(), before);
}

/// Puts a blob where the next version of `first` would go, as a later state of the registry has done.
fn take_next_version(world: &World, first: &freehold_domain::Artifact, number: u32) -> BlobKey {
    let version = Version::from_number(number).unwrap();
    let key = BlobKey::ingested(&ArtifactUid::new(first.uid.stem(), version), &first.suffix);
    world.machine.stores.tamper(&root(LAB), &key, "theirs");
    key
}

#[tokio::test]
async fn a_blob_that_is_there_already_is_kept_and_the_version_after_it_is_taken() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    let first = save_path(&lab, "a.csv").await.artifact;
    let taken = [1, 2].map(|number| take_next_version(&world, &first, number));
    world.file("/home/ada/a.csv", "2");
    let saved = save_path(&lab, "a.csv").await;
    assert_eq!((saved.outcome, saved.artifact.version().number()), (SaveOutcome::NewVersion, 3));
    assert_eq!(bytes(&lab, "a.csv").await, "2");
    for key in taken {
        assert_eq!(world.machine.stores.content(&root(LAB), &key).unwrap(), "theirs");
    }
    assert!(world.books(&lab).await.intents.is_empty());
}

#[tokio::test]
async fn a_save_that_fails_deletes_no_blob_that_was_there_before_it() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/home/ada/a.csv", "1");
    world.file("/home/ada/b.csv", "1");
    let first = save_path(&lab, "a.csv").await.artifact;
    let taken: Vec<BlobKey> = (1..100).map(|number| take_next_version(&world, &first, number)).collect();
    world.file("/home/ada/a.csv", "2");
    let error = try_save(&lab, paths(&["b.csv", "a.csv"])).await.unwrap_err();
    assert!(matches!(error, SaveArtifactsError::VersionsStored { .. }), "{error}");
    assert_eq!(error.category(), Category::Refused);
    assert!(error.hint().is_some());
    for key in &taken {
        assert_eq!(world.machine.stores.content(&root(LAB), key).unwrap(), "theirs");
    }
    assert_eq!(world.keys(LAB).len(), taken.len() + 2, "nothing but the claim, the first version and theirs");
    let books = world.books(&lab).await;
    assert_eq!((books.artifacts.len(), books.intents.len()), (1, 0));
}

#[tokio::test]
async fn a_target_that_refuses_keeps_everything_of_the_request_from_being_recorded() {
    let world = World::new();
    let lab = world.lab().await;
    world.file("/lab/data/lying.csv", "1");
    world.file("/home/ada/a.csv", "2");
    world.remove_claim(LAB);
    let error = try_save(&lab, paths(&["/lab/data/lying.csv", "a.csv"])).await.unwrap_err();
    assert_eq!(error.category(), Category::Refused);
    assert!(world.books(&lab).await.artifacts.is_empty());
}
