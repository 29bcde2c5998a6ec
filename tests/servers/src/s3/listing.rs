//! Pages of keys and folders.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{CommonPrefix, EncodingType, ListObjectsV2Input, ListObjectsV2Output, Object};
use s3s::{S3Result, s3_error};

use super::operations::Operations;
use crate::listing_page::{Entry, Resume, page};

const LISTED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'*').remove(b'/');

impl Operations {
    pub(super) fn list_page(&self, input: &ListObjectsV2Input) -> S3Result<ListObjectsV2Output> {
        let resume = match (&input.continuation_token, &input.start_after) {
            (Some(token), _) => Resume::parse(token)
                .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
            (None, Some(key)) => Resume::After(key.clone()),
            (None, None) => Resume::After(String::new()),
        };
        let asked = input.max_keys.unwrap_or(1000);
        let limit = usize::try_from(asked)
            .map_err(|_| {
                s3_error!(InvalidArgument, "Argument max-keys must be an integer between 0 and 2147483647")
            })?
            .min(self.shared.switches.page_size);
        let prefix = input.prefix.as_deref().unwrap_or_default();
        let delimiter = input.delimiter.as_deref().unwrap_or_default();
        let encoded = input.encoding_type.as_ref().is_some_and(|kind| kind.as_str() == EncodingType::URL);
        let listed = |text: &str| {
            if encoded { utf8_percent_encode(text, LISTED).to_string() } else { text.to_owned() }
        };

        let mut state = self.shared.lock();
        let (entries, next) = page(&state.bucket(&input.bucket)?.objects, prefix, delimiter, &resume, limit);
        let next = next.filter(|_| limit > 0);
        let mut output = ListObjectsV2Output {
            name: Some(input.bucket.clone()),
            prefix: Some(listed(prefix)),
            delimiter: input.delimiter.as_deref().map(listed),
            start_after: input.start_after.as_deref().map(listed),
            max_keys: Some(asked),
            key_count: i32::try_from(entries.len()).ok(),
            is_truncated: Some(next.is_some()),
            continuation_token: input.continuation_token.clone(),
            next_continuation_token: next.map(|next| next.token()),
            encoding_type: input.encoding_type.clone(),
            ..ListObjectsV2Output::default()
        };
        for entry in &entries {
            match entry {
                Entry::Key(key, object) => output.contents.get_or_insert_default().push(Object {
                    key: Some(listed(key)),
                    size: Some(object.size()),
                    e_tag: Some(object.e_tag.clone()),
                    last_modified: Some(object.last_modified.clone()),
                    ..Object::default()
                }),
                Entry::Folder(prefix) => {
                    output
                        .common_prefixes
                        .get_or_insert_default()
                        .push(CommonPrefix { prefix: Some(listed(prefix)) });
                }
            }
        }
        Ok(output)
    }
}
