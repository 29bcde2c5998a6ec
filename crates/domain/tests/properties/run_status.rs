//! A run takes its steps in order, and no others.

use freehold_domain::{
    Run, RunOutcome, RunStatus, RunUid, Timestamp, TransformStem, TransformUid, UserUid, Version,
};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy)]
enum Step {
    Start,
    Finish(RunOutcome),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        Just(Step::Start),
        Just(Step::Finish(RunOutcome::Completed)),
        Just(Step::Finish(RunOutcome::Errored)),
        Just(Step::Finish(RunOutcome::Aborted)),
    ];
    prop::collection::vec(step, 0..6)
}

fn scheduled() -> Run {
    let transform = TransformUid::new(TransformStem::from_entropy(1), Version::FIRST);
    Run::scheduled(RunUid::from_entropy(2), transform, UserUid::from_entropy(3))
}

/// What the steps lead to, by a table: `None` for a step that cannot be taken.
fn expected(from: RunStatus, step: Step) -> Option<RunStatus> {
    match (from, step) {
        (RunStatus::Scheduled, Step::Start) => Some(RunStatus::Started),
        (RunStatus::Started, Step::Finish(outcome)) => Some(outcome.into()),
        _ => None,
    }
}

proptest! {
    #[test]
    fn a_run_is_scheduled_then_started_then_finished_and_nothing_else(steps in steps()) {
        let mut run = scheduled();
        for step in steps {
            let before = run.status();
            let taken = match step {
                Step::Start => run.clone().start(Timestamp::MIN_UTC),
                Step::Finish(outcome) => run.clone().finish(outcome, Timestamp::MAX_UTC),
            };
            match (taken, expected(before, step)) {
                (Ok(next), Some(status)) => {
                    prop_assert_eq!(next.status(), status);
                    prop_assert_eq!(next.started_at().is_some(), status != RunStatus::Scheduled);
                    prop_assert_eq!(next.finished_at().is_some(), status.is_finished());
                    run = next;
                }
                (Err(refusal), None) => prop_assert_eq!((refusal.run, refusal.from), (run.uid(), before)),
                (taken, expected) => prop_assert!(false, "{taken:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn only_the_text_of_a_status_is_one(text in "[a-z]{0,10}") {
        let known = RunStatus::ALL.into_iter().find(|status| status.as_str() == text);
        prop_assert_eq!(text.parse::<RunStatus>().ok(), known);
    }
}

#[test]
fn every_status_reads_back_from_its_text() {
    for status in RunStatus::ALL {
        assert_eq!(status.to_string().parse(), Ok(status));
    }
}
