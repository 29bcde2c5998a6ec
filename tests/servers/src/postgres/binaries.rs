//! Where the programs of Postgres are, or how they come to be there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::PostgresError;
use super::account;

/// The package that has the programs where no system package has them, with the platform at its end.
const PACKAGE: &str = "@embedded-postgres";
const PACKAGE_VERSION: &str = "18.4.0-beta.17";

/// Where systems put each version's programs in a folder of its own.
const VERSIONED: [&str; 3] = ["/usr/lib/postgresql", "/usr/pgsql", "/Library/PostgreSQL"];

/// Where package managers link the programs of one version.
const LINKED: [&str; 4] = [
    "/opt/homebrew/opt/postgresql/bin",
    "/usr/local/opt/postgresql/bin",
    "/opt/homebrew/bin",
    "/usr/local/pgsql/bin",
];

/// The folder that has `initdb` and `postgres`: found, or installed.
pub(super) fn find_or_install() -> Result<PathBuf, PostgresError> {
    if let Some(folder) = find() {
        return Ok(folder);
    }
    let attempts: Vec<String> =
        [install_by_apt(), install_by_npm()].into_iter().filter_map(Result::err).collect();
    find().ok_or_else(|| PostgresError::NoPrograms { attempts: attempts.join("; ") })
}

fn find() -> Option<PathBuf> {
    let named = env::var_os("PG_BINDIR").map(PathBuf::from);
    let versioned = VERSIONED.iter().filter_map(|folder| newest(Path::new(folder)));
    let linked = LINKED.iter().map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).collect();
    let downloaded = package_folder().map(|folder| folder.join("native").join("bin"));
    let mut candidates = named.into_iter().chain(versioned).chain(linked).chain(on_path).chain(downloaded);
    candidates.find(|folder| has_programs(folder))
}

fn has_programs(folder: &Path) -> bool {
    ["initdb", "postgres"]
        .iter()
        .all(|name| folder.join(format!("{name}{}", env::consts::EXE_SUFFIX)).is_file())
}

/// The programs of the newest version in a folder of versions.
fn newest(folder: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(folder).ok()?.flatten();
    let numbered = versions.filter_map(|entry| {
        let number: u32 = entry.file_name().to_str()?.split('.').next()?.parse().ok()?;
        Some((number, entry.path().join("bin")))
    });
    let mut numbered: Vec<_> = numbered.filter(|(_, folder)| has_programs(folder)).collect();
    numbered.sort();
    numbered.pop().map(|(_, folder)| folder)
}

fn install_by_apt() -> Result<(), String> {
    if !account::is_root() || !Path::new("/etc/debian_version").exists() {
        return Err("not root on Debian, so apt-get was not asked".to_owned());
    }
    run(Command::new("apt-get")
        .args(["install", "--yes", "--no-install-recommends", "postgresql"])
        .env("DEBIAN_FRONTEND", "noninteractive"))
}

fn install_by_npm() -> Result<(), String> {
    let folder = download_folder();
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = package_name().ok_or("there is no npm package for this platform")?;
    run(Command::new("npm")
        .args(["install", "--no-save", "--no-audit", "--no-fund", "--prefix"])
        .arg(&folder)
        .arg(format!("{name}@{PACKAGE_VERSION}")))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program}: {}", said.lines().last().unwrap_or("failed without a word")))
}

/// Where the npm package is put: beside what cargo builds.
fn download_folder() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target")).join("test-postgres")
}

fn package_folder() -> Option<PathBuf> {
    Some(download_folder().join("node_modules").join(package_name()?))
}

fn package_name() -> Option<String> {
    let system = match env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        "windows" => "windows",
        _ => return None,
    };
    let processor = match env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        _ => return None,
    };
    Some(format!("{PACKAGE}/{system}-{processor}"))
}
