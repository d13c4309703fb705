//! Starting other programs: cargo, rustfmt, dpkg.
//!
//! Every command is printed before it runs, so that a failing step can be repeated by hand.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, ensure};

/// Variables that `cargo run` sets for us and that must not reach a nested cargo: build scripts such
/// as ring's watch them, and would rebuild whenever a step runs under `cargo xtask`.
const CARGO_OWN: [&str; 3] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];

/// A program to be run in `root`, without the variables that only concern this process.
pub(crate) fn program(root: &Path, name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root);
    for (key, _) in std::env::vars_os() {
        let own = key.to_str().is_some_and(|key| CARGO_OWN.iter().any(|prefix| key.starts_with(prefix)));
        if own {
            command.env_remove(key);
        }
    }
    command
}

/// The cargo that runs us, to be run in `root` with `args`.
pub(crate) fn cargo<S: AsRef<OsStr>>(root: &Path, args: impl IntoIterator<Item = S>) -> Command {
    let name = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = program(root, name);
    command.args(args);
    command
}

/// Prints the command as it could be typed.
fn announce(command: &Command) {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let args: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
    println!("$ {} {}", name.display(), args.join(" "));
}

/// Runs the command and fails unless it succeeds.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    announce(command);
    let name = command.get_program().to_owned();
    let status = command.status().with_context(|| format!("failed to start {}", name.display()))?;
    ensure!(status.success(), "{} ended with {status}", name.display());
    Ok(())
}

/// Runs the command and returns its standard output; what it complains about is shown.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    quiet_output(command.stderr(Stdio::inherit()))
}

/// Runs the command and returns its standard output; what it complains about is dropped.
pub(crate) fn quiet_output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_owned();
    let output = command.output().with_context(|| format!("failed to start {}", name.display()))?;
    ensure!(output.status.success(), "{} ended with {}", name.display(), output.status);
    String::from_utf8(output.stdout).with_context(|| format!("{} printed something that is not UTF-8", name.display()))
}

/// Runs the command quietly and says whether it succeeded; a program that is not there did not.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Which of its two streams a program's lines are read from; the other one is passed on as it is.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// Runs the command, shows every line of `stream` as it comes and hands it to `line` as well.
pub(crate) fn watch(command: &mut Command, stream: Stream, mut line: impl FnMut(&str)) -> Result<ExitStatus> {
    announce(command);
    let name = command.get_program().to_owned();
    match stream {
        Stream::Out => command.stdout(Stdio::piped()),
        Stream::Err => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn().with_context(|| format!("failed to start {}", name.display()))?;
    let reader: Box<dyn std::io::Read> = match stream {
        Stream::Out => Box::new(child.stdout.take().context("no standard output to read")?),
        Stream::Err => Box::new(child.stderr.take().context("no standard error to read")?),
    };
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    // Bytes, not `lines()`: a test may print anything, and a bad byte must not end the reading.
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        std::io::stdout().write_all(&bytes)?;
        std::io::stdout().flush()?;
        line(&String::from_utf8_lossy(&bytes));
        bytes.clear();
    }
    Ok(child.wait()?)
}

/// The value for `--color` of a program whose lines are watched: it sees a pipe, the user does not.
pub(crate) fn color() -> &'static str {
    if std::io::stdout().is_terminal() { "always" } else { "never" }
}
