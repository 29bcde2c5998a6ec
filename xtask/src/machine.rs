//! Facts about the machine, without which figures mean nothing.

use std::path::Path;
use std::process::Command;

/// Cores, processor, system and compiler.
pub(crate) fn facts() -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| processor(&text));
    [
        format!("{cores} cores"),
        processor.unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
        format!("{} {}", std::env::consts::OS, answer("uname", &["-r"]).unwrap_or_default()),
        answer("rustc", &["--version"]).unwrap_or_else(|| "unknown compiler".to_owned()),
    ]
    .join(", ")
}

/// The kind of file system that a folder lies in.
pub(crate) fn file_system(folder: &Path) -> String {
    let kind = answer("stat", &["-f", "-c", "%T", &folder.to_string_lossy()]);
    kind.unwrap_or_else(|| "unknown file system".to_owned())
}

fn processor(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

fn answer(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        let text = "processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n";
        assert_eq!(processor(text).as_deref(), Some("Some CPU @ 2 GHz"));
    }
}
