//! Conditions of requests: what must hold of an object before it is read, written, copied or deleted.

use axum::http::HeaderMap;
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use s3s::dto::{ETagCondition, Timestamp};
use s3s::{S3Error, S3Result, s3_error};

use super::object::StoredObject;

/// The conditions of a read, or of the source of a copy.
#[derive(Debug, Default, Clone)]
#[expect(clippy::struct_field_names, reason = "the names of the headers")]
pub(super) struct ReadCondition {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
    pub(super) if_modified_since: Option<Timestamp>,
    pub(super) if_unmodified_since: Option<Timestamp>,
}

/// Why an object may not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is another one than was asked for.
    Changed,
    /// It is the one that the reader has already.
    Same,
}

impl ReadCondition {
    /// Tag conditions outrank those on dates, as in RFC 9110.
    pub(super) fn evaluate(&self, object: &StoredObject) -> Result<(), Unread> {
        let unmodified_since = |time: &Timestamp| object.last_modified <= *time;
        let still_the_one = match (&self.if_match, &self.if_unmodified_since) {
            (Some(condition), _) => matches(condition, object),
            (None, Some(time)) => unmodified_since(time),
            (None, None) => true,
        };
        if !still_the_one {
            return Err(Unread::Changed);
        }
        let known_already = match (&self.if_none_match, &self.if_modified_since) {
            (Some(condition), _) => matches(condition, object),
            (None, Some(time)) => unmodified_since(time),
            (None, None) => false,
        };
        if known_already { Err(Unread::Same) } else { Ok(()) }
    }

    /// Fails as a read does: with 412, or with 304 and the tag.
    pub(super) fn check_read(&self, object: &StoredObject) -> S3Result<()> {
        match self.evaluate(object) {
            Ok(()) => Ok(()),
            Err(Unread::Changed) => Err(precondition_failed()),
            Err(Unread::Same) => {
                let mut error = s3_error!(NotModified, "Not Modified");
                if let Ok(tag) = object.e_tag.to_http_header() {
                    error.set_headers(HeaderMap::from_iter([(ETAG, tag)]));
                }
                Err(error)
            }
        }
    }

    /// Fails as a copy does: always with 412.
    pub(super) fn check_source(&self, object: &StoredObject) -> S3Result<()> {
        self.evaluate(object).map_err(|_| precondition_failed())
    }
}

/// The condition of a write.
#[derive(Debug, Default, Clone)]
pub(super) struct WriteCondition {
    pub(super) if_match: Option<ETagCondition>,
    pub(super) if_none_match: Option<ETagCondition>,
}

impl WriteCondition {
    /// That of a request whose input does not carry it.
    pub(super) fn of_headers(headers: &HeaderMap) -> S3Result<Self> {
        let condition = |name| match headers.get(&name) {
            None => Ok(None),
            Some(value) => ETagCondition::parse_http_header(value.as_bytes())
                .map(Some)
                .map_err(|error| s3_error!(error, InvalidArgument, "invalid header: {name}")),
        };
        Ok(Self { if_match: condition(IF_MATCH)?, if_none_match: condition(IF_NONE_MATCH)? })
    }

    /// Fails if the object that is there at present, or its absence, is not what the condition demands.
    pub(super) fn check(&self, present: Option<&StoredObject>) -> S3Result<()> {
        match &self.if_none_match {
            Some(ETagCondition::Any) if present.is_some() => return Err(precondition_failed()),
            None | Some(ETagCondition::Any) => {}
            Some(ETagCondition::ETag(_)) => {
                return Err(s3_error!(
                    NotImplemented,
                    "A header you provided implies functionality that is not implemented: If-None-Match with a tag"
                ));
            }
        }
        match (&self.if_match, present) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(s3_error!(NoSuchKey, "The specified key does not exist.")),
            (Some(condition), Some(object)) if matches(condition, object) => Ok(()),
            (Some(_), Some(_)) => Err(precondition_failed()),
        }
    }
}

/// Whether `object` is one that `condition` names.
pub(super) fn matches(condition: &ETagCondition, object: &StoredObject) -> bool {
    match condition {
        ETagCondition::Any => true,
        ETagCondition::ETag(tag) => tag.value() == object.e_tag.value(),
    }
}

/// The error of a condition that does not hold.
pub(super) fn precondition_failed() -> S3Error {
    s3_error!(PreconditionFailed, "At least one of the pre-conditions you specified did not hold")
}
