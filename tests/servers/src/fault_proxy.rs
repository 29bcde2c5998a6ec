//! A proxy that does to connections what networks do, when and where a test says so.

mod fault;
mod http;
mod outage;
mod raw;

use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

pub use self::fault::{Fault, Rule};
pub use self::outage::Outage;
use crate::hosting::Host;

/// A proxy on loopback in front of one server; it ends when this value is dropped.
///
/// It carries one request per connection: it tells the server to close after each. Without a rule it changes nothing else.
#[derive(Debug)]
pub struct FaultProxy {
    host: Host,
    shared: Arc<Shared>,
}

/// What passes through the proxy.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    Http,
    Raw,
}

#[derive(Debug)]
struct Shared {
    upstream: SocketAddr,
    rules: Mutex<Vec<Rule>>,
    requests: Mutex<Vec<String>>,
    out: watch::Sender<bool>,
}

impl FaultProxy {
    /// Starts a proxy in front of the HTTP server at `upstream`, such as `http://127.0.0.1:40123`.
    ///
    /// # Panics
    /// If `upstream` is not an address and port, or no port can be opened.
    pub fn start(upstream: impl AsRef<str>) -> Ready<Self> {
        ready(Self::launch(upstream.as_ref(), Protocol::Http))
    }

    /// Starts a proxy in front of a server of any protocol at `upstream`, such as `127.0.0.1:5432`.
    ///
    /// It does not know requests: rules see each connection as one, with an empty request line; [`Fault::Status`] resets, and
    /// [`Fault::LoseResponse`] swallows whatever the server says.
    ///
    /// # Panics
    /// If `upstream` is not an address and port, or no port can be opened.
    pub fn start_raw(upstream: impl AsRef<str>) -> Ready<Self> {
        ready(Self::launch(upstream.as_ref(), Protocol::Raw))
    }

    #[expect(clippy::expect_used, reason = "a test without its proxy has nothing to go on with")]
    fn launch(upstream: &str, protocol: Protocol) -> Self {
        let address = upstream.strip_prefix("http://").unwrap_or(upstream).trim_end_matches('/');
        let shared = Arc::new(Shared {
            upstream: address.parse().expect("an address and port"),
            rules: Mutex::default(),
            requests: Mutex::default(),
            out: watch::Sender::new(false),
        });
        let serving = Arc::clone(&shared);
        let host =
            Host::run("fault-proxy", 0, async move |listener| serving.accept(listener, protocol).await);
        Self { host: host.expect("a port on loopback"), shared }
    }

    /// The base URL to give to clients in place of the server's.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.host.endpoint()
    }

    /// The address to give to clients that do not speak HTTP.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.host.address()
    }

    /// Adds a rule. The first that applies to a request decides on it.
    pub fn arm(&self, rule: Rule) {
        self.shared.lock_rules().push(rule);
    }

    /// Removes all rules.
    pub fn disarm(&self) {
        self.shared.lock_rules().clear();
    }

    /// How often a rule made a fault, over all rules that are armed.
    #[must_use]
    pub fn faults(&self) -> usize {
        self.shared.lock_rules().iter().map(Rule::made).sum()
    }

    /// The request lines that arrived, such as `PUT /bucket/key HTTP/1.1`, in the order of arrival.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Resets every connection, and each new one until the outage is dropped, as if the server were being restarted.
    pub fn outage(&self) -> Outage {
        Outage::begin(self.shared.out.clone())
    }
}

impl Shared {
    async fn accept(self: Arc<Self>, listener: TcpListener, protocol: Protocol) {
        loop {
            let Ok((client, _)) = listener.accept().await else { continue };
            tokio::spawn(Arc::clone(&self).serve(client, protocol));
        }
    }

    async fn serve(self: Arc<Self>, mut client: TcpStream, protocol: Protocol) {
        let mut out = self.out.subscribe();
        let served = async {
            match protocol {
                Protocol::Http => http::serve(&self, &mut client).await,
                Protocol::Raw => raw::serve(&self, &mut client).await,
            }
        };
        let ending = tokio::select! {
            biased;
            _ = out.wait_for(|out| *out) => Ending::Reset,
            ending = served => ending.unwrap_or(Ending::Reset),
        };
        match ending {
            Ending::Closed => {}
            // A connection that is gone already cannot be reset.
            Ending::Reset => drop(client.set_zero_linger()),
        }
    }

    /// What is to happen to the request that begins with `line`.
    fn decide(&self, line: &str) -> Option<Fault> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(line.to_owned());
        self.lock_rules().iter_mut().find_map(|rule| rule.decide(line))
    }

    fn lock_rules(&self) -> MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a connection to a client ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Closed,
    Reset,
}
