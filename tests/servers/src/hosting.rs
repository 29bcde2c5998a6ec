//! A server on a thread and a runtime of its own, so that it serves whatever the test's own runtime is doing.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread::JoinHandle;

use axum::Router;
use tokio::sync::oneshot;

/// A server on loopback; it ends when this value is dropped.
#[derive(Debug)]
pub(crate) struct Host {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Host {
    /// Serves `router` on `port` of 127.0.0.1, or on any free port if it is 0.
    pub(crate) fn start(name: &str, port: u16, router: Router) -> io::Result<Self> {
        // Serving ends with the runtime, not by itself.
        Self::run(name, port, async move |listener| drop(axum::serve(listener, router).await))
    }

    /// Runs `serve` on `port` of 127.0.0.1, or on any free port if it is 0.
    ///
    /// The port is open when this returns.
    pub(crate) fn run<Serve>(name: &str, port: u16, serve: Serve) -> io::Result<Self>
    where
        Serve: AsyncFnOnce(tokio::net::TcpListener) + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
                tokio::select! {
                    () = serve(listener) => {}
                    _ = stopped => {}
                }
            });
            runtime.shutdown_background();
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// The address to connect to.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL, without a trailing slash.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens only if the server has ended already.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
