//! Conditions of requests: generations for writes, tags and dates for reads.

use chrono::{DateTime, Utc};

use super::incoming::Incoming;
use super::object::StoredObject;
use super::refusal::Refusal;

/// Fails if the live generation is not the one that the request demands; 0 demands that there is none.
pub(super) fn check_generation(request: &Incoming, live: Option<&StoredObject>) -> Result<(), Refusal> {
    if request.header("x-goog-if-metageneration-match").is_some() {
        return Err(Refusal::not_implemented("conditions on the metageneration are not implemented"));
    }
    let Some(demanded) = request.header("x-goog-if-generation-match") else { return Ok(()) };
    let demanded: u64 = demanded
        .parse()
        .map_err(|_| Refusal::invalid_argument("x-goog-if-generation-match is not a number"))?;
    if live.map_or(0, |object| object.generation) == demanded {
        Ok(())
    } else {
        Err(Refusal::precondition_failed())
    }
}

/// What the conditions of a read lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readable {
    /// The object is answered.
    Yes,
    /// The reader has it already.
    NotModified,
}

/// Evaluates tags first, then dates, as in RFC 9110.
pub(super) fn check_read(request: &Incoming, object: &StoredObject) -> Result<Readable, Refusal> {
    let unmodified_since = |time: DateTime<Utc>| object.last_modified <= time;
    let still_the_one = match (request.header("if-match"), date(request, "if-unmodified-since")?) {
        (Some(tags), _) => names(tags, object),
        (None, Some(time)) => unmodified_since(time),
        (None, None) => true,
    };
    if !still_the_one {
        return Err(Refusal::precondition_failed());
    }
    let known_already = match (request.header("if-none-match"), date(request, "if-modified-since")?) {
        (Some(tags), _) => names(tags, object),
        (None, Some(time)) => unmodified_since(time),
        (None, None) => false,
    };
    Ok(if known_already { Readable::NotModified } else { Readable::Yes })
}

fn names(tags: &str, object: &StoredObject) -> bool {
    let wanted = object.e_tag.trim_matches('"');
    tags.split(',')
        .map(str::trim)
        .any(|tag| tag == "*" || tag.trim_start_matches("W/").trim_matches('"') == wanted)
}

fn date(request: &Incoming, header: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = request.header(header) else { return Ok(None) };
    DateTime::parse_from_rfc2822(text)
        .map(|time| Some(time.to_utc()))
        .map_err(|_| Refusal::invalid_argument(format!("{header} is not a date")))
}
