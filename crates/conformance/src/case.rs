//! What a case is, and how one is run: on a runtime of its own, with a guard against deadlock.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Completion, Failed, Trial};

/// How long a case may take before it counts as stuck. It is no measure of speed.
const DEADLOCK_GUARD: Duration = Duration::from_mins(1);

/// How deep the stack of a case may grow; debug builds of large futures need more than a thread's default.
const STACK_BYTES: usize = 16 * 1024 * 1024;

/// Longer values are cut in messages.
const LONGEST_MESSAGE: usize = 4_000;

/// How an adapter broke the contract: what was expected, what was found, and where the case says so.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    location: &'static Location<'static>,
}

impl Failure {
    #[track_caller]
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), location: Location::caller() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.message.chars().take(LONGEST_MESSAGE).collect();
        write!(formatter, "{shown} (at {}:{})", self.location.file(), self.location.line())
    }
}

impl<E: std::error::Error> From<E> for Failure {
    #[track_caller]
    fn from(error: E) -> Self {
        let mut message = format!("expected success, found the error: {error}");
        let mut source = error.source();
        while let Some(cause) = source {
            message.push_str(": ");
            message.push_str(&cause.to_string());
            source = cause.source();
        }
        Self::new(message)
    }
}

/// How a case ends.
pub(crate) type Outcome = Result<(), Failure>;

/// A case at work.
pub(crate) type CaseFuture<'fresh> = Pin<Box<dyn Future<Output = Outcome> + 'fresh>>;

/// One behaviour of a port, named by its rule, to be shown on a fresh `F`.
pub(crate) struct Case<F: 'static> {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&F) -> CaseFuture<'_>,
}

impl<F: 'static> Clone for Case<F> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<F: 'static> Copy for Case<F> {}

/// Makes the table of a file: each case under the name `GROUP::FUNCTION`.
macro_rules! cases {
    ($fresh:ty, $group:literal: $($case:ident),+ $(,)?) => {
        pub(super) const CASES: &[crate::case::Case<$fresh>] = &[$(crate::case::Case {
            name: concat!($group, "::", stringify!($case)),
            run: |fresh| Box::pin($case(fresh)),
        }),+];
    };
}

/// Ends the case unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(crate::case::Failure::new(format!($($message)+)));
        }
    };
}

/// Ends the case unless the result is an error of this pattern.
macro_rules! ensure_error {
    ($what:expr, $result:expr, $pattern:pat $(if $guard:expr)?) => {
        match $result {
            Err($pattern) $(if $guard)? => {}
            Err(error) => {
                return Err(crate::case::Failure::new(format!(
                    "{}: expected the error {}, found the error {error:?}", $what, stringify!($pattern $(if $guard)?)
                )));
            }
            Ok(_) => {
                return Err(crate::case::Failure::new(format!(
                    "{}: expected the error {}, found success", $what, stringify!($pattern $(if $guard)?)
                )));
            }
        }
    };
}

pub(crate) use {cases, ensure, ensure_error};

/// Ends the case unless both values are equal.
#[track_caller]
pub(crate) fn ensure_equal<T, U>(what: &str, found: &T, expected: &U) -> Outcome
where
    T: PartialEq<U> + fmt::Debug + ?Sized,
    U: fmt::Debug + ?Sized,
{
    if found == expected {
        return Ok(());
    }
    Err(Failure::new(format!("{what}: expected {expected:?}, found {found:?}")))
}

/// The value, or the end of the case.
#[track_caller]
pub(crate) fn present<T>(what: &str, value: Option<T>) -> Result<T, Failure> {
    value.ok_or_else(|| Failure::new(format!("{what}: expected a value, found none")))
}

/// Makes what a case runs on.
pub(crate) type FreshFuture<'fixture, F> = Pin<Box<dyn Future<Output = F> + Send + 'fixture>>;

/// The part of a fixture that the machinery needs, the same for every port family.
pub(crate) trait Ground<F>: Send + Sync + 'static {
    fn fresh(&self) -> FreshFuture<'_, F>;
    fn unsupported(&self, case: &str) -> Option<String>;
}

/// Runs the program of a conformance test: lists or runs the cases as its arguments say, and ends the process.
pub(crate) fn run_program<F: 'static>(ground: impl Ground<F>, cases: Vec<Case<F>>) {
    let arguments = Arguments::from_args();
    let shows_ignored = arguments.list || arguments.ignored || arguments.include_ignored;
    let ground = Arc::new(ground);
    let trials = cases
        .into_iter()
        .map(|case| {
            if let Some(reason) = ground.unsupported(case.name) {
                let ignored = move || Ok(Completion::ignored_with(reason));
                return Trial::ignorable_test(case.name, ignored).with_ignored_flag(shows_ignored);
            }
            let ground = Arc::clone(&ground);
            Trial::test(case.name, move || run(&ground, case).map_err(Failed::from))
        })
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}

/// Runs the one case of this name, also if the fixture calls it unsupported.
pub(crate) fn run_named<F: 'static>(
    ground: impl Ground<F>,
    cases: Vec<Case<F>>,
    name: &str,
) -> Result<(), String> {
    let case = cases.into_iter().find(|case| case.name == name);
    let case = case.ok_or_else(|| format!("there is no case {name}"))?;
    run(&Arc::new(ground), case)
}

/// Runs a case on a thread and a runtime of its own, so that nothing of another case can reach it.
fn run<F: 'static>(ground: &Arc<impl Ground<F>>, case: Case<F>) -> Result<(), String> {
    let ground = Arc::clone(ground);
    let (sender, receiver) = mpsc::sync_channel(1);
    let work = move || {
        let outcome = run_to_its_end(ground.as_ref(), case);
        // The receiver is gone only when the guard has given the case up.
        sender.send(outcome).ok();
    };
    let worker = thread::Builder::new().name(case.name.to_owned()).stack_size(STACK_BYTES).spawn(work);
    worker.map_err(|error| format!("no thread for the case: {error}"))?;
    match receiver.recv_timeout(DEADLOCK_GUARD) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => {
            Err(format!("the case was stuck for {} seconds", DEADLOCK_GUARD.as_secs()))
        }
        Err(RecvTimeoutError::Disconnected) => Err("the case panicked; its message is above".to_owned()),
    }
}

fn run_to_its_end<F: 'static>(ground: &impl Ground<F>, case: Case<F>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .thread_stack_size(STACK_BYTES)
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime for the case: {error}"))?;
    let outcome = runtime.block_on(async {
        let fresh = ground.fresh().await;
        (case.run)(&fresh).await
    });
    // What a failed case left waiting on a blocking thread must not hold up the verdict.
    runtime.shutdown_background();
    outcome.map_err(|failure| failure.to_string())
}
