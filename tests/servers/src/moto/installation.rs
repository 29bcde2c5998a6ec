//! The virtual environment that has moto, made when it is first needed.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{MotoError, VERSION};

/// The file that says that an installation was finished.
const FINISHED: &str = "finished";

/// The Python that can import moto.
///
/// Of several processes that need it at once, one installs and the others wait.
pub(super) fn python() -> Result<PathBuf, MotoError> {
    let target = target_folder();
    let folder = target.join(format!("moto-{VERSION}"));
    let python = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    if is_usable(&folder, &python) {
        return Ok(python);
    }
    let lock_path = target.join(format!("moto-{VERSION}.lock"));
    let not_written = |source| MotoError::NotWritten { path: lock_path.clone(), source };
    fs::create_dir_all(&target).map_err(not_written)?;
    let lock = File::create(&lock_path).map_err(not_written)?;
    lock.lock().map_err(not_written)?;
    if !is_usable(&folder, &python) {
        install(&folder, &python)?;
    }
    Ok(python)
}

/// Whether an installation was finished, and the Python that it was made with is still there.
fn is_usable(folder: &Path, python: &Path) -> bool {
    folder.join(FINISHED).is_file() && python.exists()
}

fn install(folder: &Path, python: &Path) -> Result<(), MotoError> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|source| MotoError::NotWritten { path: folder.to_owned(), source })?;
    }
    let system_python = if cfg!(windows) { "python" } else { "python3" };
    let make = || run(folder, Command::new(system_python).args(["-m", "venv"]).arg(folder));
    if let Err(error) = make() {
        if !is_root_on_debian() {
            return Err(error);
        }
        let packages = ["install", "--yes", "--no-install-recommends", "python3", "python3-venv"];
        run(folder, Command::new("apt-get").args(packages).env("DEBIAN_FRONTEND", "noninteractive"))?;
        make()?;
    }
    let wanted = format!("moto[server]=={VERSION}");
    run(
        folder,
        Command::new(python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .arg(wanted),
    )?;
    let finished = folder.join(FINISHED);
    fs::write(&finished, VERSION).map_err(|source| MotoError::NotWritten { path: finished, source })
}

fn run(folder: &Path, command: &mut Command) -> Result<(), MotoError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| MotoError::NoPython { program: program.clone(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stdout, output.stderr]
        .map(|text| String::from_utf8_lossy(&text).trim().to_owned())
        .join("\n");
    let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it failed without a word");
    Err(MotoError::NotInstalled { folder: folder.to_owned(), said: format!("{program}: {last}") })
}

#[cfg(unix)]
fn is_root_on_debian() -> bool {
    rustix::process::geteuid().is_root() && Path::new("/etc/debian_version").exists()
}

#[cfg(not(unix))]
fn is_root_on_debian() -> bool {
    false
}

fn target_folder() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"))
}
