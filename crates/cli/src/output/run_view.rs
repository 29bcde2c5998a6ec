//! Runs as JSON.

use freehold::{RunDetails, StartedRun};
use freehold_domain::{Run, RunUid, Transform, TransformUid, UserUid, Version};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{ArtifactView, UserView, time};

/// What a run executes. Only its uid is told where nothing more is known.
#[derive(Debug, Serialize)]
struct TransformView<'transform> {
    uid: TransformUid,
    version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'transform str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
}

impl<'transform> TransformView<'transform> {
    fn new(uid: TransformUid, transform: Option<&'transform Transform>) -> Self {
        Self {
            uid,
            version: uid.version(),
            key: transform.map(|transform| transform.key.as_str()),
            kind: transform.map(|transform| transform.kind.as_str()),
        }
    }
}

/// A run: the fields that every interface names so.
#[derive(Debug, Serialize)]
pub(crate) struct RunView<'run> {
    uid: RunUid,
    transform: TransformView<'run>,
    name: Option<&'run str>,
    status: &'static str,
    params: &'run Map<String, Value>,
    started_at: Option<String>,
    finished_at: Option<String>,
    created_by: UserUid,
    initiated_by: Option<RunUid>,
    reference: Option<&'run str>,
}

impl<'run> RunView<'run> {
    pub(crate) fn new(run: &'run Run, transform: Option<&'run Transform>) -> Self {
        Self {
            uid: run.uid(),
            transform: TransformView::new(run.transform(), transform),
            name: run.name.as_deref(),
            status: run.status().as_str(),
            params: &run.params,
            started_at: run.started_at().map(time::for_programs),
            finished_at: run.finished_at().map(time::for_programs),
            created_by: run.created_by(),
            initiated_by: run.initiated_by,
            reference: run.reference.as_deref(),
        }
    }
}

impl<'run> From<&'run StartedRun> for RunView<'run> {
    fn from(started: &'run StartedRun) -> Self {
        Self::new(&started.run, Some(&started.transform))
    }
}

/// A run around a command that has ended.
#[derive(Debug, Serialize)]
pub(crate) struct ExecutedRunView<'run> {
    #[serde(flatten)]
    pub(crate) run: RunView<'run>,
    /// The status with which this program ends, too.
    pub(crate) exit_status: u8,
}

/// A run in full.
#[derive(Debug, Serialize)]
pub(crate) struct RunDetailsView<'details> {
    #[serde(flatten)]
    run: RunView<'details>,
    user: Option<UserView<'details>>,
    inputs: Vec<ArtifactView<'details>>,
    outputs: Vec<ArtifactView<'details>>,
}

impl<'details> From<&'details RunDetails> for RunDetailsView<'details> {
    fn from(details: &'details RunDetails) -> Self {
        Self {
            run: RunView::new(&details.run, Some(&details.transform)),
            user: details.user.as_ref().map(UserView::from),
            inputs: details.inputs.iter().map(ArtifactView::from).collect(),
            outputs: details.outputs.iter().map(ArtifactView::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold_domain::{Timestamp, TransformKind, TransformStem};

    use super::*;

    #[test]
    fn a_run_has_the_fields_of_the_contract() {
        let uid = TransformUid::new(TransformStem::from_entropy(1), Version::FIRST);
        let user = UserUid::from_entropy(1);
        let transform = Transform {
            uid,
            key: "align.py".parse().unwrap(),
            kind: TransformKind::Script,
            description: None,
            source_hash: None,
            reference: None,
            created_at: Timestamp::MIN_UTC,
            created_by: user,
        };
        let run = Run::scheduled(RunUid::from_entropy(2), uid, user);
        let started = StartedRun { run: run.start(Timestamp::UNIX_EPOCH).unwrap(), transform };
        let view = serde_json::to_value(RunView::from(&started)).unwrap();
        assert_eq!(view["status"], "started");
        assert_eq!(view["transform"]["key"], "align.py");
        assert_eq!(view["transform"]["version"], "0000");
        assert_eq!(view["params"], serde_json::json!({}));
        assert_eq!(view["started_at"], "1970-01-01T00:00:00.000000Z");
        for absent in ["name", "finished_at", "initiated_by", "reference"] {
            assert!(view[absent].is_null(), "{absent}");
        }
    }
}
