//! The servers as a program. `cargo xtask test` and `cargo xtask servers` run it.
//!
//! It starts the servers, prints how they are found as lines of `NAME=value` and then `ready`, and ends them when its input ends, which
//! is when whoever started it is gone. Last it prints what the tripwire heard, one request to a line.

use std::error::Error;
use std::io::{self, Read};
use std::process::ExitCode;
use std::thread;

use freehold_test_servers::gcs::GcsServer;
use freehold_test_servers::moto::{self, Moto};
use freehold_test_servers::postgres::{self, Options, PostgresServer};
use freehold_test_servers::s3::S3Server;
use freehold_test_servers::tripwire::Tripwire;

/// The bucket, and the database, that are there to begin with.
const NAME: &str = "freehold";

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["tests"] => serve_tests(),
        ["trying"] => serve_trying(false),
        ["trying", "moto"] => serve_trying(true),
        _ => Err("usage: freehold-test-servers tests | trying [moto]".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

/// What all tests of a run share. S3 and GCS are not among it: each test has its own, in its own process.
fn serve_tests() -> Outcome<()> {
    let tripwire = Tripwire::start()?;
    let (_postgres, _moto) = thread::scope(|scope| {
        let moto = scope.spawn(Moto::start);
        let postgres = PostgresServer::of_test_run()?;
        say(postgres::VARIABLE, &postgres.admin_url());
        let moto = moto.join().map_err(|_| "the thread that starts moto panicked")??;
        say(moto::VARIABLE, &moto.endpoint());
        Outcome::Ok((postgres, moto))
    })?;
    for (name, value) in tripwire.environment() {
        say(&name, &value);
    }
    until_the_input_ends()?;
    for request in tripwire.heard() {
        println!("{request}");
    }
    Ok(())
}

/// One server of each kind, with a bucket or a database.
fn serve_trying(with_moto: bool) -> Outcome<()> {
    let s3 = S3Server::builder().launch();
    s3.create_bucket(NAME);
    let gcs = GcsServer::builder().launch();
    gcs.create_bucket(NAME);
    for (name, value) in s3.environment().into_iter().chain(gcs.environment()) {
        say(&name, &value);
    }
    say("TRY_S3", &format!("s3://{NAME}?endpoint_url={}", s3.endpoint()));
    say("TRY_GCS", &format!("gs://{NAME}?endpoint_url={}", gcs.endpoint()));

    let postgres = PostgresServer::start(Options::default())?;
    postgres.run(&format!("CREATE DATABASE {NAME}"))?;
    say(postgres::VARIABLE, &postgres.admin_url());
    say("TRY_POSTGRES", &postgres.url(NAME));

    let _moto = if with_moto {
        let moto = Moto::start()?;
        say(moto::VARIABLE, &moto.endpoint());
        Some(moto)
    } else {
        None
    };
    until_the_input_ends()
}

fn say(name: &str, value: &str) {
    println!("{name}={value}");
}

fn until_the_input_ends() -> Outcome<()> {
    println!("ready");
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error: &&(dyn Error + 'static)| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
