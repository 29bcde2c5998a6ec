//! What stands in the files, and files that somebody else has spoilt.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use super::*;

fn instance(uid: &str, slug: &str) -> KnownInstance {
    KnownInstance {
        uid: uid.parse().unwrap(),
        slug: slug.parse().unwrap(),
        database: "postgres://ada:hunter2@host/books".parse().unwrap(),
        root: Some(freehold_domain::StorageRoot::from_canonical("/data/lab").unwrap()),
    }
}

fn one() -> KnownInstance {
    instance("186kfOVJd0dZ", "lab/one")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_user_may_read_the_settings() {
    let ground = tempfile::tempdir().unwrap();
    let folder = ground.path().join("config/freehold");
    let settings = SettingsDirectory::at(&folder);
    settings.remember(&one()).await.unwrap();
    assert_eq!(mode(&folder), 0o700);
    for file in ["instances.toml", "settings.lock"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
}

#[tokio::test]
async fn a_file_that_others_may_read_is_tightened_by_the_next_change() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("instances.toml");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    SettingsDirectory::at(folder.path()).remember(&one()).await.unwrap();
    assert_eq!(mode(&file), 0o600);
}

#[tokio::test]
async fn reading_makes_nothing() {
    let ground = tempfile::tempdir().unwrap();
    let settings = SettingsDirectory::at(ground.path().join("absent"));
    assert_eq!(settings.list().await.unwrap(), []);
    assert_eq!(settings.current().await.unwrap(), None);
    assert_eq!(settings.profile().await.unwrap(), None);
    assert!(!settings.forget(one().uid).await.unwrap());
    assert!(!ground.path().join("absent").exists());
}

#[tokio::test]
async fn a_database_password_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SettingsDirectory::at(folder.path());
    settings.remember(&one()).await.unwrap();
    assert_eq!(settings.list().await.unwrap(), [one()]);
    assert!(settings.list().await.unwrap()[0].database.reveal().contains("hunter2"));
}

#[tokio::test]
async fn damaged_files_are_reported_and_never_overwritten() {
    let entry = "[instances.186kfOVJd0dZ]\nslug = \"lab/one\"\ndatabase = \"sqlite:///data/books.db\"\n";
    let texts = [
        "current = ".to_owned(),
        "instances = 5".to_owned(),
        "current = \"too long for a uid\"".to_owned(),
        entry.replace("lab/one", "no slug"),
        entry.replace("sqlite:///data/", "mysql://hunter2@"),
        entry.replace("186kfOVJd0dZ", "short"),
        entry.replace("slug", "slag"),
        format!("{entry}root = \"relative\"\n"),
        format!("{entry}{entry}"),
        "[instances.186kfOVJd0dZ]\nslug = \"lab/one\"\ndatabase = \"postgres://ada:hunter2@h/d\n".to_owned(),
    ];
    for text in texts {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("instances.toml");
        fs::write(&file, &text).unwrap();
        let settings = SettingsDirectory::at(folder.path());
        for error in [
            settings.list().await.unwrap_err(),
            settings.current().await.unwrap_err(),
            settings.remember(&instance("2S0KtV7Sz4yP", "lab/two")).await.unwrap_err(),
            settings.set_current(one().uid).await.unwrap_err(),
            settings.forget(one().uid).await.unwrap_err(),
        ] {
            assert!(matches!(&error, DirectoryError::Damaged { .. }), "{text}: {error:?}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[tokio::test]
async fn a_damage_is_named_by_its_line() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("instances.toml"), "# settings\n\ncurrent = [\n").unwrap();
    let error = SettingsDirectory::at(folder.path()).list().await.unwrap_err();
    assert!(error.to_string().contains("instances.toml is damaged: line "), "{error}");
}

#[tokio::test]
async fn damaged_profiles_are_reported_and_never_overwritten() {
    for text in
        ["uid = \"abcdefgh\"", "handle = \"ada\"", "uid = \"?\"\nhandle = \"ada\"", "uid = 5", "\u{0}"]
    {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("profile.toml");
        fs::write(&file, text).unwrap();
        let settings = SettingsDirectory::at(folder.path());
        let user = User { uid: "abcdefgh".parse().unwrap(), handle: "ada".parse().unwrap(), name: None };
        assert!(matches!(settings.profile().await, Err(DirectoryError::Damaged { .. })), "{text}");
        assert!(matches!(settings.set_profile(&user).await, Err(DirectoryError::Damaged { .. })), "{text}");
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[tokio::test]
async fn what_is_no_text_or_no_file_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("profile.toml"), b"name = \"\xff\"").unwrap();
    let pipe =
        std::process::Command::new("mkfifo").arg(folder.path().join("instances.toml")).status().unwrap();
    assert!(pipe.success());
    let settings = SettingsDirectory::at(folder.path());
    assert!(matches!(settings.profile().await, Err(DirectoryError::Damaged { .. })));
    assert!(matches!(settings.list().await, Err(DirectoryError::Damaged { .. })));
}

#[tokio::test]
async fn keys_of_other_programs_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("instances.toml");
    let settings = SettingsDirectory::at(folder.path());
    settings.remember(&one()).await.unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let text = format!("theme = \"dark\"\n{text}colour = \"blue\"\n\n[later]\nkey = [1, 2]\n");
    fs::write(&file, text).unwrap();
    settings.remember(&instance("186kfOVJd0dZ", "lab/renamed")).await.unwrap();
    settings.set_current(one().uid).await.unwrap();
    let text = fs::read_to_string(&file).unwrap();
    for kept in ["theme = \"dark\"", "colour = \"blue\"", "[later]\nkey = [1, 2]"] {
        assert!(text.contains(kept), "{kept} is not in {text}");
    }
    assert_eq!(settings.current().await.unwrap().unwrap().slug.to_string(), "lab/renamed");
}

#[tokio::test]
async fn a_current_instance_that_is_not_known_is_none_until_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let settings = SettingsDirectory::at(folder.path());
    settings.set_current(one().uid).await.unwrap();
    assert_eq!(settings.current().await.unwrap(), None);
    settings.remember(&one()).await.unwrap();
    assert_eq!(settings.current().await.unwrap(), Some(one()));
    assert!(settings.forget(one().uid).await.unwrap());
    settings.remember(&one()).await.unwrap();
    assert_eq!(settings.current().await.unwrap(), None);
}

#[tokio::test]
async fn a_linked_file_stays_a_link() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("kept")).unwrap();
    fs::write(folder.path().join("kept/instances.toml"), "").unwrap();
    symlink("kept/instances.toml", folder.path().join("instances.toml")).unwrap();
    let settings = SettingsDirectory::at(folder.path());
    settings.remember(&one()).await.unwrap();
    assert!(fs::symlink_metadata(folder.path().join("instances.toml")).unwrap().is_symlink());
    assert_eq!(settings.list().await.unwrap(), [one()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_by_many_handles_at_once_are_all_kept() {
    let folder = tempfile::tempdir().unwrap();
    let tasks = (0..8).map(|task| {
        let settings = SettingsDirectory::at(folder.path());
        tokio::spawn(async move {
            for number in 0..5 {
                let uid = format!("{task}{number}6kfOVJd0dZ");
                settings.remember(&instance(&uid, &format!("lab/n{task}-{number}"))).await.unwrap();
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(SettingsDirectory::at(folder.path()).list().await.unwrap().len(), 40);
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_an_error_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let settings = SettingsDirectory::at(folder.path().join("file/below"));
    let error = settings.remember(&one()).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Io { path, .. } if path.contains("file/below")), "{error:?}");
}
