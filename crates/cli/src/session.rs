//! What a command has at hand: the options, where to print, and the instance that it works on.

use std::path::PathBuf;
use std::sync::Arc;

use freehold::ports::persistence::PersistenceError;
use freehold::{Activity, ConnectError, Freehold, Machine, Progress, ProgressEvent};
use freehold_domain::{Instance, RunUid, Storage};

use crate::cache_settings;
use crate::command_line::GlobalOptions;
use crate::failure::Failure;
use crate::output::Output;
use crate::progress_bar::ProgressBar;

/// The variable that holds the current run.
pub(crate) const RUN_VARIABLE: &str = "FREEHOLD_RUN";
/// The variable that names the instance to work on.
pub(crate) const INSTANCE_VARIABLE: &str = "FREEHOLD_INSTANCE";
/// The variable that names the folder of the settings.
pub(crate) const CONFIG_VARIABLE: &str = "FREEHOLD_CONFIG_DIR";

/// The variable that names the folder of registries that have no place beside their data.
pub(crate) const DATA_VARIABLE: &str = "FREEHOLD_DATA_DIR";

/// What a command has at hand.
#[derive(Debug)]
pub(crate) struct Session {
    options: GlobalOptions,
    pub(crate) output: Output,
    progress: Option<Arc<ProgressBar>>,
    opened: Vec<Freehold>,
}

impl Session {
    pub(crate) fn new(options: GlobalOptions, output: Output) -> Self {
        let progress = output.draws_progress().then(Arc::default);
        Self { options, output, progress, opened: Vec::new() }
    }

    /// This machine, with the settings that the options name.
    pub(crate) fn machine(&self) -> Result<Machine, Failure> {
        let mut builder = cache_settings::apply(Machine::builder())?;
        if let Some(folder) = self.config_dir() {
            builder = builder.config_dir(folder);
        }
        if let Some(folder) = data_dir()? {
            builder = builder.data_dir(folder);
        }
        if let Some(progress) = &self.progress {
            builder = builder.progress(progress.clone());
        }
        builder.build().map_err(|error| Failure::failed(error.to_string()))
    }

    /// The folder of the settings, if one was given.
    pub(crate) fn config_dir(&self) -> Option<PathBuf> {
        let folder = self.options.config_dir.clone();
        let folder = folder.or_else(|| std::env::var_os(CONFIG_VARIABLE).map(PathBuf::from));
        folder.filter(|folder| !folder.as_os_str().is_empty())
    }

    /// The instance that was named, if one was.
    pub(crate) fn target(&self) -> Result<Option<String>, Failure> {
        Ok(given("--instance", self.options.instance.as_ref(), INSTANCE_VARIABLE)?.map(|given| given.text))
    }

    /// The run to work under, if there is one.
    pub(crate) fn run(&self) -> Result<Option<RunUid>, Failure> {
        let Some(Given { source, text }) = given("--run", self.options.run.as_ref(), RUN_VARIABLE)? else {
            return Ok(None);
        };
        match text.parse() {
            Ok(run) => Ok(Some(run)),
            Err(error) => Err(Failure::invalid(format!("{source}: {error}"))
                .with_hint("begin a run with `freehold run start --transform KEY`, which prints its uid")),
        }
    }

    /// Opens the instance, to read and write, under the run if there is one.
    pub(crate) async fn writing(&mut self) -> Result<Freehold, Failure> {
        let run = self.run()?;
        let opened = self.machine()?.open(self.target()?.as_deref()).await?.under_run(run);
        Ok(self.keep(opened))
    }

    /// Opens the instance, to read only.
    pub(crate) async fn reading(&mut self) -> Result<Freehold, Failure> {
        let opened = open_to_read(&self.machine()?, self.target()?.as_deref()).await?;
        Ok(self.keep(opened))
    }

    /// Opens the instance to read an artifact: under a run that is recorded, else nothing is written.
    pub(crate) async fn reading_for_run(&mut self) -> Result<Freehold, Failure> {
        if self.run()?.is_some() { self.writing().await } else { self.reading().await }
    }

    /// Draws how far `work` comes with one file, if progress is drawn at all.
    pub(crate) async fn drawing<T>(
        &self,
        activity: Activity,
        bytes: u64,
        work: impl Future<Output = T>,
    ) -> T {
        let report = |event| self.progress.iter().for_each(|progress| progress.report(event));
        report(ProgressEvent::Started { activity, items: None, bytes: Some(bytes) });
        let done = work.await;
        report(ProgressEvent::Finished);
        done
    }

    /// Keeps an opened instance, to close it at the end.
    pub(crate) fn keep(&mut self, opened: Freehold) -> Freehold {
        self.opened.push(opened.clone());
        opened
    }

    /// Lets go of what was opened.
    pub(crate) async fn close(&mut self) {
        for opened in self.opened.drain(..) {
            if let Err(error) = opened.close().await {
                tracing::debug!(%error, "the registry was not closed in order");
            }
        }
    }
}

/// The folder of registries that have no place beside their data, if one was given.
fn data_dir() -> Result<Option<PathBuf>, Failure> {
    match std::env::var_os(DATA_VARIABLE).filter(|folder| !folder.is_empty()) {
        None => Ok(None),
        Some(folder) => std::path::absolute(folder)
            .map(Some)
            .map_err(|error| Failure::invalid(format!("{DATA_VARIABLE}: {error}"))),
    }
}

/// A text that was given, and where.
struct Given {
    source: &'static str,
    text: String,
}

/// What was said with an option, else what the environment says. An empty text says nothing: with the option it hides the environment.
fn given(
    option: &'static str,
    said: Option<&String>,
    variable: &'static str,
) -> Result<Option<Given>, Failure> {
    let (source, text) = match (said, std::env::var_os(variable)) {
        (Some(text), _) => (option, text.clone()),
        (None, Some(value)) => match value.into_string() {
            Ok(text) => (variable, text),
            Err(_) => return Err(Failure::invalid(format!("the value of {variable} is not UTF-8"))),
        },
        (None, None) => return Ok(None),
    };
    Ok(Some(Given { source, text }).filter(|given| !given.text.is_empty()))
}

/// Opens an instance to read only. A registry with an older schema is brought up to date first, and one that an interrupted program has
/// left is recovered.
pub(crate) async fn open_to_read(machine: &Machine, target: Option<&str>) -> Result<Freehold, ConnectError> {
    match machine.open_read_only(target).await {
        Err(ConnectError::Persistence(
            PersistenceError::SchemaOutdated { .. } | PersistenceError::NeedsRecovery { .. },
        )) => {
            machine.open(target).await?.close().await?;
            machine.open_read_only(target).await
        }
        opened => opened,
    }
}

/// Whether new artifacts of the instance go to this location.
pub(crate) fn is_default(instance: &Instance, storage: &Storage) -> bool {
    instance.default_storage() == Some(storage.uid())
}
