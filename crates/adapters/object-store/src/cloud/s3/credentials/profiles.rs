//! The profiles of the two AWS configuration files.

use std::io;
use std::path::{Path, PathBuf};

use super::profile_file::{self, Section, Sections};
use crate::cloud::environment::Environment;
use crate::cloud::refusal::CredentialsUnusable;

/// The profiles of `~/.aws/config` and `~/.aws/credentials`, or of the files that the environment names instead.
pub(super) struct Profiles {
    config: File,
    credentials: File,
    chosen: Option<String>,
}

struct File {
    path: Option<PathBuf>,
    sections: Sections,
}

/// The settings of one profile from both files.
pub(super) struct Profile {
    pub(super) name: String,
    settings: Section,
    services: Option<Section>,
}

impl Profile {
    /// The value of a setting.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.settings.get(name)
    }

    /// The endpoint that the profile names for a service, or for all of them.
    pub(super) fn endpoint_url(&self, service: &str) -> Option<&str> {
        self.services
            .as_ref()
            .and_then(|services| services.nested(service, "endpoint_url"))
            .or_else(|| self.get("endpoint_url"))
    }
}

impl Profiles {
    /// Reads the files. An absent one is empty. Blocks.
    pub(super) fn read(environment: &Environment) -> Result<Self, CredentialsUnusable> {
        let beneath_home = |name: &str| environment.home().map(|home| home.join(".aws").join(name));
        Ok(Self {
            config: File::read(environment.path("AWS_CONFIG_FILE").or_else(|| beneath_home("config")))?,
            credentials: File::read(
                environment.path("AWS_SHARED_CREDENTIALS_FILE").or_else(|| beneath_home("credentials")),
            )?,
            chosen: environment.first_of(&["AWS_PROFILE", "AWS_DEFAULT_PROFILE"]),
        })
    }

    /// The profile that the environment names, which must be there, else the one named `default`, if it is there.
    pub(super) fn chosen(&self) -> Result<Option<Profile>, CredentialsUnusable> {
        match &self.chosen {
            Some(name) => self.named(name).map(Some),
            None => Ok(self.find("default")),
        }
    }

    /// The profile of this name.
    pub(super) fn named(&self, name: &str) -> Result<Profile, CredentialsUnusable> {
        self.find(name).ok_or_else(|| CredentialsUnusable {
            reason: format!(
                "there is no AWS profile {name} in {} or {}; set AWS_PROFILE to one that is there, or unset it",
                self.config.shown(),
                self.credentials.shown()
            ),
        })
    }

    fn find(&self, name: &str) -> Option<Profile> {
        let config = &self.config.sections;
        let bare = (name == "default").then(|| config.get("default")).flatten();
        let layers = [bare, config.get(&format!("profile {name}")), self.credentials.sections.get(name)];
        let mut found = None;
        for layer in layers.into_iter().flatten() {
            found.get_or_insert_with(Section::default).overlay(layer.clone());
        }
        let settings: Section = found?;
        let services =
            settings.get("services").and_then(|name| config.get(&format!("services {name}"))).cloned();
        Some(Profile { name: name.to_owned(), settings, services })
    }
}

impl File {
    fn read(path: Option<PathBuf>) -> Result<Self, CredentialsUnusable> {
        let sections = match &path {
            Some(path) => read(path)?,
            None => Sections::new(),
        };
        Ok(Self { path, sections })
    }

    fn shown(&self) -> String {
        self.path
            .as_ref()
            .map_or_else(|| "the AWS configuration".to_owned(), |path| path.display().to_string())
    }
}

fn read(path: &Path) -> Result<Sections, CredentialsUnusable> {
    let unusable =
        |why: String| CredentialsUnusable { reason: format!("{} cannot be used: {why}", path.display()) };
    match std::fs::read_to_string(path) {
        Ok(text) => profile_file::parse(&text).map_err(|error| unusable(error.to_string())),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(Sections::new())
        }
        Err(error) => Err(unusable(error.to_string())),
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    /// Profiles with these texts as their files.
    pub(in super::super) fn profiles(config: &str, credentials: &str, chosen: Option<&str>) -> Profiles {
        let file = |text: &str| File { path: None, sections: profile_file::parse(text).ok().unwrap() };
        Profiles { config: file(config), credentials: file(credentials), chosen: chosen.map(str::to_owned) }
    }

    #[test]
    fn the_credentials_file_counts_more_than_the_configuration() {
        let profiles = profiles("[default]\nregion = a\noutput = json\n", "[default]\nregion = b\n", None);
        let profile = profiles.chosen().unwrap().unwrap();
        assert_eq!((profile.get("region"), profile.get("output")), (Some("b"), Some("json")));
    }

    #[test]
    fn a_profile_of_the_configuration_needs_its_keyword() {
        let profiles = profiles("[lab]\nregion = a\n", "", Some("lab"));
        assert!(profiles.chosen().err().unwrap().reason.contains("no AWS profile lab"));
    }

    #[test]
    fn without_a_choice_there_need_not_be_a_profile() {
        assert!(profiles("[profile lab]\n", "", None).chosen().unwrap().is_none());
    }

    #[test]
    fn the_endpoint_of_a_service_counts_more_than_the_one_for_all() {
        let config = "[default]\nendpoint_url = http://all\nservices = near\n[services near]\ns3 =\n  endpoint_url = http://s3\n";
        let profile = profiles(config, "", None).chosen().unwrap().unwrap();
        assert_eq!(profile.endpoint_url("s3"), Some("http://s3"));
        assert_eq!(profile.endpoint_url("sts"), Some("http://all"));
    }

    #[test]
    fn an_absent_file_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::of_variables([("HOME", folder.path().display().to_string())]);
        assert!(Profiles::read(&environment).unwrap().chosen().unwrap().is_none());
    }

    #[test]
    fn a_file_that_makes_no_sense_is_named_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials");
        std::fs::write(&path, "my secret\n").unwrap();
        let environment =
            Environment::of_variables([("AWS_SHARED_CREDENTIALS_FILE", path.display().to_string())]);
        let reason = Profiles::read(&environment).err().unwrap().reason;
        assert!(reason.contains(&path.display().to_string()) && !reason.contains("secret"), "{reason}");
    }
}
