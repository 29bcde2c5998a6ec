//! Runs a Postgres server until its input ends, and prints the administrator's URL.

use std::error::Error;
use std::io::{self, Read};

use freehold_test_servers::postgres::{Options, PostgresServer};

fn main() -> Result<(), Box<dyn Error>> {
    let server = PostgresServer::start(Options::default())?;
    println!("{}", server.admin_url());
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
