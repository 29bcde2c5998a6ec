//! Which source of AWS credentials is configured.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use super::keys::{Keys, Secret};
use super::profiles::{Profile, Profiles};
use crate::cloud::environment::Environment;
use crate::cloud::refusal::CredentialsUnusable;

/// Where credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// Keys that do not expire by themselves.
    Keys(Keys),
    /// A command that prints keys.
    Process { command: String, profile: String },
    /// A role that is assumed with the token in a file.
    WebIdentity { role: Role, token_file: PathBuf },
    /// A role that is assumed with other credentials.
    AssumedRole { role: Role, base: Box<Source> },
    /// The server that a container service runs beside its containers.
    Container(Container),
    /// The metadata service of a virtual machine.
    InstanceMetadata,
}

/// A role to assume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Role {
    pub(super) name: String,
    pub(super) session: String,
    pub(super) external_id: Option<String>,
    pub(super) lifetime: Option<Duration>,
}

/// Where a container gets its credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Container {
    pub(super) url: String,
    pub(super) authorization: Authorization,
}

/// How a container shows who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Authorization {
    Nothing,
    Token(Secret),
    TokenFile(PathBuf),
}

/// The name of a session, unless one is given.
const SESSION: &str = "freehold";

/// What is configured: in the environment, a profile, for web identity, or by a container service, in this order. `None` leaves the
/// metadata service of a virtual machine, or nothing.
pub(super) fn configured(
    environment: &Environment,
    profiles: &Profiles,
) -> Result<Option<Source>, CredentialsUnusable> {
    if let Some(keys) = environment_keys(environment)? {
        return Ok(Some(Source::Keys(keys)));
    }
    if let Some(profile) = profiles.chosen()?
        && let Some(source) = of_profile(environment, profiles, &profile, &mut BTreeSet::new())?
    {
        return Ok(Some(source));
    }
    if let Some(source) = environment_web_identity(environment) {
        return Ok(Some(source));
    }
    Ok(container(environment).map(Source::Container))
}

fn environment_keys(environment: &Environment) -> Result<Option<Keys>, CredentialsUnusable> {
    let half = |present: &str, absent: &str| CredentialsUnusable {
        reason: format!("{present} is set and {absent} is not; set both, or neither"),
    };
    let token = environment.first_of(&["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"]);
    match (environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")) {
        (Some(id), Some(secret)) => Keys::new(&id, &secret, token.as_deref(), "the environment").map(Some),
        (Some(_), None) => Err(half("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")),
        (None, Some(_)) => Err(half("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID")),
        (None, None) => Ok(None),
    }
}

fn environment_web_identity(environment: &Environment) -> Option<Source> {
    let token_file = environment.path("AWS_WEB_IDENTITY_TOKEN_FILE")?;
    let role = Role {
        name: environment.get("AWS_ROLE_ARN")?,
        session: environment.get("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| SESSION.to_owned()),
        external_id: None,
        lifetime: None,
    };
    Some(Source::WebIdentity { role, token_file })
}

fn container(environment: &Environment) -> Option<Container> {
    let relative = environment
        .get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        .map(|path| format!("http://169.254.170.2/{}", path.trim_start_matches('/')));
    let url = relative.or_else(|| environment.get("AWS_CONTAINER_CREDENTIALS_FULL_URI"))?;
    let token = || environment.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map(Secret::new);
    let authorization = match environment.path("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(file) => Authorization::TokenFile(file),
        None => token().map_or(Authorization::Nothing, Authorization::Token),
    };
    Some(Container { url, authorization })
}

/// What a profile says: a role, keys, or a command; `None` if it says nothing of credentials. `passed` are the profiles that led here.
pub(super) fn of_profile(
    environment: &Environment,
    profiles: &Profiles,
    profile: &Profile,
    passed: &mut BTreeSet<String>,
) -> Result<Option<Source>, CredentialsUnusable> {
    // A profile that names itself as its source means its own keys.
    let is_first_visit = passed.insert(profile.name.clone());
    if is_first_visit && let Some(name) = profile.get("role_arn") {
        let role = role(profile, name)?;
        return of_role(environment, profiles, profile, role, passed).map(Some);
    }
    if let Some(keys) = profile_keys(profile)? {
        return Ok(Some(Source::Keys(keys)));
    }
    if !is_first_visit {
        return Err(unusable(profile, "leads back to itself by source_profile"));
    }
    if let Some(command) = profile.get("credential_process") {
        return Ok(Some(Source::Process { command: command.to_owned(), profile: profile.name.clone() }));
    }
    if ["sso_session", "sso_start_url"].iter().any(|name| profile.get(name).is_some()) {
        return Err(CredentialsUnusable { reason: no_single_sign_on(&profile.name) });
    }
    Ok(None)
}

fn no_single_sign_on(profile: &str) -> String {
    format!(
        "the AWS profile {profile} signs in by SSO, which is not supported; run \
         `aws configure export-credentials --profile {profile} --format env` and set the variables it prints, or add a profile with \
         `credential_process = aws configure export-credentials --profile {profile}`; for a public bucket set AWS_SKIP_SIGNATURE=true"
    )
}

fn profile_keys(profile: &Profile) -> Result<Option<Keys>, CredentialsUnusable> {
    let token = profile.get("aws_session_token").or_else(|| profile.get("aws_security_token"));
    match (profile.get("aws_access_key_id"), profile.get("aws_secret_access_key")) {
        (Some(id), Some(secret)) => {
            Keys::new(id, secret, token, &format!("the AWS profile {}", profile.name)).map(Some)
        }
        (Some(_), None) => Err(unusable(profile, "has aws_access_key_id and no aws_secret_access_key")),
        (None, Some(_)) => Err(unusable(profile, "has aws_secret_access_key and no aws_access_key_id")),
        (None, None) => Ok(None),
    }
}

fn role(profile: &Profile, name: &str) -> Result<Role, CredentialsUnusable> {
    if profile.get("mfa_serial").is_some() {
        return Err(unusable(
            profile,
            "asks for a code of a second factor (mfa_serial), which is not supported; set the variables that \
             `aws configure export-credentials --format env` prints",
        ));
    }
    let lifetime = match profile.get("duration_seconds").map(str::parse) {
        None => None,
        Some(Ok(seconds)) => Some(Duration::from_secs(seconds)),
        Some(Err(_)) => return Err(unusable(profile, "has a duration_seconds that is no number")),
    };
    Ok(Role {
        name: name.to_owned(),
        session: profile.get("role_session_name").unwrap_or(SESSION).to_owned(),
        external_id: profile.get("external_id").map(str::to_owned),
        lifetime,
    })
}

fn of_role(
    environment: &Environment,
    profiles: &Profiles,
    profile: &Profile,
    role: Role,
    passed: &mut BTreeSet<String>,
) -> Result<Source, CredentialsUnusable> {
    if let Some(file) = profile.get("web_identity_token_file") {
        let token_file = environment.expand_home(file);
        return Ok(Source::WebIdentity { role, token_file });
    }
    let base = match (profile.get("source_profile"), profile.get("credential_source")) {
        (Some(name), _) => of_profile(environment, profiles, &profiles.named(name)?, passed)?
            .ok_or_else(|| unusable(profile, "has a source_profile without credentials"))?,
        (None, Some("Environment")) => Source::Keys(
            environment_keys(environment)?
                .ok_or_else(|| unusable(profile, "takes keys of the environment, where there are none"))?,
        ),
        (None, Some("EcsContainer")) => Source::Container(container(environment).ok_or_else(|| {
            unusable(profile, "takes credentials of a container service, and none is configured")
        })?),
        (None, Some("Ec2InstanceMetadata")) => Source::InstanceMetadata,
        (None, Some(_)) => return Err(unusable(profile, "has a credential_source that is not known")),
        (None, None) => {
            return Err(unusable(
                profile,
                "has role_arn and none of source_profile, credential_source, web_identity_token_file",
            ));
        }
    };
    Ok(Source::AssumedRole { role, base: Box::new(base) })
}

fn unusable(profile: &Profile, why: &str) -> CredentialsUnusable {
    CredentialsUnusable { reason: format!("the AWS profile {} {why}", profile.name) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::super::profiles::tests::profiles;
    use super::*;

    fn source(variables: &[(&str, &str)], config: &str, credentials: &str) -> Option<Source> {
        outcome(variables, config, credentials).unwrap()
    }

    fn outcome(
        variables: &[(&str, &str)],
        config: &str,
        credentials: &str,
    ) -> Result<Option<Source>, CredentialsUnusable> {
        let environment = Environment::of_variables(variables.iter().copied());
        let chosen = environment.get("AWS_PROFILE");
        configured(&environment, &profiles(config, credentials, chosen.as_deref()))
    }

    fn keys(id: &str, secret: &str, token: Option<&str>) -> Keys {
        Keys::new(id, secret, token, "a test").unwrap()
    }

    const PROFILE: &str =
        "[default]\naws_access_key_id = A\naws_secret_access_key = S\naws_session_token = T\n";

    #[test]
    fn nothing_configured_is_nothing() {
        assert_eq!(source(&[], "", ""), None);
    }

    #[test]
    fn keys_of_the_environment_count_more_than_a_profile() {
        let variables = [("AWS_ACCESS_KEY_ID", "E"), ("AWS_SECRET_ACCESS_KEY", "X")];
        assert_eq!(source(&variables, "", PROFILE), Some(Source::Keys(keys("E", "X", None))));
    }

    #[test]
    fn half_a_pair_of_keys_is_refused() {
        for variable in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            let reason = outcome(&[(variable, "E")], "", PROFILE).unwrap_err().reason;
            assert!(reason.starts_with(&format!("{variable} is set")), "{reason}");
        }
        outcome(&[], "[default]\naws_access_key_id = A\n", "").unwrap_err();
    }

    #[test]
    fn a_profile_gives_keys_and_token() {
        assert_eq!(source(&[], "", PROFILE), Some(Source::Keys(keys("A", "S", Some("T")))));
    }

    #[test]
    fn a_profile_counts_more_than_web_identity_of_the_environment() {
        let variables = [("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"), ("AWS_ROLE_ARN", "arn:role")];
        assert!(matches!(source(&variables, "", PROFILE), Some(Source::Keys(_))));
        assert!(matches!(source(&variables, "", ""), Some(Source::WebIdentity { .. })));
    }

    #[test]
    fn a_profile_without_credentials_leaves_the_rest_of_the_chain() {
        let variables = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x")];
        let found = source(&variables, "[default]\nregion = eu-west-1\n", "");
        let Some(Source::Container(container)) = found else { panic!("{found:?}") };
        assert_eq!(container.url, "http://169.254.170.2/v2/x");
    }

    #[test]
    fn a_role_is_assumed_with_the_keys_of_its_source_profile() {
        let config = "[profile lab]\nrole_arn = arn:lab\nsource_profile = default\nexternal_id = 7\nduration_seconds = 900\n";
        let found = source(&[("AWS_PROFILE", "lab")], config, PROFILE);
        let role = Role {
            name: "arn:lab".into(),
            session: "freehold".into(),
            external_id: Some("7".into()),
            lifetime: Some(Duration::from_mins(15)),
        };
        let base = Box::new(Source::Keys(keys("A", "S", Some("T"))));
        assert_eq!(found, Some(Source::AssumedRole { role, base }));
    }

    #[test]
    fn a_profile_may_be_its_own_source() {
        let config = format!("{PROFILE}role_arn = arn:own\nsource_profile = default\n");
        assert!(
            matches!(source(&[], &config, ""), Some(Source::AssumedRole { base, .. }) if matches!(*base, Source::Keys(_)))
        );
    }

    #[test]
    fn profiles_that_lead_in_a_circle_are_refused() {
        let config = "[default]\nrole_arn = a\nsource_profile = two\n[profile two]\nrole_arn = b\nsource_profile = default\n";
        assert!(outcome(&[], config, "").unwrap_err().reason.contains("leads back to itself"));
    }

    #[test]
    fn a_profile_that_is_chosen_must_be_there() {
        assert!(outcome(&[("AWS_PROFILE", "lab")], "", PROFILE).unwrap_err().reason.contains("lab"));
    }

    #[test]
    fn single_sign_on_says_what_to_do() {
        let config = "[default]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n";
        assert!(outcome(&[], config, "").unwrap_err().reason.contains("aws configure export-credentials"));
    }

    #[test]
    fn a_second_factor_says_that_it_is_not_supported() {
        let config = "[default]\nrole_arn = a\nsource_profile = default\nmfa_serial = m\n";
        assert!(outcome(&[], config, "").unwrap_err().reason.contains("mfa_serial"));
    }

    #[test]
    fn no_secret_is_shown() {
        let shown = format!(
            "{:?}",
            source(
                &[],
                "",
                "[default]\naws_access_key_id=A\naws_secret_access_key=hidden\naws_session_token=covered\n"
            )
        );
        assert!(!shown.contains("hidden") && !shown.contains("covered"), "{shown}");
    }
}
