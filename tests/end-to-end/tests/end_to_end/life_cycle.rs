//! The life of a location, from one manager to the next.

mod adopting;
mod checking;
mod explaining;
mod handing_over;
mod in_a_cloud;
mod linking;
mod moving;
mod releasing;

use serde_json::Value;

/// What became of a location, as its history tells.
#[track_caller]
fn changes(shown: &Value) -> Vec<&str> {
    let history = shown["history"].as_array().unwrap();
    history.iter().map(|event| event["change"].as_str().unwrap()).collect()
}
