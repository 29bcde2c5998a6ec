//! Suites that mount file systems, each run in a mount namespace of its own: nothing is seen outside of it, and nothing is left.
//!
//! Where that is not allowed, or a file system is not to be had, the cases that need it are ignored, with the reason.
#![allow(clippy::expect_used)]

mod ignoring_case;
mod namespace;
mod tool;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Failed, Trial};

pub use ignoring_case::IgnoringCase;

/// What a case needs of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// The right to mount.
    Mounts,
    /// A file system that ignores case, and the right to mount it.
    IgnoredCase,
}

/// One rule, named, and how it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// The rule.
    pub name: &'static str,
    /// What it needs.
    pub needs: Needs,
    /// Shows it, or panics.
    pub run: fn(),
}

/// Makes a table of cases: what they need, and the functions that show them.
#[macro_export]
macro_rules! mount_cases {
    ($($needs:ident: $($case:path),+ $(,)?;)+) => {
        &[$($($crate::mounts::Case {
            name: stringify!($case),
            needs: $crate::mounts::Needs::$needs,
            run: $case,
        }),+),+]
    };
}

/// The `main` of such a suite: lists or runs the cases as the program's arguments say, and ends the process.
pub fn main(cases: &[Case]) {
    let arguments = Arguments::from_args();
    let shows_ignored = arguments.list || arguments.ignored || arguments.include_ignored;
    let mounts = namespace::enter();
    let needs_ignored_case = cases.iter().any(|case| case.needs == Needs::IgnoredCase);
    let ignored_case = match &mounts {
        Ok(()) if needs_ignored_case => IgnoringCase::is_to_be_had(),
        Ok(()) => Ok(()),
        Err(reason) => Err(reason.clone()),
    };
    let trials = cases.iter().map(|case| {
        let reason = match case.needs {
            Needs::Nothing => None,
            Needs::Mounts => mounts.clone().err(),
            Needs::IgnoredCase => ignored_case.clone().err(),
        };
        let run = case.run;
        match reason {
            Some(reason) => Trial::ignorable_test(case.name, move || Ok(Completion::ignored_with(reason)))
                .with_ignored_flag(shows_ignored),
            None => Trial::test(case.name, move || {
                run();
                Ok::<(), Failed>(())
            }),
        }
    });
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// A folder that is shown in a second place. It ends with this value.
#[derive(Debug)]
pub struct BindMount(PathBuf);

impl BindMount {
    /// Shows the folder `source` at `point`, which is made if it is absent.
    ///
    /// # Panics
    /// When that cannot be done.
    #[must_use]
    #[track_caller]
    pub fn new(source: &Path, point: &Path) -> Self {
        std::fs::create_dir_all(point).expect("a folder");
        tool::run("mount", &[&"--bind", &source, &point]).expect("a bind mount");
        Self(point.to_owned())
    }

    /// An empty file system in memory at `point`, which is made if it is absent.
    ///
    /// # Panics
    /// When that cannot be done.
    #[must_use]
    #[track_caller]
    pub fn of_memory(point: &Path) -> Self {
        std::fs::create_dir_all(point).expect("a folder");
        tool::run("mount", &[&"-t", &"tmpfs", &"tmpfs", &point]).expect("a file system in memory");
        Self(point.to_owned())
    }
}

impl Drop for BindMount {
    fn drop(&mut self) {
        tool::unmount(&self.0);
    }
}
