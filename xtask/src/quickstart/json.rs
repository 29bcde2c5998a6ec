//! Facts out of the JSON documents that commands print.

use anyhow::{Context, Result};
use serde_json::Value;

/// The text of a field.
pub(super) fn text<'value>(value: &'value Value, field: &str) -> Result<&'value str> {
    value.get(field).and_then(Value::as_str).with_context(|| format!("no text `{field}` in {value}"))
}

/// The elements of a list.
pub(super) fn list(value: &Value) -> Result<&[Value]> {
    value.as_array().map(Vec::as_slice).with_context(|| format!("no list: {value}"))
}

/// The elements of a field that is a list.
pub(super) fn list_at<'value>(value: &'value Value, field: &str) -> Result<&'value [Value]> {
    list(value.get(field).with_context(|| format!("no field `{field}` in {value}"))?)
}

/// The one element whose field ends in a text.
pub(super) fn ending<'value>(values: &'value Value, field: &str, end: &str) -> Result<&'value Value> {
    list(values)?
        .iter()
        .find(|value| value.get(field).and_then(Value::as_str).is_some_and(|text| text.ends_with(end)))
        .with_context(|| format!("nothing with a `{field}` that ends in `{end}` in {values}"))
}
