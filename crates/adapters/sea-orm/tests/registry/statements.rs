//! Every statement that reaches the database, as the driver reports it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::field::Visit;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{Layer, registry};

/// The tables that grow with the data.
pub(crate) const GROWING: [&str; 7] =
    ["artifacts", "families", "run_inputs", "run_outputs", "artifact_previous_runs", "runs", "intents"];

/// What reads every row because that is what it is for: the sessions of all intents, of which there are few, and the families
/// that an instance finds when it is recorded, which are none.
pub(crate) const WHOLE: [&str; 2] =
    ["SELECT DISTINCT \"session\"", "UPDATE \"families\" SET \"own_key\" = \"key\""];

/// Statements as the driver reports them.
#[derive(Clone, Default)]
pub(crate) struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl Statements {
    /// Records the statements of this process from here on.
    pub(crate) fn record() -> Self {
        let statements = Self::default();
        tracing::subscriber::set_global_default(registry().with(statements.clone())).unwrap();
        statements
    }

    /// Those that were reported so far.
    pub(crate) fn so_far(&self) -> BTreeSet<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<S: tracing_subscriber::registry::LookupSpan<'static> + tracing::Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        if event.metadata().target() == "sqlx::query" {
            let mut reported = Reported::default();
            event.record(&mut reported);
            let whole =
                if reported.statement.trim().is_empty() { reported.summary } else { reported.statement };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(whole.trim().to_owned());
        }
    }
}

#[derive(Default)]
struct Reported {
    summary: String,
    statement: String,
}

impl Visit for Reported {
    fn record_str(&mut self, field: &tracing::field::Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &tracing::field::Field, _: &dyn fmt::Debug) {}
}
