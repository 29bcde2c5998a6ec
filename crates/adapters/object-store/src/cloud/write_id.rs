//! The mark by which a writer knows its own write again when the answer was lost.

use std::borrow::Cow;

use object_store::{Attribute, Attributes};

/// The name of the object metadata that holds the mark.
const NAME: &str = "freehold-write-id";

/// A mark for one write. No other write has the same one.
pub(crate) fn new() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// The metadata of an object with this mark.
pub(crate) fn attributes(write_id: &str) -> Attributes {
    Attributes::from_iter([(key(), write_id.to_owned())])
}

/// The mark of an object, if it has one.
pub(crate) fn of(attributes: &Attributes) -> Option<String> {
    attributes.get(&key()).map(|value| value.as_ref().to_owned())
}

/// The header that sets the mark, where the metadata of the provider has this prefix.
pub(crate) fn header(prefix: &str) -> String {
    format!("{prefix}{NAME}")
}

fn key() -> Attribute {
    Attribute::Metadata(Cow::Borrowed(NAME))
}
