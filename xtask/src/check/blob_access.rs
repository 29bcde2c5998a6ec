//! Services never hold a bare store, and nothing but the one helper ends a unit of work.
//!
//! One module wraps what is opened as a location that may be read or written; everything else goes through it.

use crate::finding::Finding;
use crate::production_code::{self, is_within};
use crate::rust_text::{line_at, word_offsets};
use crate::source_tree::SourceTree;

const SERVICES: &str = "crates/services/src";
const APP: &str = "crates/app/src";
const COMMAND_LINE: &str = "crates/cli/src";
const LOCATION: &str = "crates/services/src/location";
const TRANSACTION: &str = "crates/services/src/transaction";

/// A word of code, where it is reserved, where it may stand, and what to say elsewhere.
struct Reserved {
    word: &'static str,
    among: &'static [&'static str],
    home: &'static str,
    message: &'static str,
}

const RESERVED: [Reserved; 4] = [
    Reserved {
        word: "BlobStore",
        among: &[SERVICES, APP, COMMAND_LINE],
        home: LOCATION,
        message: "only services/location holds a bare blob store: take a ReadableLocation or a WritableLocation",
    },
    Reserved {
        word: "BlobStores",
        among: &[SERVICES],
        home: LOCATION,
        message: "only services/location holds what opens blob stores: take Locations",
    },
    Reserved {
        word: ".open(",
        among: &[SERVICES, APP, COMMAND_LINE],
        home: LOCATION,
        message: "only services/location opens a blob store, so that nothing skips the ownership check",
    },
    Reserved {
        word: ".commit(",
        among: &[SERVICES, APP, COMMAND_LINE],
        home: TRANSACTION,
        message: "only services/transaction commits a unit of work: use in_transaction",
    },
];

/// What services open besides, by the name that it goes by.
const OTHERWISE_OPENED: [&str; 1] = ["databases"];
/// What the callers of services must not open, by the names that it goes by; they open much else.
const STORES: [&str; 3] = ["stores", "blobs", "locations"];

/// Every reserved word outside its home.
pub(super) fn findings(tree: &SourceTree) -> Vec<Finding> {
    RESERVED
        .iter()
        .flat_map(|reserved| reserved.among.iter().map(move |folder| (reserved, *folder)))
        .flat_map(|(reserved, folder)| {
            let files = production_code::below(tree, folder).into_iter();
            let files = files.filter(|(file, _)| !is_within(&file.path, reserved.home));
            files.flat_map(|(file, code)| code_findings(&file.path, &code, reserved)).collect::<Vec<_>>()
        })
        .collect()
}

fn code_findings(path: &str, code: &str, reserved: &Reserved) -> Vec<Finding> {
    word_offsets(code, reserved.word)
        .filter(|&offset| reserved.word != ".open(" || opens_a_store(path, code[..offset].trim_end()))
        .map(|offset| Finding::new(path, line_at(code, offset), reserved.message))
        .collect()
}

fn opens_a_store(path: &str, receiver: &str) -> bool {
    let is_one_of = |names: &[&str]| names.iter().any(|name| receiver.ends_with(name));
    if path.starts_with(SERVICES) { !is_one_of(&OTHERWISE_OPENED) } else { is_one_of(&STORES) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_found(path: &str, text: &str) -> Vec<usize> {
        findings(&SourceTree::of(&[(path, text)])).into_iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn the_location_module_opens_stores() {
        let text = "fn a(stores: &dyn BlobStores) -> Arc<dyn BlobStore> { stores.open(root) }";
        assert_eq!(lines_found("crates/services/src/location.rs", text), Vec::<usize>::new());
        assert_eq!(lines_found("crates/services/src/location/writable.rs", text), Vec::<usize>::new());
    }

    #[test]
    fn an_opened_store_elsewhere_is_found() {
        let text = "//! A.\nfn a(store: Arc<dyn BlobStore>) {\n    stores\n        .open(root)\n}\n";
        assert_eq!(lines_found("crates/services/src/save.rs", text), [2, 4]);
        assert_eq!(lines_found("crates/services/src/location_list.rs", text), [2, 4]);
    }

    #[test]
    fn the_port_that_opens_stores_may_be_passed_on() {
        let text = "blobs: Arc<dyn BlobStores>, // .open(";
        assert_eq!(lines_found("crates/app/src/builder.rs", text), Vec::<usize>::new());
        assert_eq!(lines_found("crates/services/src/host.rs", text), [1]);
    }

    #[test]
    fn a_database_may_be_opened() {
        let text = "host.databases\n    .open(url)";
        assert_eq!(lines_found("crates/services/src/connect.rs", text), Vec::<usize>::new());
    }

    #[test]
    fn callers_of_services_open_sessions_but_no_stores() {
        assert_eq!(lines_found("crates/cli/src/a.rs", "session.open(slug)"), Vec::<usize>::new());
        assert_eq!(lines_found("crates/app/src/a.rs", "self.stores.open(root)"), [1]);
    }

    #[test]
    fn a_commit_outside_the_transaction_module_is_found() {
        assert_eq!(
            lines_found("crates/services/src/transaction.rs", "work.commit().await"),
            Vec::<usize>::new()
        );
        assert_eq!(lines_found("crates/services/src/save.rs", "work.commit().await"), [1]);
        assert_eq!(lines_found("crates/app/src/lib.rs", "work.commit().await"), [1]);
    }

    #[test]
    fn tests_may_do_as_they_like() {
        let text = "#[cfg(test)]\nmod tests {\n fn a() { work.commit() }\n}\n";
        assert_eq!(lines_found("crates/services/src/save.rs", text), Vec::<usize>::new());
    }
}
