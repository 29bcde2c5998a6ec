//! Whose keys sign the requests to S3, and where those requests go: the chain that AWS's own tools follow.
//!
//! Taken in this order are the environment, the profile, web identity, the credentials of a container service, and those of a virtual
//! machine; without any, requests are anonymous. What is configured and cannot be used is an error rather than passed over, so that
//! nobody writes with other keys than those meant.

mod container;
mod fetched_keys;
mod instance_metadata;
mod keys;
mod origin;
mod process;
mod profile_file;
mod profiles;
mod source;
mod token_file;
mod token_service;

use std::sync::Arc;
use std::time::Duration;

use object_store::aws::AwsCredentialProvider;
use object_store::{RetryConfig, StaticCredentialProvider};

use self::container::ContainerServer;
use self::process::Process;
use self::profiles::{Profile, Profiles};
use self::source::{Role, Source};
use self::token_service::{AssumedRole, Proof, TokenService};
use crate::cloud::connection::Connection;
use crate::cloud::endpoint::{ALLOW_HTTP, is_loopback, is_plain};
use crate::cloud::environment::Environment;
use crate::cloud::refreshing::Refreshing;
use crate::cloud::refusal::CredentialsUnusable;
use crate::cloud::retry;

/// The region in which roles are assumed when none is configured.
const FALLBACK_REGION: &str = "us-east-1";

/// How often a source is asked again that does not answer.
const RETRIES: usize = 4;

/// Whose keys sign requests.
#[derive(Debug, Clone)]
pub(crate) enum Credentials {
    /// Nobody's.
    Anonymous,
    /// These, which are refreshed by themselves.
    Keys(AwsCredentialProvider),
}

/// Who signs requests.
#[derive(Debug, Clone)]
pub(crate) struct Signatory {
    pub(crate) credentials: Credentials,
    /// Which link of the chain they come from, for people and without any secret.
    pub(crate) source: Arc<str>,
}

impl Signatory {
    fn new(credentials: Credentials, source: impl Into<Arc<str>>) -> Self {
        Self { credentials, source: source.into() }
    }
}

/// What the environment and the profile say about where S3 is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The region to use.
    pub(crate) region: Option<String>,
    /// The endpoint to use in place of AWS.
    pub(crate) endpoint_url: Option<String>,
}

/// What the environment and the profile say about where S3 is. Reads two small files.
///
/// # Errors
/// When the profile is not there, or a file cannot be read.
pub(crate) fn settings(environment: &Environment) -> Result<Settings, CredentialsUnusable> {
    if is_anonymous(environment) && environment.get("AWS_PROFILE").is_none() {
        return Ok(settings_of(environment, None));
    }
    let profile = Profiles::read(environment)?.chosen()?;
    Ok(settings_of(environment, profile.as_ref()))
}

/// Finds whose keys sign requests. A metadata service is asked, where nothing else is configured; everything else is asked when keys are
/// first needed.
///
/// # Errors
/// When something is configured that cannot be used.
pub(crate) async fn credentials(environment: &Environment) -> Result<Signatory, CredentialsUnusable> {
    if is_anonymous(environment) {
        return Ok(Signatory::new(Credentials::Anonymous, "anonymous, since AWS_SKIP_SIGNATURE is set"));
    }
    let profiles = profiles(environment).await?;
    let patience = RetryConfig {
        max_retries: RETRIES,
        retry_timeout: Duration::from_secs(20),
        ..retry::config(environment)
    };
    let set_up = |error: object_store::Error| CredentialsUnusable {
        reason: format!("no connection to a source of AWS credentials can be set up: {error}"),
    };
    let Some(source) = source::configured(environment, &profiles)? else {
        let found = instance_metadata::of_this_machine(environment, patience).await.map_err(set_up)?;
        return Ok(match found {
            Some(keys) => Signatory::new(Credentials::Keys(keys), "the role of this virtual machine"),
            None => Signatory::new(Credentials::Anonymous, "anonymous, since nothing is configured"),
        });
    };
    let profile = profiles.chosen()?;
    let region = settings_of(environment, profile.as_ref()).region;
    let region = region.unwrap_or_else(|| FALLBACK_REGION.to_owned());
    let connection = Connection::new(patience.clone()).map_err(set_up)?;
    let origin = origin::of(environment, &profiles, &source)?;
    let keys = Chain { environment, profile, region, connection, patience }.provider(source)?;
    Ok(Signatory::new(Credentials::Keys(keys), origin))
}

fn is_anonymous(environment: &Environment) -> bool {
    environment.is_set("AWS_SKIP_SIGNATURE")
}

async fn profiles(environment: &Environment) -> Result<Profiles, CredentialsUnusable> {
    let environment = environment.clone();
    tokio::task::spawn_blocking(move || Profiles::read(&environment)).await.map_err(|_| {
        CredentialsUnusable { reason: "reading the AWS configuration files broke off".to_owned() }
    })?
}

fn settings_of(environment: &Environment, profile: Option<&Profile>) -> Settings {
    let region = environment
        .first_of(&["AWS_REGION", "AWS_DEFAULT_REGION"])
        .or_else(|| profile?.get("region").map(str::to_owned));
    Settings { region, endpoint_url: endpoint(environment, profile, "AWS_ENDPOINT_URL_S3", "s3") }
}

/// The endpoint of a service: its own variable counts most, then the one for all services, then the profile.
fn endpoint(
    environment: &Environment,
    profile: Option<&Profile>,
    variable: &str,
    service: &str,
) -> Option<String> {
    if environment.is_set("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
        return None;
    }
    environment
        .first_of(&[variable, "AWS_ENDPOINT_URL"])
        .or_else(|| profile?.endpoint_url(service).map(str::to_owned))
}

/// What the providers of a chain share.
struct Chain<'environment> {
    environment: &'environment Environment,
    profile: Option<Profile>,
    region: String,
    connection: Connection,
    patience: RetryConfig,
}

impl Chain<'_> {
    fn provider(&self, source: Source) -> Result<AwsCredentialProvider, CredentialsUnusable> {
        Ok(match source {
            Source::Keys(keys) => Arc::new(StaticCredentialProvider::new(keys.credential())),
            Source::Process { command, profile } => Arc::new(Refreshing::new(Process { command, profile })),
            Source::WebIdentity { role, token_file } => self.assumed(role, Proof::TokenFile(token_file))?,
            Source::AssumedRole { role, base } => {
                self.assumed(role, Proof::Credentials(self.provider(*base)?))?
            }
            Source::Container(container) => {
                Arc::new(Refreshing::new(ContainerServer { container, connection: self.connection.clone() }))
            }
            Source::InstanceMetadata => {
                let timeout = Duration::from_secs(5);
                instance_metadata::provider(self.environment, self.patience.clone(), timeout).map_err(
                    |error| CredentialsUnusable {
                        reason: format!("the metadata service cannot be used: {error}"),
                    },
                )?
            }
        })
    }

    fn assumed(&self, role: Role, proof: Proof) -> Result<AwsCredentialProvider, CredentialsUnusable> {
        let service = self.token_service()?;
        Ok(Arc::new(Refreshing::new(AssumedRole { role, proof, service })))
    }

    fn token_service(&self) -> Result<TokenService, CredentialsUnusable> {
        let (profile, region) = (self.profile.as_ref(), self.region.clone());
        let domain = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let endpoint = endpoint(self.environment, profile, "AWS_ENDPOINT_URL_STS", "sts")
            .unwrap_or_else(|| format!("https://sts.{region}.{domain}"));
        if is_plain(&endpoint) && !is_loopback(&endpoint) && !self.environment.is_set(ALLOW_HTTP) {
            let reason = format!(
                "the token service at {endpoint} would be asked without TLS; use https, or set {ALLOW_HTTP}=true"
            );
            return Err(CredentialsUnusable { reason });
        }
        Ok(TokenService { endpoint, region, connection: self.connection.clone() })
    }
}
