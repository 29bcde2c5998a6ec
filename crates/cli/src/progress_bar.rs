//! A progress bar on standard error.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use freehold::{Activity, Progress, ProgressEvent};
use indicatif::{ProgressBar as Bar, ProgressStyle};

/// How often a bar moves when nothing else happens.
const TICK: Duration = Duration::from_millis(120);

/// Draws how far long work has come. When it ends, nothing is left of it.
#[derive(Debug, Default)]
pub(crate) struct ProgressBar(Mutex<Option<Work>>);

/// Work under way.
#[derive(Debug)]
struct Work {
    bar: Bar,
    activity: Activity,
    unit: Unit,
    items: u64,
    all_items: Option<u64>,
}

/// What a bar is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Bytes,
    Items,
    /// How much there is to do is not known.
    Unknown,
}

impl Progress for ProgressBar {
    fn report(&self, event: ProgressEvent) {
        let mut work = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            ProgressEvent::Started { activity, items, bytes } => {
                let begun = Work::begin(activity, items, bytes);
                if let Some(former) = work.replace(begun) {
                    former.bar.finish_and_clear();
                }
            }
            ProgressEvent::Advanced { items, bytes } => {
                if let Some(work) = work.as_mut() {
                    work.advance(items, bytes);
                }
            }
            ProgressEvent::Finished => {
                if let Some(work) = work.take() {
                    work.bar.finish_and_clear();
                }
            }
        }
    }
}

impl Work {
    fn begin(activity: Activity, items: Option<u64>, bytes: Option<u64>) -> Self {
        let (unit, length) = match (bytes.filter(|bytes| *bytes > 0), items.filter(|items| *items > 0)) {
            (Some(bytes), _) => (Unit::Bytes, bytes),
            (None, Some(items)) => (Unit::Items, items),
            (None, None) => (Unit::Unknown, 0),
        };
        let bar = match unit {
            Unit::Bytes | Unit::Items => Bar::new(length),
            Unit::Unknown => Bar::new_spinner(),
        };
        if let Ok(style) = ProgressStyle::with_template(template(unit)) {
            bar.set_style(style.progress_chars("=> "));
        }
        let work = Self { bar, activity, unit, items: 0, all_items: items };
        work.bar.set_message(work.message());
        work.bar.enable_steady_tick(TICK);
        work
    }

    fn advance(&mut self, items: u64, bytes: u64) {
        self.items += items;
        match self.unit {
            Unit::Bytes => self.bar.inc(bytes),
            Unit::Items => self.bar.inc(items),
            Unit::Unknown => {}
        }
        if items > 0 {
            self.bar.set_message(self.message());
        }
    }

    fn message(&self) -> String {
        match (self.all_items, self.items) {
            (Some(all), done) => format!("{} {done}/{all}", self.activity),
            (None, 0) => self.activity.to_string(),
            (None, done) => format!("{} {done}", self.activity),
        }
    }
}

fn template(unit: Unit) -> &'static str {
    match unit {
        Unit::Bytes => "{msg} [{bar:30}] {binary_bytes}/{binary_total_bytes} {binary_bytes_per_sec} {eta}",
        Unit::Items => "{msg} [{bar:30}] {eta}",
        Unit::Unknown => "{spinner} {msg}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_understood() {
        for unit in [Unit::Bytes, Unit::Items, Unit::Unknown] {
            assert!(ProgressStyle::with_template(template(unit)).is_ok(), "{unit:?}");
        }
    }

    #[test]
    fn work_is_measured_in_bytes_where_they_are_known() {
        assert_eq!(Work::begin(Activity::Ingesting, Some(3), Some(100)).unit, Unit::Bytes);
        assert_eq!(Work::begin(Activity::Ingesting, Some(3), Some(0)).unit, Unit::Items);
        assert_eq!(Work::begin(Activity::Scanning, None, None).unit, Unit::Unknown);
    }

    #[test]
    fn files_are_counted_as_they_pass() {
        let mut work = Work::begin(Activity::Registering, Some(3), Some(100));
        work.advance(2, 50);
        assert_eq!(work.message(), "registering 2/3");
        assert_eq!(work.bar.position(), 50);
    }
}
