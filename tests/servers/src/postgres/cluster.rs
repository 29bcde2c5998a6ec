//! The files and the processes of one server.
//!
//! A shell watches over the server: it ends it, and removes its files, as soon as nobody holds the other end of its input,
//! which is when this process has ended, however it did.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use super::address::Address;
use super::client::Client;
use super::{Options, PostgresError, Stop, account, tls};

/// Follows orders until there can be none any more; then the server is ended, unless it was said to have stopped, and its
/// folder is removed.
const WATCH: &str = r#"
server=$1
while read -r order
do
    case $order in
        stopped) server= ;;
        leave) exit ;;
    esac
done
if [ -n "$server" ]
then
    kill -QUIT "$server" 2>/dev/null
    for attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30
    do
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
fi
rm -rf -- "$2"
"#;

/// How often a start is tried again on another port, and how often a server is asked whether it is ready.
const PORTS: u32 = 20;
const QUESTIONS: u32 = 1_500;
const PAUSE: Duration = Duration::from_millis(20);

/// A folder with a server's files, and its programs.
#[derive(Debug)]
pub(super) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    options: Options,
}

/// A server at work.
#[derive(Debug)]
pub(super) struct Running {
    server: Child,
    watcher: Child,
}

impl Cluster {
    /// Makes the files of a new server.
    pub(super) fn create(programs: PathBuf, options: Options) -> Result<Self, PostgresError> {
        Self::fill(programs, options, Self::initialise)
    }

    /// Copies the files of this server, which was stopped, for a standby that follows it at its address.
    pub(super) fn follow(&self, address: &Address) -> Result<Self, PostgresError> {
        let mut options = self.options.clone();
        let Address { host, port, user, password: _ } = address;
        options.settings.push(format!("primary_conninfo=host={host} port={port} user={user}"));
        Self::fill(self.programs.clone(), options, |standby| {
            standby.run(Command::new("cp").arg("-R").arg(self.data()).arg(standby.data()))?;
            standby.write("standby.signal", "")
        })
    }

    fn fill(
        programs: PathBuf,
        options: Options,
        fill: impl FnOnce(&Self) -> Result<(), PostgresError>,
    ) -> Result<Self, PostgresError> {
        // The watcher removes the folder, for it is there longest.
        let folder = tempfile::Builder::new().prefix("freehold-postgres-").tempdir()?.keep();
        account::give(&folder)?;
        let cluster = Self { programs, folder, options };
        let filled = fill(&cluster);
        if filled.is_err() {
            cluster.remove();
        }
        filled.map(|()| cluster)
    }

    /// Runs a program of Postgres as whoever the server runs as.
    fn run(&self, command: &mut Command) -> Result<(), PostgresError> {
        account::lower(command);
        let output = command.current_dir(&self.folder).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(PostgresError::Start { log: String::from_utf8_lossy(&output.stderr).into_owned() })
    }

    fn initialise(&self) -> Result<(), PostgresError> {
        let mut command = Command::new(self.programs.join("initdb"));
        command.args([
            "--username=postgres",
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "-D",
        ]);
        self.run(command.arg(self.data()))?;
        if self.options.passwords {
            self.write("pg_hba.conf", "host all postgres all trust\nhost all all all scram-sha-256\n")?;
        }
        if self.options.tls {
            self.write(tls::CERTIFICATE_FILE, tls::CERTIFICATE)?;
            self.write(tls::KEY_FILE, tls::KEY)?;
        }
        Ok(())
    }

    fn write(&self, name: &str, text: &str) -> Result<(), PostgresError> {
        let path = self.data().join(name);
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).open(&path)?;
        file.write_all(text.as_bytes())?;
        account::hide(&path)?;
        Ok(account::give(&path)?)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What the server has said so far.
    pub(super) fn log(&self) -> String {
        let log = fs::read(self.folder.join("log")).unwrap_or_default();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Removes the files of a server that has ended.
    pub(super) fn remove(&self) {
        drop(fs::remove_dir_all(&self.folder));
    }

    /// Starts the server on a port that nobody uses.
    pub(super) fn start_anywhere(&self) -> Result<(Running, Address), PostgresError> {
        let mut last = None;
        for _ in 0..PORTS {
            let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
            let address =
                Address { host: "127.0.0.1".to_owned(), port, user: "postgres".to_owned(), password: None };
            match self.start(&address) {
                Ok(running) => return Ok((running, address)),
                Err(error) => last = Some(error),
            }
            if !self.log().contains("Address already in use") {
                break;
            }
        }
        Err(last.unwrap_or_else(|| PostgresError::Start { log: self.log() }))
    }

    /// Starts the server, and waits until it takes connections.
    pub(super) fn start(&self, address: &Address) -> Result<Running, PostgresError> {
        let mut running = self.launch(address.port)?;
        for _ in 0..QUESTIONS {
            if Client::connect(address, "postgres").is_ok() {
                return Ok(running);
            }
            if running.server.try_wait()?.is_some() {
                break;
            }
            thread::sleep(PAUSE);
        }
        running.stop(Stop::Immediately)?;
        running.leave()?;
        Err(PostgresError::Start { log: self.log() })
    }

    fn launch(&self, port: u16) -> Result<Running, PostgresError> {
        let data = self.data();
        let log = OpenOptions::new().create(true).append(true).open(self.folder.join("log"))?;
        let mut command = Command::new(self.programs.join("postgres"));
        command.arg("-D").arg(&data).args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k", ""]);
        for setting in self.settings() {
            command.args(["-c", &setting]);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        account::lower(&mut command);
        detach(&mut command);
        let mut server = command.current_dir(&data).spawn()?;
        match watch(&server, &self.folder) {
            Ok(watcher) => Ok(Running { server, watcher }),
            Err(error) => {
                server.kill()?;
                server.wait()?;
                Err(error.into())
            }
        }
    }

    fn settings(&self) -> Vec<String> {
        let mut settings = vec!["max_connections=200".to_owned(), "timezone=UTC".to_owned()];
        if !self.options.durable {
            let fast = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"];
            settings.extend(fast.map(str::to_owned));
        }
        if self.options.tls {
            settings.push("ssl=on".to_owned());
            settings.push(format!("ssl_cert_file={}", tls::CERTIFICATE_FILE));
            settings.push(format!("ssl_key_file={}", tls::KEY_FILE));
        }
        settings.extend(self.options.settings.iter().cloned());
        settings
    }

    /// A file with the certificate of the authority that vouches for the server.
    pub(super) fn authority_file(&self) -> Result<PathBuf, PostgresError> {
        let path = self.folder.join(tls::AUTHORITY_FILE);
        if !Path::exists(&path) {
            fs::write(&path, tls::AUTHORITY)?;
        }
        Ok(path)
    }
}

impl Running {
    /// Ends the server and keeps its files, as long as this process lives.
    pub(super) fn stop(&mut self, how: Stop) -> Result<(), PostgresError> {
        signal(&mut self.server, how)?;
        self.server.wait()?;
        Ok(self.order("stopped\n")?)
    }

    /// Whether the server has stopped.
    pub(super) fn is_stopped(&mut self) -> bool {
        matches!(self.server.try_wait(), Ok(Some(_)))
    }

    /// Ends the watcher and leaves everything as it is.
    pub(super) fn leave(mut self) -> Result<(), PostgresError> {
        self.order("leave\n")?;
        self.watcher.wait()?;
        Ok(())
    }

    fn order(&mut self, order: &str) -> io::Result<()> {
        self.watcher.stdin.as_mut().map_or(Ok(()), |input| input.write_all(order.as_bytes()))
    }
}

/// Starts the watcher of a server.
fn watch(server: &Child, folder: &Path) -> io::Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", WATCH, "watch", &server.id().to_string()]).arg(folder);
    command.current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    account::lower(&mut command);
    detach(&mut command);
    command.spawn()
}

/// Keeps what is sent to this process' group, such as an interrupt from the terminal, from the server: the watcher ends it.
#[cfg(unix)]
fn detach(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
fn detach(_: &mut Command) {}

#[cfg(unix)]
fn signal(server: &mut Child, how: Stop) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    if server.try_wait()?.is_some() {
        return Ok(());
    }
    let signal = match how {
        Stop::Politely => Signal::INT,
        Stop::Immediately => Signal::QUIT,
        Stop::Kill => Signal::KILL,
    };
    Ok(kill_process(Pid::from_child(server), signal)?)
}

#[cfg(not(unix))]
fn signal(server: &mut Child, _: Stop) -> io::Result<()> {
    server.kill()
}
