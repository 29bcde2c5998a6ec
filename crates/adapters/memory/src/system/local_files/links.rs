//! Where paths lead, by their text and by symbolic links.

use crate::volumes::{Address, Oddity, State};

/// So many links on the way of one path are a loop, as on Linux.
const MOST_LINKS: usize = 40;

/// The path without `.`, `..`, empty segments and leading slash, by its text alone.
pub(super) fn normalize(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    segments.join("/")
}

/// Where an absolute path leads after all links; `None` when they form a loop.
pub(super) fn follow(state: &State, path: &str) -> Option<Address> {
    let mut resolved = Address::on_disk("");
    let mut waiting: Vec<String> = reversed_segments(path);
    let mut links = 0;
    while let Some(segment) = waiting.pop() {
        match segment.as_str() {
            "" | "." => continue,
            ".." => {
                resolved = parent(&resolved);
                continue;
            }
            _ => {}
        }
        let folder = resolved.path();
        let next = Address::on_disk(if folder.is_empty() { segment } else { format!("{folder}/{segment}") });
        match state.volume(&next).and_then(|volume| volume.oddity(next.path())) {
            Some(Oddity::Link(target)) => {
                links += 1;
                if links > MOST_LINKS {
                    return None;
                }
                if target.starts_with('/') {
                    resolved = Address::on_disk("");
                }
                waiting.extend(reversed_segments(target));
            }
            Some(Oddity::Special | Oddity::UnusableName) | None => resolved = next,
        }
    }
    Some(resolved)
}

/// The folder that an address lies in; the root lies in itself.
pub(super) fn parent(address: &Address) -> Address {
    Address::on_disk(address.path().rsplit_once('/').map_or("", |(folder, _)| folder))
}

fn reversed_segments(path: &str) -> Vec<String> {
    path.split('/').rev().map(str::to_owned).collect()
}
