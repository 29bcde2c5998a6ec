//! Which link of the chain gave the credentials, for people and without any secret.

use std::collections::BTreeSet;

use super::profiles::Profiles;
use super::source::{self, Source};
use crate::cloud::environment::Environment;
use crate::cloud::refusal::CredentialsUnusable;

/// Where the source that is [configured](source::configured) comes from.
pub(super) fn of(
    environment: &Environment,
    profiles: &Profiles,
    source: &Source,
) -> Result<String, CredentialsUnusable> {
    if environment.get("AWS_ACCESS_KEY_ID").is_some() {
        return Ok("the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY".to_owned());
    }
    if let Some(profile) = profiles.chosen()?
        && source::of_profile(environment, profiles, &profile, &mut BTreeSet::new())?.is_some()
    {
        return Ok(format!("the profile {}: {}", profile.name, described(source)));
    }
    Ok(match source {
        Source::WebIdentity { .. } => format!("web identity: {}", described(source)),
        Source::Keys(_)
        | Source::Process { .. }
        | Source::AssumedRole { .. }
        | Source::Container(_)
        | Source::InstanceMetadata => described(source),
    })
}

fn described(source: &Source) -> String {
    match source {
        Source::Keys(_) => "its keys".to_owned(),
        Source::Process { .. } => "the command in credential_process".to_owned(),
        Source::WebIdentity { role, token_file } => {
            format!("the role {}, by the token in {}", role.name, token_file.display())
        }
        Source::AssumedRole { role, base } => format!("the role {}, by {}", role.name, described(base)),
        Source::Container(_) => "the credentials of this container".to_owned(),
        Source::InstanceMetadata => "the role of this virtual machine".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::profiles::tests::profiles;
    use super::*;

    const KEYS: &str = "[default]\naws_access_key_id = AKIA7\naws_secret_access_key = hunter2\n";

    fn origin(variables: &[(&str, &str)], config: &str, credentials: &str) -> String {
        let environment = Environment::of_variables(variables.iter().copied());
        let profiles = profiles(config, credentials, environment.get("AWS_PROFILE").as_deref());
        let source = source::configured(&environment, &profiles).unwrap().unwrap();
        of(&environment, &profiles, &source).unwrap()
    }

    #[test]
    fn the_link_of_the_chain_that_counts_is_named() {
        let identity = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"), ("AWS_ROLE_ARN", "arn:lab")];
        let environment = [("AWS_ACCESS_KEY_ID", "AKIA7"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
        let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x?secret=hunter2")];
        let role = "[profile lab]\nrole_arn = arn:lab\nsource_profile = default\n";
        let process = "[default]\ncredential_process = print --secret hunter2\n";
        let cases = [
            (origin(&environment, "", KEYS), "the environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
            (origin(&identity, "", KEYS), "the profile default: its keys"),
            (origin(&[("AWS_PROFILE", "lab")], role, KEYS), "the profile lab: the role arn:lab, by its keys"),
            (origin(&[], process, ""), "the profile default: the command in credential_process"),
            (origin(&identity, "", ""), "web identity: the role arn:lab, by the token in /token"),
            (origin(&container, "", ""), "the credentials of this container"),
        ];
        for (found, expected) in cases {
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn no_secret_is_named() {
        let variables = [("AWS_ACCESS_KEY_ID", "AKIA7"), ("AWS_SECRET_ACCESS_KEY", "hunter2")];
        let container = [("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/x?secret=hunter2")];
        let process = "[default]\ncredential_process = print --secret hunter2\n";
        for named in [
            origin(&variables, "", ""),
            origin(&[], "", KEYS),
            origin(&[], process, ""),
            origin(&container, "", ""),
        ] {
            assert!(!named.contains("hunter2") && !named.contains("AKIA7"), "{named}");
        }
    }
}
