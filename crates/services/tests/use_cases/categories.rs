//! What sort of failure each error of a port is: exit statuses are made of it.

use std::collections::BTreeSet;
use std::io;

use freehold_domain::BlobKey;
use freehold_ports::blobs::BlobError;
use freehold_ports::persistence::{Entity, PersistenceError};
use freehold_ports::system::{DirectoryError, FileError, LivenessError};
use freehold_services::save_artifacts::SaveArtifactsError;
use freehold_services::transfer_artifacts::TransferArtifactsError;
use freehold_services::{Category, UseCaseError};

fn source() -> Box<dyn std::error::Error + Send + Sync> {
    "the backend said so".into()
}

fn text() -> String {
    "x".to_owned()
}

fn key() -> BlobKey {
    "a.csv".parse().unwrap()
}

#[test]
fn categories_have_names_of_their_own() {
    let all = [
        Category::Failed,
        Category::Invalid,
        Category::NotFound,
        Category::Refused,
        Category::Conflict,
        Category::Integrity,
    ];
    assert_eq!(all.iter().map(|category| category.as_str()).collect::<BTreeSet<_>>().len(), all.len());
}

#[test]
fn errors_of_the_registry_have_their_categories() {
    let (entity, id) = (Entity::Artifact, text);
    let cases = [
        (PersistenceError::AlreadyExists { entity, id: id() }, Category::Refused),
        (PersistenceError::NotFound { entity, id: id() }, Category::NotFound),
        (PersistenceError::InUse { entity, id: id(), user: Entity::Run }, Category::Refused),
        (PersistenceError::Conflict { source: source() }, Category::Conflict),
        (PersistenceError::Unavailable { source: source() }, Category::Failed),
        (PersistenceError::Corrupt { table: "artifact", id: id(), reason: text() }, Category::Integrity),
        (PersistenceError::ReadOnly, Category::Refused),
        (PersistenceError::Aborted, Category::Failed),
        (PersistenceError::OutcomeUnknown { source: source() }, Category::Failed),
        (PersistenceError::DatabaseMissing { database: text() }, Category::NotFound),
        (PersistenceError::NotARegistry { database: text(), reason: text() }, Category::Invalid),
        (PersistenceError::SchemaOutdated { database: text() }, Category::Failed),
        (PersistenceError::UnsupportedDatabase { database: text() }, Category::Invalid),
        (PersistenceError::Backend { source: source() }, Category::Failed),
    ];
    for (error, category) in cases {
        assert_eq!(error.category(), category, "{error}");
    }
}

#[test]
fn errors_of_a_storage_have_their_categories_also_inside_a_use_case() {
    let location = text;
    let cases = || {
        [
            (BlobError::NotFound { location: location(), key: key() }, Category::NotFound),
            (BlobError::AlreadyExists { location: location(), key: key() }, Category::Refused),
            (BlobError::VersionMismatch { location: location(), key: key() }, Category::Conflict),
            (BlobError::NotALocation { location: location(), reason: text() }, Category::Invalid),
            (BlobError::OutsideLocation { location: location(), key: key() }, Category::Refused),
            (BlobError::NotABlob { location: location(), key: key() }, Category::Invalid),
            (BlobError::UnusableName { location: location(), name: text() }, Category::Invalid),
            (BlobError::PermissionDenied { location: location(), source: source() }, Category::Failed),
            (BlobError::NoSpace { location: location(), source: source() }, Category::Failed),
            (BlobError::Unavailable { location: location(), source: source() }, Category::Failed),
            (BlobError::Unsupported { location: location(), what: "this" }, Category::Failed),
            (BlobError::Backend { location: location(), source: source() }, Category::Failed),
        ]
    };
    for (error, category) in cases() {
        assert_eq!(error.category(), category, "{error}");
        assert_eq!(TransferArtifactsError::from(error).category(), category);
    }
    for (error, category) in cases() {
        assert_eq!(SaveArtifactsError::from(error).category(), category);
    }
}

#[test]
fn a_put_whose_source_failed_is_the_failure_of_the_source() {
    let changed = || io::Error::other(FileError::Changed { path: text() });
    let error = BlobError::Body { source: changed() };
    assert_eq!(error.category(), Category::Conflict);
    assert!(matches!(SaveArtifactsError::from(error), SaveArtifactsError::File(FileError::Changed { .. })));
    let inner = BlobError::Unavailable { location: text(), source: source() };
    let error = SaveArtifactsError::from(BlobError::Body { source: io::Error::other(inner) });
    assert!(matches!(error, SaveArtifactsError::Blob(BlobError::Unavailable { .. })));
    let other = BlobError::Body { source: io::Error::other("anything") };
    assert_eq!(SaveArtifactsError::from(other).category(), Category::Failed);
}

#[test]
fn errors_of_the_machine_have_their_categories() {
    let path = text;
    let cases = [
        (FileError::NotFound { path: path() }, Category::NotFound),
        (FileError::Special { path: path() }, Category::Invalid),
        (FileError::IsDirectory { path: path() }, Category::Invalid),
        (FileError::NotUtf8 { path: path() }, Category::Invalid),
        (FileError::LinkLoop { path: path() }, Category::Invalid),
        (FileError::PermissionDenied { path: path() }, Category::Failed),
        (FileError::Changed { path: path() }, Category::Conflict),
        (FileError::AlreadyExists { path: path() }, Category::Refused),
        (FileError::Io { path: path(), source: io::Error::other("x") }, Category::Failed),
    ];
    for (error, category) in cases {
        assert_eq!(error.category(), category, "{error}");
    }
    let session = "0123456789ab".parse().unwrap();
    assert_eq!(LivenessError::Taken { session }.category(), Category::Conflict);
    assert_eq!(LivenessError::Lock { session, source: source() }.category(), Category::Failed);
    let damaged = DirectoryError::Damaged { path: path(), reason: text() };
    assert_eq!(damaged.category(), Category::Failed);
    assert!(damaged.hint().unwrap().contains("freehold connect"));
}
