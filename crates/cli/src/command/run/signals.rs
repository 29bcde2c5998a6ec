//! Signals that would end this program, and what becomes of them while a command runs.

#[cfg(not(unix))]
pub(super) use elsewhere::Signals;
#[cfg(unix)]
pub(super) use on_unix::Signals;

#[cfg(unix)]
mod on_unix {
    use std::io::{self, IsTerminal};
    use std::time::Duration;

    use futures_util::FutureExt;
    use rustix::process::{Pid, Signal as Number, getpid, kill_process};
    use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

    /// How long the runtime may take to tell of a signal. It takes microseconds.
    const PATIENCE: Duration = Duration::from_secs(1);

    /// Listeners for the signals that ask a program to end.
    #[derive(Debug)]
    pub(in super::super) struct Signals {
        interrupt: Option<Listener>,
        terminate: Option<Listener>,
        hang_up: Option<Listener>,
    }

    /// A signal that has arrived.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Arrived {
        number: Number,
        /// A terminal sends this one to the command as well.
        comes_from_terminals: bool,
    }

    impl Signals {
        /// Listens from here on, in place of being ended. What this program was told to ignore stays ignored, by the command as well.
        pub(in super::super) fn listen() -> io::Result<Self> {
            let ignored = ignored();
            let listener = |kind: SignalKind| {
                if ignored & (1 << (kind.as_raw_value() - 1)) == 0 {
                    signal(kind).map(Some)
                } else {
                    Ok(None)
                }
            };
            Ok(Self {
                interrupt: listener(SignalKind::interrupt())?,
                terminate: listener(SignalKind::terminate())?,
                hang_up: listener(SignalKind::hangup())?,
            })
        }

        /// Waits for the next one.
        pub(in super::super) async fn next(&mut self) -> Arrived {
            let (number, comes_from_terminals) = tokio::select! {
                () = arrival(&mut self.interrupt) => (Number::INT, true),
                () = arrival(&mut self.terminate) => (Number::TERM, false),
                () = arrival(&mut self.hang_up) => (Number::HUP, true),
            };
            Arrived { number, comes_from_terminals }
        }

        /// Whether one has arrived that was not told of yet. A harmless signal to ourselves comes after all that have.
        pub(in super::super) async fn has_more(&mut self) -> bool {
            if let Ok(mut last) = signal(SignalKind::window_change())
                && kill_process(getpid(), Number::WINCH).is_ok()
            {
                let _ = tokio::time::timeout(PATIENCE, last.recv()).await;
            }
            self.next().now_or_never().is_some()
        }
    }

    async fn arrival(listener: &mut Option<Listener>) {
        match listener {
            Some(listener) => {
                if listener.recv().await.is_none() {
                    std::future::pending::<()>().await;
                }
            }
            None => std::future::pending().await,
        }
    }

    impl Arrived {
        /// Gives the command the same signal, unless the terminal has done so.
        pub(in super::super) fn pass_on(self, process: u32) {
            if self.comes_from_terminals && has_terminal() {
                return;
            }
            if let Some(process) = i32::try_from(process).ok().and_then(Pid::from_raw)
                && let Err(error) = kill_process(process, self.number)
            {
                tracing::debug!(%error, "the signal could not be passed on");
            }
        }
    }

    fn has_terminal() -> bool {
        io::stdin().is_terminal() || io::stdout().is_terminal() || io::stderr().is_terminal()
    }

    /// The signals that this program was told to ignore, as bits, where the system tells.
    fn ignored() -> u64 {
        std::fs::read_to_string("/proc/self/status").map(|status| parse_ignored(&status)).unwrap_or_default()
    }

    fn parse_ignored(status: &str) -> u64 {
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_ignored_is_read_from_the_system() {
            assert_eq!(parse_ignored("Name:\tx\nSigIgn:\t0000000000001003\nSigCgt:\t0\n"), 0x1003);
            assert_eq!(parse_ignored("something else"), 0);
        }
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::io;

    /// Ctrl-C, which the terminal gives to the command as well.
    #[derive(Debug)]
    pub(in super::super) struct Signals;

    /// A signal that has arrived.
    #[derive(Debug, Clone, Copy)]
    pub(in super::super) struct Arrived;

    impl Signals {
        /// Listens from here on, in place of being ended.
        pub(in super::super) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits for the next one.
        pub(in super::super) async fn next(&mut self) -> Arrived {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
            Arrived
        }

        /// Whether one has arrived that was not told of yet.
        pub(in super::super) async fn has_more(&mut self) -> bool {
            false
        }
    }

    impl Arrived {
        /// Does nothing: the command has got it.
        pub(in super::super) fn pass_on(self, _: u32) {}
    }
}
