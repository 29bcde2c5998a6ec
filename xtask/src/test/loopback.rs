//! No request has left loopback: the tripwire, a proxy that the environment names to every test, heard none.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result, ensure};

use crate::servers::Servers;

/// A host that nobody has. Asking for it shows that the tripwire was there to hear the tests, too.
const PROBE: &str = "is-the-tripwire-there.invalid";

/// Ends the servers; whether nothing but the probe was asked for.
pub(super) fn run(servers: Servers) -> Result<bool> {
    let proxy = servers.environment().iter().find(|(name, _)| name == "HTTP_PROXY");
    let (_, proxy) = proxy.context("the environment of the tests names no proxy")?;
    ask_for_the_probe(proxy).context("the tripwire cannot be asked")?;
    let heard = servers.stop()?;
    let requests = requests_of_tests(&heard)?;
    for (request, times) in &requests {
        println!("left loopback {times} times: {request}");
    }
    println!("{} requests left loopback", requests.values().sum::<usize>());
    Ok(requests.is_empty())
}

fn ask_for_the_probe(proxy: &str) -> Result<()> {
    let address = proxy.strip_prefix("http://").context("the tripwire speaks HTTP")?;
    let mut connection = TcpStream::connect(address.trim_end_matches('/'))?;
    let request = format!("GET http://{PROBE}/ HTTP/1.1\r\nHost: {PROBE}\r\nConnection: close\r\n\r\n");
    connection.write_all(request.as_bytes())?;
    connection.read_to_end(&mut Vec::new())?;
    Ok(())
}

/// How often each request was made, without the probe.
fn requests_of_tests(heard: &[String]) -> Result<BTreeMap<&str, usize>> {
    let (probes, of_tests): (Vec<_>, Vec<_>) = heard.iter().partition(|request| request.contains(PROBE));
    ensure!(!probes.is_empty(), "the tripwire did not hear the probe, and so may not have heard the tests");
    let mut requests = BTreeMap::new();
    for request in of_tests {
        *requests.entry(request.as_str()).or_default() += 1;
    }
    Ok(requests)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn heard(requests: &[&str]) -> Vec<String> {
        requests.iter().map(|request| (*request).to_owned()).collect()
    }

    #[test]
    fn the_probe_alone_is_no_request_of_the_tests() {
        let heard = heard(&["GET http://is-the-tripwire-there.invalid/"]);
        assert!(requests_of_tests(&heard).unwrap().is_empty());
    }

    #[test]
    fn requests_are_counted() {
        let metadata = "GET http://169.254.169.254/latest";
        let heard = heard(&[metadata, "GET http://is-the-tripwire-there.invalid/", metadata]);
        assert_eq!(requests_of_tests(&heard).unwrap(), BTreeMap::from([(metadata, 2)]));
    }

    #[test]
    fn a_tripwire_that_did_not_hear_the_probe_proves_nothing() {
        assert!(requests_of_tests(&[]).is_err());
    }
}
