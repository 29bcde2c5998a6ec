//! The conformance suites that must run: an adapter whose suite is skipped is an adapter that nobody tried.

mod listing;
mod report;
mod required;

use std::path::Path;

use anyhow::Result;

pub(crate) use required::{FILE, REQUIRED, Suite};

/// Says of every required suite how many of its cases ran, which did not and why; whether each ran whole.
///
/// `report` is what nextest wrote about its run; without it, every case that a suite lists counts as run, for cargo's own runner
/// leaves none out.
pub(crate) fn run(root: &Path, report: Option<&Path>) -> Result<bool> {
    let programs = listing::test_programs(root)?;
    let ran = report.map(report::read).transpose()?;
    let mut complete = true;
    for suite in REQUIRED {
        let program = programs.iter().find(|program| program.is_of(suite));
        let Some(program) = program else {
            println!("{}: MISSING: {} has no test {}", suite.title, suite.package, suite.target);
            complete = false;
            continue;
        };
        let cases = listing::cases(program)?;
        let verdict = Verdict::of(suite, &cases, ran.as_ref());
        print!("{verdict}");
        complete &= verdict.is_complete();
    }
    Ok(complete)
}

/// What became of one suite.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Verdict {
    title: &'static str,
    ran: usize,
    missed: Vec<String>,
    ignored: Vec<listing::Ignored>,
}

impl Verdict {
    fn of(suite: &Suite, cases: &listing::Cases, ran: Option<&report::Ran>) -> Self {
        let did_run = |case: &String| ran.is_none_or(|ran| ran.holds(suite, case));
        let (ran, missed): (Vec<_>, Vec<_>) = cases.active.iter().cloned().partition(did_run);
        Self { title: suite.title, ran: ran.len(), missed, ignored: cases.ignored.clone() }
    }

    fn is_complete(&self) -> bool {
        self.ran > 0 && self.missed.is_empty()
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { title, ran, missed, ignored } = self;
        let word = if self.is_complete() { "ok" } else { "INCOMPLETE" };
        writeln!(formatter, "{title}: {word}, {ran} cases ran, {} ignored", ignored.len())?;
        for case in missed {
            writeln!(formatter, "    did not run: {case}")?;
        }
        for listing::Ignored { case, reason } in ignored {
            writeln!(formatter, "    ignored: {case} ({reason})")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUITE: Suite = Suite { title: "blobs on tape", package: "freehold-tape", target: "conformance" };

    fn cases(active: &[&str]) -> listing::Cases {
        let ignored = listing::Ignored { case: "c".to_owned(), reason: "no tape is that long".to_owned() };
        listing::Cases {
            active: active.iter().map(|case| (*case).to_owned()).collect(),
            ignored: vec![ignored],
        }
    }

    fn ran(cases: &[&str]) -> report::Ran {
        let lines = cases.iter().map(|case| {
            format!("<testcase name=\"{case}\" classname=\"freehold-tape::conformance\" time=\"1\">\n</testcase>\n")
        });
        report::Ran::parse(&lines.collect::<String>())
    }

    #[test]
    fn a_suite_that_ran_whole_is_complete_and_says_what_was_ignored() {
        let verdict = Verdict::of(&SUITE, &cases(&["a", "b"]), Some(&ran(&["a", "b"])));
        assert!(verdict.is_complete());
        assert_eq!(
            verdict.to_string(),
            "blobs on tape: ok, 2 cases ran, 1 ignored\n    ignored: c (no tape is that long)\n"
        );
    }

    #[test]
    fn a_case_that_did_not_run_is_named() {
        let verdict = Verdict::of(&SUITE, &cases(&["a", "b"]), Some(&ran(&["a"])));
        assert!(!verdict.is_complete());
        assert!(verdict.to_string().contains("    did not run: b\n"));
    }

    #[test]
    fn a_suite_that_is_ignored_whole_is_incomplete() {
        assert!(!Verdict::of(&SUITE, &cases(&[]), None).is_complete());
        assert!(!Verdict::of(&SUITE, &cases(&[]), Some(&ran(&["a"]))).is_complete());
    }

    #[test]
    fn without_a_report_what_is_listed_counts_as_run() {
        assert!(Verdict::of(&SUITE, &cases(&["a"]), None).is_complete());
    }
}
