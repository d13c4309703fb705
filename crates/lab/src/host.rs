//! What the lab needs of the machine: root, programs, a folder, a lock, one namespace.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// The namespace, and the folder of `/etc/netns` that `ip netns exec` mounts over `/etc`.
pub(crate) const NAMESPACE: &str = "ptrust-lab";
/// One lab per machine, so one lock per machine.
const LOCK: &str = "/run/ptrust-lab.lock";
/// Programs and the Debian packages they come from.
const PROGRAMS: [(&str, &str); 15] = [
    ("ip", "iproute2"),
    ("ss", "iproute2"),
    ("kill", "procps"),
    ("nsd", "nsd"),
    ("unbound", "unbound"),
    ("dig", "bind9-dnsutils"),
    ("ldns-keygen", "ldnsutils"),
    ("ldns-signzone", "ldnsutils"),
    ("ldns-key2ds", "ldnsutils"),
    ("postfix", "postfix"),
    ("knotd", "knot"),
    ("keymgr", "knot"),
    ("dovecot", "dovecot-imapd"),
    ("rbldnsd", "rbldnsd"),
    ("nginx", "nginx"),
];
/// Patience with processes that are asked to end, before they are killed.
const GRACE: Duration = Duration::from_secs(3);

/// Whether this process may make namespaces at all.
pub(crate) fn is_root() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
    // Real, effective, saved, file system: the effective one decides.
    line.split_whitespace().nth(1) == Some("0")
}

/// Fails, naming what to do, where the lab cannot run.
pub(crate) fn require(programs: bool) -> Result<()> {
    ensure!(is_root(), "the lab makes a network namespace: run it as root");
    let missing: Vec<&str> = PROGRAMS
        .iter()
        .filter(|(program, _)| programs || ["ip", "kill"].contains(program))
        .filter(|(program, _)| find(program).is_none())
        .map(|(_, package)| *package)
        .collect();
    ensure!(missing.is_empty(), "missing packages: apt-get install {}", missing.join(" "));
    Ok(())
}

/// Where a program is; the system's folders are searched even where `PATH` lacks them.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/bin", "/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A command for a program, wherever it is.
pub(crate) fn command(program: &str) -> Command {
    Command::new(find(program).unwrap_or_else(|| program.into()))
}

/// Runs a command to its end and returns what it printed; its complaint is the error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("failed to start {name}"))?;
    ensure!(output.status.success(), "{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The folder of everything the lab writes: `lab` under Cargo's target directory.
pub(crate) fn state_dir() -> PathBuf {
    target_dir().join("lab")
}

/// Cargo's target directory.
pub(crate) fn target_dir() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = manifest.ancestors().nth(2).unwrap_or(manifest);
    let target = target.unwrap_or_else(|| workspace.join("target"));
    // Daemons change their folder, so the path must not depend on ours.
    std::path::absolute(&target).unwrap_or(target)
}

/// Waits until no other process starts or stops the lab; ends with the returned file.
pub(crate) fn lock() -> Result<File> {
    let file = File::create(LOCK).with_context(|| format!("failed to open {LOCK}"))?;
    file.lock().with_context(|| format!("failed to lock {LOCK}"))?;
    Ok(file)
}

/// Whether the namespace is there.
pub(crate) fn exists() -> bool {
    Path::new("/run/netns").join(NAMESPACE).exists()
}

/// Makes the namespace: `lo` with every address of the world, no route to anywhere else, and a resolver.
pub(crate) fn create(addresses: &[IpAddr], resolver: IpAddr) -> Result<()> {
    let etc = Path::new("/etc/netns").join(NAMESPACE);
    fs::create_dir_all(&etc).with_context(|| format!("failed to create {}", etc.display()))?;
    let resolv = etc.join("resolv.conf");
    fs::write(&resolv, format!("nameserver {resolver}\n"))
        .with_context(|| format!("failed to write {}", resolv.display()))?;
    output(command("ip").args(["netns", "add", NAMESPACE]))?;
    let mut batch = String::from("link set lo up\n");
    for address in addresses {
        let length = if address.is_ipv4() { 32 } else { 128 };
        // Writing to a string cannot fail.
        let _ = writeln!(batch, "addr add {address}/{length} dev lo");
    }
    let mut child = command("ip")
        .args(["-n", NAMESPACE, "-batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("failed to start ip")?;
    child.stdin.take().context("ip has no input")?.write_all(batch.as_bytes()).context("failed to feed ip")?;
    let result = child.wait_with_output().context("failed to wait for ip")?;
    ensure!(result.status.success(), "failed to add addresses: {}", String::from_utf8_lossy(&result.stderr).trim());
    Ok(())
}

/// Has connections to these addresses come from loopback. Else a client takes the address that it connects to, and Dovecot
/// trusts a client of its own address with passwords in the clear.
pub(crate) fn approach_from_loopback(addresses: &[IpAddr]) -> Result<()> {
    for address in addresses {
        let run = |arguments: &str| {
            let words = arguments.split(' ').map(str::to_owned);
            output(command("ip").args(["-n", NAMESPACE]).args(words)).map(drop)
        };
        if address.is_ipv4() {
            run(&format!("route replace local {address} dev lo table local proto kernel scope host src 127.0.0.1"))?;
        } else {
            // The kernel would add a second route beside its own.
            run(&format!("-6 route del local {address} dev lo table local"))?;
            run(&format!("-6 route add local {address} dev lo table local metric 0 src ::1"))?;
        }
    }
    Ok(())
}

/// A command inside the namespace.
pub(crate) fn inside(program: impl AsRef<OsStr>) -> Command {
    let mut inside = command("ip");
    inside.args(["netns", "exec", NAMESPACE]).arg(program);
    inside
}

/// The processes inside the namespace.
pub(crate) fn processes() -> Result<Vec<u32>> {
    let text = output(command("ip").args(["netns", "pids", NAMESPACE]))?;
    Ok(text.split_whitespace().filter_map(|word| word.parse().ok()).collect())
}

/// Ends every process inside the namespace, then removes it; works on what a crash left, too.
pub(crate) fn remove() -> Result<()> {
    if exists() {
        for signal in ["-TERM", "-KILL"] {
            let end = Instant::now() + GRACE;
            let mut left = processes()?;
            for process in &left {
                // A process that is gone by now is what we want.
                drop(output(command("kill").arg(signal).arg(process.to_string())));
            }
            while !left.is_empty() && Instant::now() < end {
                thread::sleep(Duration::from_millis(20));
                left = processes()?;
            }
        }
        let left = processes()?;
        if !left.is_empty() {
            bail!("processes {left:?} of the lab do not end");
        }
        output(command("ip").args(["netns", "del", NAMESPACE]))?;
    }
    let etc = Path::new("/etc/netns").join(NAMESPACE);
    if etc.exists() {
        fs::remove_dir_all(&etc).with_context(|| format!("failed to remove {}", etc.display()))?;
    }
    Ok(())
}
