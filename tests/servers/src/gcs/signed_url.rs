//! Signed URLs of version 4: the signature of the service account in the query.

use aws_lc_rs::digest;
use axum::http::StatusCode;
use chrono::{NaiveDateTime, TimeDelta, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::incoming::Incoming;
use super::object::hexadecimal;
use super::refusal::Refusal;
use super::service_account::EMAIL;
use super::state::Shared;

const CANONICAL: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The host for which clients may sign, wherever they send the request.
const PUBLIC_HOST: &str = "storage.googleapis.com";

/// Seven days, the longest life of a signed URL.
const LONGEST_LIFE: i64 = 604_800;

/// Fails unless the service account signed this very request and the URL has not expired.
pub(super) fn verify_signed_url(request: &Incoming, shared: &Shared) -> Result<(), Refusal> {
    if parameter(request, "X-Goog-Algorithm")? != "GOOG4-RSA-SHA256" {
        return Err(Refusal::not_implemented("only GOOG4-RSA-SHA256 is implemented"));
    }
    let date = parameter(request, "X-Goog-Date")?;
    check_life(date, parameter(request, "X-Goog-Expires")?)?;

    let (email, scope) = parameter(request, "X-Goog-Credential")?.split_once('/').unwrap_or_default();
    let account = shared.service_account.get().filter(|_| email == EMAIL);
    let signature = from_hexadecimal(parameter(request, "X-Goog-Signature")?);
    let names: Vec<&str> = parameter(request, "X-Goog-SignedHeaders")?.split(';').collect();
    let sent_to = request.header("host").unwrap_or_default();
    let signed = [sent_to, PUBLIC_HOST].into_iter().any(|host| {
        let canonical = canonical_request(request, &names, host);
        let digest = digest::digest(&digest::SHA256, canonical.as_bytes());
        let text = format!("GOOG4-RSA-SHA256\n{date}\n{scope}\n{}", hexadecimal(digest.as_ref()));
        match (account, &signature) {
            (Some(account), Some(signature)) => account.signed(text.as_bytes(), signature),
            (None, _) | (_, None) => false,
        }
    });
    if signed {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::FORBIDDEN,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. Check your Google secret key and signing method.",
    ))
}

fn parameter<'request>(request: &'request Incoming, name: &str) -> Result<&'request str, Refusal> {
    request.parameter(name).ok_or_else(|| Refusal::invalid_argument(format!("{name} is missing")))
}

fn check_life(date: &str, seconds: &str) -> Result<(), Refusal> {
    let begun = NaiveDateTime::parse_from_str(date, "%Y%m%dT%H%M%SZ")
        .map_err(|_| Refusal::invalid_argument("X-Goog-Date is not a date"))?
        .and_utc();
    let life: i64 =
        seconds.parse().map_err(|_| Refusal::invalid_argument("X-Goog-Expires is not a number"))?;
    if !(1..=LONGEST_LIFE).contains(&life) {
        return Err(Refusal::invalid_argument("X-Goog-Expires must be between 1 and 604800 seconds"));
    }
    if Utc::now() > begun + TimeDelta::seconds(life) {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, "ExpiredToken", "The provided token has expired."));
    }
    Ok(())
}

fn canonical_request(request: &Incoming, names: &[&str], host: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, CANONICAL).to_string();
    let mut query: Vec<(String, String)> = request
        .query
        .iter()
        .filter(|(name, _)| name != "X-Goog-Signature")
        .map(|(name, value)| (encoded(name), encoded(value)))
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let headers: Vec<String> = names
        .iter()
        .map(|name| {
            let value = if *name == "host" { host } else { request.header(name).unwrap_or_default() };
            format!("{name}:{}", value.split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect();
    format!(
        "{}\n{}\n{}\n{}\n\n{}\nUNSIGNED-PAYLOAD",
        request.method,
        request.path,
        query.join("&"),
        headers.join("\n"),
        names.join(";")
    )
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}
