//! From bytes to a claim.

use uuid::Uuid;

use super::extension::Extension;
use super::writing::{CHECKSUM, EPOCH, INSTANCE_ID, INSTANCE_UID, SLUG, checksum};
use super::{Claim, ClaimEpoch, ClaimError, Seal, one_line};
use crate::uid::InstanceUid;

/// What begins every line that Freehold adds, however damaged.
const FREEHOLD: &str = "freehold";

impl Claim {
    /// Reads the content of a claim file, the legacy one included.
    ///
    /// A claim with any line of Freehold must be byte for byte as Freehold writes it. One without is read as `LaminDB` reads
    /// it: the first line, and the first that begins with `instance_id=`.
    ///
    /// # Errors
    /// [`ClaimError`] says what makes the content unusable. The location must then be treated as one of an unknown
    /// manager; only [`ClaimError::Blank`] means that nobody claims it in the eyes of `LaminDB`.
    pub fn parse(bytes: &[u8]) -> Result<Self, ClaimError> {
        if bytes.len() > Self::MAXIMUM_LENGTH {
            return Err(ClaimError::TooLong { length: bytes.len() });
        }
        let text = str::from_utf8(bytes).map_err(ClaimError::NotUtf8)?;
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let first = first.strip_suffix('\r').unwrap_or(first);
        if first.trim().is_empty() {
            return Err(ClaimError::Blank);
        }
        let storage_uid = first.parse().map_err(ClaimError::InvalidStorageUid)?;
        let instance_id = parse_instance(rest)?;
        let slug = value_of(rest, SLUG).and_then(one_line);
        let is_of_freehold = rest.split('\n').any(|line| line.starts_with(FREEHOLD));
        let seal = if is_of_freehold { Some(parse_seal(text)?) } else { None };
        let claim = Self { storage_uid, slug, instance_id, seal };
        let names_its_manager = instance_id.is_some() || claim.vacated_from().is_some();
        let is_as_written = claim.seal.is_none() || (names_its_manager && claim.to_bytes() == bytes);
        if is_as_written { Ok(claim) } else { Err(ClaimError::NotNormal) }
    }
}

/// The value of the first line that begins with `key`.
fn value_of<'text>(lines: &'text str, key: &str) -> Option<&'text str> {
    lines.lines().find_map(|line| line.strip_prefix(key))
}

/// The id of the instance, which must not contradict the uid that may stand beside it.
fn parse_instance(lines: &str) -> Result<Option<Uuid>, ClaimError> {
    let Some(text) = value_of(lines, INSTANCE_ID) else {
        return Ok(None);
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let id = Uuid::try_parse(text).ok().filter(|_| is_plain).ok_or(ClaimError::InvalidInstanceId)?;
    let expected = InstanceUid::of(id);
    match value_of(lines, INSTANCE_UID) {
        Some(stated) if stated != expected.as_str() => {
            Err(ClaimError::ContradictoryInstance { instance_id: id, expected })
        }
        _ => Ok(Some(id)),
    }
}

/// Verifies the checksum, then reads the other lines of Freehold.
fn parse_seal(text: &str) -> Result<Seal, ClaimError> {
    let body = verified_body(text)?;
    let mut epoch = None;
    let mut extensions: Vec<Extension> = Vec::new();
    for (number, line) in (1..).zip(body.split('\n')).skip(1).filter(|(_, line)| line.starts_with(FREEHOLD)) {
        let malformed = ClaimError::MalformedLine { number };
        if let Some(text) = line.strip_prefix(EPOCH) {
            let value = text.parse().ok().and_then(ClaimEpoch::from_number).ok_or(malformed)?;
            if epoch.replace(value).is_some() {
                return Err(ClaimError::DuplicateLine { name: "epoch".to_owned() });
            }
            continue;
        }
        let parts = line.strip_prefix("freehold_").and_then(|line| line.split_once('='));
        let Some(extension) = parts.and_then(|(name, value)| Extension::new(name, value).ok()) else {
            return Err(malformed);
        };
        if extensions.iter().any(|former| former.name() == extension.name()) {
            return Err(ClaimError::DuplicateLine { name: extension.name().to_owned() });
        }
        extensions.push(extension);
    }
    Ok(Seal { epoch: epoch.ok_or(ClaimError::NotNormal)?, extensions })
}

/// What precedes the checksum line, if that is the last one and right.
fn verified_body(text: &str) -> Result<&str, ClaimError> {
    let last_line_start = text.rfind('\n').map_or(0, |line_end| line_end + 1);
    let (body, last_line) = text.split_at(last_line_start);
    let Some(stated) = last_line.strip_prefix(CHECKSUM) else {
        let has_checksum = body.lines().any(|line| line.starts_with(CHECKSUM));
        return Err(if has_checksum { ClaimError::TextAfterChecksum } else { ClaimError::MissingChecksum });
    };
    let expected = checksum(body);
    if stated != expected {
        return Err(ClaimError::ChecksumMismatch { expected });
    }
    if body.lines().skip(1).any(|line| line.starts_with(CHECKSUM)) {
        return Err(ClaimError::DuplicateLine { name: "checksum".to_owned() });
    }
    Ok(body)
}
