//! One page of a listing in key order, with keys behind a delimiter folded into folders.

use std::collections::BTreeMap;
use std::ops::Bound;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// One line of a listing.
pub(crate) enum Entry<'bucket, Object> {
    /// A key with what lies under it.
    Key(&'bucket str, &'bucket Object),
    /// The common prefix of several keys, with its delimiter.
    Folder(&'bucket str),
}

/// Where a listing goes on: after a key, or after everything in a folder.
pub(crate) enum Resume {
    After(String),
    Beyond(String),
}

impl Resume {
    fn of<Object>(entry: &Entry<'_, Object>) -> Self {
        match entry {
            Entry::Key(key, _) => Self::After((*key).to_owned()),
            Entry::Folder(prefix) => Self::Beyond((*prefix).to_owned()),
        }
    }

    /// The continuation token for clients.
    pub(crate) fn token(&self) -> String {
        match self {
            Self::After(key) => format!("k{}", utf8_percent_encode(key, NON_ALPHANUMERIC)),
            Self::Beyond(prefix) => format!("f{}", utf8_percent_encode(prefix, NON_ALPHANUMERIC)),
        }
    }

    /// Reads a token that `token` made.
    pub(crate) fn parse(token: &str) -> Option<Self> {
        let text = |rest| percent_encoding::percent_decode_str(rest).decode_utf8().ok().map(String::from);
        match token.split_at_checked(1)? {
            ("k", rest) => text(rest).map(Self::After),
            ("f", rest) => text(rest).map(Self::Beyond),
            _ => None,
        }
    }

    fn is_past(&self, key: &str) -> bool {
        match self {
            Self::After(last) => key > last.as_str(),
            Self::Beyond(prefix) => key > prefix.as_str() && !key.starts_with(prefix.as_str()),
        }
    }

    fn start(&self) -> &str {
        let (Self::After(start) | Self::Beyond(start)) = self;
        start
    }
}

/// At most `limit` entries, and where to go on if there are more.
pub(crate) fn page<'bucket, Object>(
    objects: &'bucket BTreeMap<String, Object>,
    prefix: &str,
    delimiter: &str,
    resume: &Resume,
    limit: usize,
) -> (Vec<Entry<'bucket, Object>>, Option<Resume>) {
    let start = prefix.max(resume.start());
    let keys = objects
        .range::<str, _>((Bound::Included(start), Bound::Unbounded))
        .take_while(|(key, _)| key.starts_with(prefix))
        .filter(|(key, _)| resume.is_past(key));
    let mut entries: Vec<Entry<'bucket, Object>> = Vec::new();
    for (key, object) in keys {
        let folder = match key[prefix.len()..].find(delimiter) {
            Some(position) if !delimiter.is_empty() => {
                Some(&key[..prefix.len() + position + delimiter.len()])
            }
            Some(_) | None => None,
        };
        if let (Some(folder), Some(Entry::Folder(last))) = (folder, entries.last())
            && folder == *last
        {
            continue;
        }
        if entries.len() == limit {
            let resume = entries.last().map(Resume::of);
            return (entries, resume);
        }
        entries.push(folder.map_or(Entry::Key(key, object), Entry::Folder));
    }
    (entries, None)
}
