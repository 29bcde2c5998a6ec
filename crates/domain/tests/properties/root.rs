//! Equal places are equal roots, and containment goes by whole segments.

use std::fmt::Write as _;

use freehold_domain::blob_key::BlobKey;
use freehold_domain::storage_root::{StoragePath, StorageRoot, Surroundings, owning_root};
use proptest::prelude::*;
use proptest::sample::select;

const SURROUNDINGS: [&str; 2] = ["/work/here", "/home/ada"];

fn surroundings() -> Surroundings {
    let [current_directory, home] = SURROUNDINGS.map(str::to_owned);
    Surroundings { current_directory, home: Some(home) }
}

fn parse(text: &str) -> StorageRoot {
    StorageRoot::parse(text, &surroundings()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// A place as a model: what it lies on, and the segments below.
#[derive(Debug, Clone, PartialEq)]
struct Model {
    anchor: &'static str,
    segments: Vec<String>,
    endpoint: &'static str,
}

impl Model {
    fn text(&self) -> String {
        let query =
            if self.endpoint.is_empty() { String::new() } else { format!("?endpoint_url={}", self.endpoint) };
        match (self.anchor, self.segments.is_empty()) {
            ("", true) => "/".to_owned(),
            (anchor, true) => format!("{anchor}{query}"),
            (anchor, false) => format!("{anchor}/{}{query}", self.segments.join("/")),
        }
    }

    fn contains(&self, other: &Self) -> bool {
        (self.anchor, self.endpoint) == (other.anchor, other.endpoint)
            && other.segments.starts_with(&self.segments)
    }
}

/// Few segments of few letters, so that places often contain one another.
fn models() -> impl Strategy<Value = Model> {
    let anchors = select(vec![
        ("", ""),
        ("", ""),
        ("s3://bucket", ""),
        ("s3://bucket", "http://localhost:9000"),
        ("gs://bucket", ""),
        ("s3://bucket-2", ""),
    ]);
    let segment = prop_oneof![6 => "[ab]{1,2}", 1 => "[a-zA-Z0-9é%~:\\\\. +&=-]{3,6}"]
        .prop_filter("dots are no name", |segment: &String| {
            !segment.chars().all(|character| character == '.')
        });
    (anchors, prop::collection::vec(segment, 0..4)).prop_map(|((anchor, endpoint), segments)| Model {
        anchor,
        segments,
        endpoint,
    })
}

/// A local place, and how to spell it: a decision for each segment.
fn local_spellings() -> impl Strategy<Value = (Model, String)> {
    let segments = prop::collection::vec("[a-zé% ]{1,4}", 0..4);
    (segments, prop::collection::vec(0..6_u8, 8), 0..4_u8).prop_map(|(segments, decisions, form)| {
        let mut spelling = String::new();
        for (segment, decision) in segments.iter().zip(&decisions) {
            let detour = match decision {
                0 => "/.",
                1 => "/",
                2 => "/detour/..",
                3 => "/x/y/../..",
                _ => "",
            };
            write!(spelling, "{detour}/{segment}").unwrap();
        }
        spelling.push_str(if decisions[7] < 3 { "/" } else { "" });
        let spelling = match form {
            0 => format!("/{spelling}"),
            1 => format!("../..{spelling}"),
            2 => format!("~/../..{spelling}"),
            _ => format!("file:///{}", percent_encode(&spelling, decisions[6])),
        };
        (Model { anchor: "", segments, endpoint: "" }, spelling)
    })
}

/// Encodes what must be, and depending on `rhythm` some of what need not be.
fn percent_encode(text: &str, rhythm: u8) -> String {
    let encode = |(index, byte): (usize, u8)| {
        let optional = rhythm > 0 && index % usize::from(rhythm) == 0;
        let plain = byte.is_ascii_alphanumeric() || byte == b'/' || byte == b'.';
        if plain && !optional { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().enumerate().map(encode).collect()
}

proptest! {
    #[test]
    fn a_root_reads_back_from_its_text(model in models()) {
        let root = parse(&model.text());
        prop_assert_eq!(root.as_str(), model.text());
        prop_assert_eq!(StorageRoot::from_canonical(root.as_str()), Ok(root.clone()));
        prop_assert_eq!(root.depth(), model.segments.len());
    }

    #[test]
    fn every_spelling_of_a_local_place_is_one_root((model, spelling) in local_spellings()) {
        prop_assert_eq!(parse(&spelling).to_string(), model.text(), "{}", spelling);
    }

    #[test]
    fn a_trailing_slash_changes_nothing(model in models().prop_filter("not /", |model| model.text() != "/")) {
        let text = model.text();
        let (path, query) = text.split_at(text.find('?').unwrap_or(text.len()));
        prop_assert_eq!(parse(&format!("{path}/{query}")), parse(&text));
    }

    #[test]
    fn equal_roots_are_equal_places(left in models(), right in models()) {
        prop_assert_eq!(parse(&left.text()) == parse(&right.text()), left == right);
    }

    #[test]
    fn containment_agrees_with_the_model(left in models(), right in models()) {
        let (outer, inner) = (parse(&left.text()), parse(&right.text()));
        prop_assert_eq!(outer.contains(&inner), left.contains(&right));
        prop_assert_eq!(outer.overlaps(&inner), left.contains(&right) || right.contains(&left));
    }

    #[test]
    fn ancestors_are_exactly_the_places_that_contain_a_root(model in models()) {
        let expected: Vec<String> = (0..model.segments.len())
            .rev()
            .map(|depth| Model { segments: model.segments[..depth].to_vec(), ..model.clone() }.text())
            .collect();
        let ancestors: Vec<String> = parse(&model.text()).ancestors().map(|root| root.to_string()).collect();
        prop_assert_eq!(ancestors, expected);
    }

    #[test]
    fn a_joined_path_leads_back_to_its_key(model in models(), key in "[ab?#%\\n ]{1,3}(/[ab]{1,2}){0,2}") {
        let (root, key) = (parse(&model.text()), BlobKey::parse(&key).unwrap());
        let path = root.join(&key);
        prop_assert_eq!(root.relative_key(&path), Some(key.clone()));
        prop_assert_eq!(path.file_name(), Some(key.file_name()));
        prop_assert_eq!(root.relative_key(&StoragePath::from(root.clone())), None);
    }

    #[test]
    fn a_path_belongs_to_the_deepest_root_that_contains_it(
        roots in prop::collection::vec(models(), 0..6),
        place in models(),
    ) {
        let texts: Vec<StorageRoot> = roots.iter().map(|model| parse(&model.text())).collect();
        let path = StoragePath::parse(&place.text(), &surroundings()).unwrap();
        let deepest = roots.iter().filter(|root| root.contains(&place) && **root != place);
        let expected = deepest.map(|root| root.segments.len()).max();
        prop_assert_eq!(owning_root(&texts, &path).map(StorageRoot::depth), expected);
    }

    #[test]
    fn a_path_and_its_root_are_the_same_place(model in models()) {
        let root = parse(&model.text());
        prop_assert_eq!(StorageRoot::try_from(StoragePath::from(root.clone())), Ok(root));
    }

    #[test]
    fn whatever_is_accepted_is_in_normal_form(
        text in any::<String>(),
        scheme in select(vec!["", "s3://", "gs://", "file:///", "s3://bucket/"]),
    ) {
        if let Ok(root) = StorageRoot::parse(&format!("{scheme}{text}"), &surroundings()) {
            prop_assert_eq!(StorageRoot::from_canonical(root.as_str()), Ok(root));
        }
    }

    #[test]
    fn an_endpoint_that_is_accepted_is_in_normal_form(
        endpoint in "(http|HTTPS|ftp)://[a-zA-Z0-9.:\\[\\]_-]{0,12}[/a-z.%\\\\ ]{0,8}",
    ) {
        if let Ok(root) = StorageRoot::parse(&format!("s3://bucket/a?endpoint_url={endpoint}"), &surroundings()) {
            prop_assert_eq!(StorageRoot::from_canonical(root.as_str()), Ok(root));
        }
    }
}
