//! Those who said that they link a location, as JSON.

use freehold::Linkers;
use freehold_domain::InstanceUid;
use serde::Serialize;

/// Those who said that they link a location.
#[derive(Debug, Serialize)]
pub(crate) struct LinkersView<'linkers> {
    instances: Vec<LinkerView<'linkers>>,
    /// How many files among the receipts are none.
    unreadable: u64,
    /// Whether there are more than are shown.
    more: bool,
}

#[derive(Debug, Serialize)]
struct LinkerView<'linkers> {
    uid: InstanceUid,
    slug: &'linkers str,
}

impl<'linkers> From<&'linkers Linkers> for LinkersView<'linkers> {
    fn from(linkers: &'linkers Linkers) -> Self {
        let Linkers { receipts, unreadable, is_cut } = linkers;
        let instances =
            receipts.iter().map(|receipt| LinkerView { uid: receipt.instance(), slug: receipt.slug() });
        Self { instances: instances.collect(), unreadable: *unreadable, more: *is_cut }
    }
}

/// Those who said that they link a location, a line each, for people; nothing when nobody did.
pub(crate) fn linker_lines(linkers: &Linkers) -> Vec<String> {
    let mut lines: Vec<String> = linkers
        .receipts
        .iter()
        .map(|receipt| format!("{} ({})", receipt.slug(), receipt.instance()))
        .collect();
    if linkers.is_cut {
        lines.push("and more".to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use freehold_domain::LinkReceipt;

    use super::*;

    #[test]
    fn a_linker_is_named_by_slug_and_uid() {
        let id = "3fae3ac9-c768-5a63-96f2-d619d4a5b2bf".parse().unwrap();
        let receipts = vec![LinkReceipt::new("analysis/derived", id)];
        let linkers = Linkers { receipts, unreadable: 1, is_cut: false };
        assert_eq!(linker_lines(&linkers), ["analysis/derived (186kfOVJd0dZ)"]);
        let view = serde_json::to_value(LinkersView::from(&linkers)).unwrap();
        assert_eq!(
            view,
            serde_json::json!({
                "instances": [{"uid": "186kfOVJd0dZ", "slug": "analysis/derived"}], "unreadable": 1, "more": false
            })
        );
    }
}
