//! What can go wrong with a request, and with which.

use std::time::Duration;

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It reaches the server only after this time.
    Latency(Duration),
    /// The connection is reset; the server hears nothing.
    Reset,
    /// The server gets so many bytes of the body (of a raw connection: of everything), then both sides are cut. The body must be longer.
    CutRequest(u64),
    /// The client gets the head and so many bytes of the body (of a raw connection: of everything), then a reset.
    CutResponse(u64),
    /// The server does what it is asked, and the client gets a reset in place of the answer.
    LoseResponse,
    /// The client sends and waits, and nothing ever comes; the server hears nothing.
    BlackHole,
    /// The proxy answers with this status and `SlowDown`; the server hears nothing.
    Status(u16),
    /// The server does not get the header of this name.
    DropHeader(&'static str),
}

/// A fault, and the requests that it befalls: by default the next one alone.
#[derive(Debug, Clone)]
pub struct Rule {
    fault: Fault,
    method: Option<String>,
    text: Option<String>,
    spared: usize,
    remaining: Option<usize>,
    made: usize,
}

impl Rule {
    /// Befalls the next request, whatever it is.
    #[must_use]
    pub fn new(fault: Fault) -> Self {
        Self { fault, method: None, text: None, spared: 0, remaining: Some(1), made: 0 }
    }

    /// Only requests with this method count.
    #[must_use]
    pub fn method(mut self, method: &str) -> Self {
        self.method = Some(method.to_owned());
        self
    }

    /// Only requests whose path and query, percent-encoded as they are sent, contain `text` count.
    #[must_use]
    pub fn path_contains(mut self, text: &str) -> Self {
        self.text = Some(text.to_owned());
        self
    }

    /// Spares the first `requests` that count.
    #[must_use]
    pub fn after(mut self, requests: usize) -> Self {
        self.spared = requests;
        self
    }

    /// Befalls so many requests, not one.
    #[must_use]
    pub fn times(mut self, requests: usize) -> Self {
        self.remaining = Some(requests);
        self
    }

    /// Befalls every request that counts, until the proxy is disarmed.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.remaining = None;
        self
    }

    /// How many requests it has befallen.
    pub(super) fn made(&self) -> usize {
        self.made
    }

    /// The fault of the request that begins with `line`, if this rule decides on it.
    pub(super) fn decide(&mut self, line: &str) -> Option<Fault> {
        let mut words = line.split(' ');
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let counts = self.method.as_deref().is_none_or(|wanted| wanted == method)
            && self.text.as_deref().is_none_or(|wanted| target.contains(wanted));
        if !counts || self.remaining == Some(0) {
            return None;
        }
        if self.spared > 0 {
            self.spared -= 1;
            return None;
        }
        self.remaining = self.remaining.map(|remaining| remaining - 1);
        self.made += 1;
        Some(self.fault.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUT: &str = "PUT /bucket/claim HTTP/1.1";

    #[test]
    fn a_rule_befalls_one_request_by_default() {
        let mut rule = Rule::new(Fault::Reset);
        assert_eq!([rule.decide(PUT), rule.decide(PUT)], [Some(Fault::Reset), None]);
    }

    #[test]
    fn a_rule_spares_requests_that_do_not_count() {
        let mut rule = Rule::new(Fault::Reset).method("PUT").path_contains("claim");
        let decided =
            ["GET /bucket/claim HTTP/1.1", "PUT /bucket/other HTTP/1.1", PUT].map(|line| rule.decide(line));
        assert_eq!(decided, [None, None, Some(Fault::Reset)]);
    }

    #[test]
    fn a_rule_spares_the_first_requests_that_count() {
        let mut rule = Rule::new(Fault::Reset).after(2);
        let decided = [PUT; 4].map(|line| rule.decide(line));
        assert_eq!(decided, [None, None, Some(Fault::Reset), None]);
    }

    #[test]
    fn a_rule_that_always_applies_never_ends() {
        let mut rule = Rule::new(Fault::Reset).always();
        assert!([PUT; 3].iter().all(|line| rule.decide(line).is_some()));
    }
}
