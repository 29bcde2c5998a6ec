//! Moto, an S3 of other authors, as a second opinion: it checks neither signatures nor checksums.

mod installation;

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The version that is installed.
pub const VERSION: &str = "5.2.5";

/// The environment variable that names a running server, such as `http://127.0.0.1:5000`, to use in place of one's own.
pub const VARIABLE: &str = "FREEHOLD_TEST_MOTO";

/// Serves on a free port, says which, and ends with whoever started it, when the pipe to its input is closed.
const PROGRAM: &str = "
import os, sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address='127.0.0.1', port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.buffer.read()
os._exit(0)
";

static BUCKETS_MADE: AtomicU32 = AtomicU32::new(0);

/// Why there is no moto.
#[derive(Debug, thiserror::Error)]
pub enum MotoError {
    /// There is no Python that can make virtual environments.
    #[error(
        "cannot run {program}: install Python 3 with its venv module (Debian: apt-get install python3 python3-venv)"
    )]
    NoPython {
        /// The program that did not start.
        program: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The virtual environment could not be made, or moto not be put into it.
    #[error("cannot install moto {VERSION} into {}: {said}", folder.display())]
    NotInstalled {
        /// The virtual environment.
        folder: PathBuf,
        /// The last words of the program that failed.
        said: String,
    },
    /// A file under the target folder cannot be written.
    #[error("cannot write {}", path.display())]
    NotWritten {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The program ended before it served.
    #[error("moto ended before it served: {said}")]
    NotStarted {
        /// What it wrote on its way out.
        said: String,
    },
    /// The server does not answer as it should.
    #[error("moto at {endpoint} did not make a bucket: {answer}")]
    NoBucket {
        /// Its base URL.
        endpoint: String,
        /// What it answered, or why it could not be asked.
        answer: String,
    },
}

/// A moto server on loopback; one that this process started ends when this value is dropped.
#[derive(Debug)]
pub struct Moto {
    endpoint: String,
    child: Option<Child>,
}

impl Moto {
    /// Takes the server that [`VARIABLE`] names, else installs moto if need be, and starts it.
    pub fn start() -> Result<Self, MotoError> {
        if let Some(endpoint) = env::var(VARIABLE).ok().filter(|endpoint| !endpoint.is_empty()) {
            return Ok(Self { endpoint: endpoint.trim_end_matches('/').to_owned(), child: None });
        }
        let python = installation::python()?;
        let mut child = Command::new(&python)
            .args(["-c", PROGRAM])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| MotoError::NoPython { program: python.display().to_string(), source })?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            let _ = BufReader::new(output).read_line(&mut line);
        }
        let Ok(port) = line.trim().parse::<u16>() else {
            return Err(MotoError::NotStarted { said: last_words(&mut child) });
        };
        // Its log is of no use, but must not fill a pipe that nobody reads.
        if let Some(mut log) = child.stderr.take() {
            std::thread::spawn(move || io::copy(&mut log, &mut io::sink()));
        }
        Ok(Self { endpoint: format!("http://127.0.0.1:{port}"), child: Some(child) })
    }

    /// The base URL, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Makes a bucket that nobody else uses, in the region `us-east-1`, and returns its name.
    pub fn fresh_bucket(&self) -> Result<String, MotoError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_nanos());
        let number = BUCKETS_MADE.fetch_add(1, Ordering::Relaxed);
        let name = format!("freehold-{}-{now}-{number}", std::process::id());
        let answer = self.put(&name).unwrap_or_else(|error| error.to_string());
        if answer.starts_with("HTTP/1.1 200 ") || answer.starts_with("HTTP/1.0 200 ") {
            return Ok(name);
        }
        let answer = answer.lines().next().unwrap_or_default().to_owned();
        Err(MotoError::NoBucket { endpoint: self.endpoint(), answer })
    }

    /// The environment in which a child process finds this server, with keys that it does not check.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT_URL_S3", &self.endpoint),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn put(&self, bucket: &str) -> io::Result<String> {
        let address = self.endpoint.trim_start_matches("http://");
        let mut connection = TcpStream::connect(address)?;
        write!(
            connection,
            "PUT /{bucket} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn last_words(child: &mut Child) -> String {
    let _ = child.kill();
    let mut said = String::new();
    if let Some(mut errors) = child.stderr.take() {
        let _ = errors.read_to_string(&mut said);
    }
    let _ = child.wait();
    said.lines().last().unwrap_or("it said nothing").to_owned()
}
