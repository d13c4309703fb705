//! The processes of the world: what each is told, how it is started, and when it answers.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::host::{find, inside, output};
use crate::liar;
use crate::mail;
use crate::operators::{NameServer, Operator, name_servers};
use crate::scenario::{Family, Host};
use crate::scenarios;
use crate::sign::Keys;
use crate::zones::Zone;

/// The resolver of the world; it starts at the plain root and does not validate.
pub(crate) const RESOLVER: &str = "127.0.0.1";
/// The validating resolver; it starts at the signed root.
pub(crate) const VALIDATOR: &str = "127.0.0.2";
/// How long the world may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a daemon's log an error shows.
const LOG_LINES: usize = 12;

/// How to see that a daemon answers.
#[derive(Debug)]
pub(crate) enum Ready {
    /// It answers the SOA of a zone.
    Zone(IpAddr, String),
    /// It wrote a file.
    File(PathBuf),
    /// It accepts TCP connections.
    Listens(IpAddr, u16),
}

/// A process to be.
#[derive(Debug)]
pub(crate) struct Daemon {
    /// Its folder under the state directory, and its name in errors.
    pub(crate) name: String,
    /// Program and arguments.
    pub(crate) line: Vec<String>,
    /// How to see that it answers.
    pub(crate) ready: Ready,
}

/// A file to be, relative to the state directory.
pub(crate) type Draft = (PathBuf, String);

/// The name of a zone's file; RFC 2317 names hold slashes.
fn file_name(origin: &str) -> String {
    match origin.trim_end_matches('.') {
        "" => "root.zone".into(),
        name => format!("{}.zone", name.replace('/', "_")),
    }
}

/// A zone as text.
fn zone_text(zone: &Zone, more: &[String]) -> String {
    let mut text = String::from("$TTL 300\n");
    for line in zone.lines.iter().chain(more) {
        text += line;
        text.push('\n');
    }
    text
}

/// Root hints for one of the two roots.
pub(crate) fn hints(operator: Operator, suffix: &str) -> String {
    let chosen = |server: &NameServer| server.operator == Some(operator) && server.name.ends_with(suffix);
    let servers: Vec<NameServer> = name_servers().into_iter().filter(chosen).collect();
    let mut text = String::new();
    for server in &servers {
        let _ = writeln!(text, ". 3600000 NS {}", server.name);
        for line in server.records().lines() {
            text += &line.replacen(' ', " 3600000 ", 1);
            text.push('\n');
        }
    }
    text
}

/// Every address of the world besides the loopback's own.
pub(crate) fn addresses() -> Vec<IpAddr> {
    let servers = name_servers().into_iter().filter(|server| server.operator.is_some());
    let mut all: Vec<IpAddr> = servers.flat_map(|server| server.addresses).collect();
    all.extend(hosts().into_iter().map(|(address, _)| address));
    all.sort();
    all.dedup();
    all
}

/// Every target of the world, with what is known of it.
fn hosts() -> Vec<(IpAddr, Host)> {
    let mut hosts = Vec::new();
    for scenario in scenarios::all() {
        for family in Family::BOTH.into_iter().filter(|family| scenario.has(*family)) {
            for host in scenario.hosts.iter().filter(|host| host.has(family)) {
                hosts.push((scenario.address(family, host.number), host.clone()));
            }
        }
    }
    hosts
}

/// All daemons and all files they read but zones; `liar` is the lying server's program.
pub(crate) fn plan(state: &Path, zones: &[Zone], liar: &Path) -> Result<(Vec<Daemon>, Vec<Draft>)> {
    let mut daemons = Vec::new();
    let mut drafts: Vec<Draft> = vec![
        ("root.hints".into(), hints(Operator::Root, ".root-servers.net.")),
        ("signed-root.hints".into(), hints(Operator::SignedRoot, ".signed-root.net.")),
    ];
    for operator in Operator::NSD {
        let own = zones.iter().filter(|zone| zone.server == operator);
        let folder = state.join(operator.folder());
        let mut first = None;
        let mut config = nsd_config(operator, &folder);
        for zone in own {
            first.get_or_insert(zone.origin.clone());
            let _ = write!(config, "zone:\n  name: \"{}\"\n  zonefile: \"{}\"\n", zone.origin, file_name(&zone.origin));
        }
        let address = operator.addresses().first().copied();
        daemons.push(Daemon {
            name: operator.folder(),
            line: line("nsd", &["-d", "-c"], &folder.join("nsd.conf"))?,
            ready: Ready::Zone(address.context("an operator has addresses")?, first.context("an operator has zones")?),
        });
        drafts.push((Path::new(&operator.folder()).join("nsd.conf"), config));
    }
    for (name, config, ready) in resolvers(state, zones) {
        let path = state.join(&name).join("unbound.conf");
        daemons.push(Daemon { line: line("unbound", &["-d", "-p", "-c"], &path)?, ready, name: name.clone() });
        drafts.push((Path::new(&name).join("unbound.conf"), config));
    }
    let folder = state.join("liar");
    daemons.push(Daemon {
        name: "liar".into(),
        line: vec![text(liar), text(&folder)],
        ready: Ready::File(folder.join(liar::READY)),
    });
    drafts.extend(liar_files(zones));
    let folder = state.join("mail");
    let greeting = hosts().into_iter().find(|(_, host)| host.greeting.is_some_and(|name| !name.is_empty()));
    daemons.push(Daemon {
        name: "mail".into(),
        line: vec![program("postfix")?, "-c".into(), text(&folder), "start-fg".into()],
        ready: Ready::Listens(greeting.context("a host greets")?.0, 25),
    });
    drafts.extend(mail_files(&folder, &mail::postfix_listeners(state)));
    let (knot, config) = knot(state, zones)?;
    daemons.push(knot);
    drafts.push(config);
    let (more, files) = mail::plan(state)?;
    daemons.extend(more);
    drafts.extend(files);
    Ok((daemons, drafts))
}

/// A path as an argument.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A program's full path: `ip netns exec` searches only `PATH`.
pub(crate) fn program(name: &str) -> Result<String> {
    Ok(text(&find(name).with_context(|| format!("{name} is not installed"))?))
}

/// Program, options and configuration file.
pub(crate) fn line(name: &str, options: &[&str], config: &Path) -> Result<Vec<String>> {
    let mut line = vec![program(name)?];
    line.extend(options.iter().map(|option| (*option).to_owned()));
    line.push(text(config));
    Ok(line)
}

/// NSD's configuration up to the zones.
fn nsd_config(operator: Operator, folder: &Path) -> String {
    let mut config = String::from("server:\n");
    for address in operator.addresses() {
        let _ = writeln!(config, "  ip-address: {address}");
    }
    let folder = folder.display();
    // Rate limiting would make a busy test look like packet loss.
    let _ = write!(
        config,
        "  server-count: 1\n  username: \"\"\n  chroot: \"\"\n  database: \"\"\n  zonesdir: \"{folder}\"\n  \
         pidfile: \"{folder}/nsd.pid\"\n  xfrdfile: \"{folder}/xfrd.state\"\n  xfrdir: \"{folder}\"\n  \
         zonelistfile: \"{folder}/zone.list\"\n  rrl-ratelimit: 0\n  hide-version: yes\n\
         remote-control:\n  control-enable: no\n"
    );
    config
}

/// Knot with the mail domains; it signs those that are signed when it loads them.
fn knot(state: &Path, zones: &[Zone]) -> Result<(Daemon, Draft)> {
    let folder = state.join(Operator::Knot.folder());
    let own = folder.display();
    let addresses = Operator::Knot.addresses();
    let mut config = String::from("server:\n");
    for address in &addresses {
        let _ = writeln!(config, "  listen: {address}@53");
    }
    // Nothing outlives the world, so nothing is kept in a journal or written back.
    let _ = write!(
        config,
        "  rundir: \"{own}\"\ndatabase:\n  storage: \"{own}\"\n  kasp-db: \"{own}/keys\"\nlog:\n- target: stderr\n  any: warning\n\
         policy:\n- id: sound\n  algorithm: ecdsap256sha256\n  single-type-signing: on\n\
         template:\n- id: default\n  storage: \"{own}\"\n  zonefile-sync: -1\n  zonefile-load: whole\n  journal-content: none\n  \
         semantic-checks: off\nzone:\n"
    );
    let mut first = None;
    for zone in zones.iter().filter(|zone| zone.server == Operator::Knot) {
        first.get_or_insert(zone.origin.clone());
        let _ = writeln!(config, "- domain: {}\n  file: \"{}\"", zone.origin, file_name(&zone.origin));
        if zone.signing.is_some() {
            config += "  dnssec-signing: on\n  dnssec-policy: sound\n";
        }
    }
    let address = addresses.first().copied().context("Knot has addresses")?;
    let daemon = Daemon {
        name: Operator::Knot.folder(),
        line: line("knotd", &["-c"], &folder.join("knot.conf"))?,
        ready: Ready::Zone(address, first.context("Knot has zones")?),
    };
    Ok((daemon, (Path::new(&Operator::Knot.folder()).join("knot.conf"), config)))
}

/// The three Unbounds: resolver, validator, and the name server that recurses for everyone.
fn resolvers(state: &Path, zones: &[Zone]) -> Vec<(String, String, Ready)> {
    let server = |name: &str, addresses: &[IpAddr], hints: &str, modules: &str| {
        let folder = state.join(name);
        let mut config = String::from("server:\n");
        for address in addresses {
            let _ = writeln!(config, "  interface: {address}");
        }
        let _ = write!(
            config,
            "  access-control: 0.0.0.0/0 allow\n  access-control: ::/0 allow\n  username: \"\"\n  chroot: \"\"\n  \
             directory: \"{0}\"\n  pidfile: \"\"\n  use-syslog: no\n  num-threads: 1\n  hide-version: yes\n  \
             module-config: \"{modules}\"\n  root-hints: \"{1}/{hints}\"\n",
            folder.display(),
            state.display()
        );
        config
    };
    let local = |address: &str| address.parse().map_or_else(|_| Vec::new(), |address| vec![address]);
    let soa = |addresses: &[IpAddr], zone: &str| {
        Ready::Zone(addresses.first().copied().unwrap_or(IpAddr::from([127, 0, 0, 1])), zone.into())
    };
    let plain = server("resolver", &local(RESOLVER), "root.hints", "iterator");
    let mut strict = server("validator", &local(VALIDATOR), "signed-root.hints", "validator iterator");
    let _ = writeln!(strict, "  trust-anchor-file: \"{}/trust-anchor.zone\"", state.display());
    let addresses = Operator::Open.addresses();
    let mut open = server("open", &addresses, "root.hints", "iterator");
    let mut zone = ".".to_owned();
    for own in zones.iter().filter(|zone| zone.server == Operator::Open) {
        let _ = write!(
            open,
            "auth-zone:\n  name: \"{}\"\n  zonefile: \"{}\"\n  for-downstream: yes\n  for-upstream: no\n  \
             fallback-enabled: no\n",
            own.origin,
            file_name(&own.origin)
        );
        zone.clone_from(&own.origin);
    }
    vec![
        ("resolver".into(), plain, soa(&local(RESOLVER), "193.in-addr.arpa.")),
        ("validator".into(), strict, soa(&local(VALIDATOR), "193.in-addr.arpa.")),
        ("open".into(), open, soa(&addresses, &zone)),
    ]
}

/// The lying server's addresses and records.
fn liar_files(zones: &[Zone]) -> Vec<Draft> {
    let mut addresses = String::new();
    for server in name_servers() {
        if let Some(Operator::Liar(behavior)) = server.operator {
            for address in &server.addresses {
                let _ = writeln!(addresses, "{address} 53 {}", behavior.word());
            }
        }
    }
    for (address, _) in hosts().iter().filter(|(_, host)| host.greeting == Some("")) {
        let _ = writeln!(addresses, "{address} 25 {}", liar::Behavior::Tarpit.word());
    }
    addresses += &mail::liar_lines();
    let mut records = String::new();
    for zone in zones.iter().filter(|zone| matches!(zone.server, Operator::Liar(_))) {
        records += &zone_text(zone, &[]);
    }
    vec![("liar/addresses".into(), addresses), ("liar/records".into(), records)]
}

/// Postfix: one listener per greeting, and those of the mail domains.
fn mail_files(folder: &Path, listeners: &str) -> Vec<Draft> {
    let mut master = listeners.to_owned();
    for (address, host) in hosts() {
        if let Some(name) = host.greeting.filter(|name| !name.is_empty()) {
            let _ = writeln!(
                master,
                "[{address}]:25 inet n - n - - smtpd -o myhostname={name} -o {{ smtpd_banner = {name} ESMTP }}"
            );
        }
    }
    // The third word is whether the service's socket is private, where the others look for it.
    for service in [
        "postlog unix-dgram n - n - 1 postlogd",
        "anvil unix - - n - 1 anvil",
        "rewrite unix - - n - 1 trivial-rewrite",
        "tlsmgr unix - - n - 1 tlsmgr",
        "cleanup unix n - n - 0 cleanup",
        "qmgr unix n - n - 1 qmgr",
    ] {
        let _ = writeln!(master, "{service}");
    }
    // Nothing is ever taken: the lab's mail servers only greet.
    let main = format!(
        "compatibility_level = 3.6\nqueue_directory = {0}/queue\ndata_directory = {0}/data\nmydestination =\n\
         inet_protocols = all\nlocal_recipient_maps =\nalias_maps =\nalias_database =\nsmtpd_peername_lookup = no\nnotify_classes =\n\
         smtpd_tls_protocols = >=TLSv1.2\nsmtpd_tls_mandatory_protocols = >=TLSv1.2\n\
         smtpd_relay_restrictions = reject\nsmtpd_recipient_restrictions = reject\nmaillog_file = /dev/stdout\n",
        folder.display()
    );
    vec![("mail/main.cf".into(), main), ("mail/master.cf".into(), master)]
}

/// Writes the drafts, then the zones, signed where they are, and the trust anchor.
pub(crate) fn write(state: &Path, zones: &[Zone], drafts: &[Draft]) -> Result<()> {
    let put = |path: &Path, text: &str| {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("failed to create {}", folder.display()))?;
        }
        fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
    };
    for (path, text) in drafts {
        put(&state.join(path), text)?;
    }
    for folder in ["keys", "resolver", "validator", "mail/queue", "mail/data", "knot/keys"] {
        let folder = state.join(folder);
        fs::create_dir_all(&folder).with_context(|| format!("failed to create {}", folder.display()))?;
    }
    let certificates = mail::certify(state)?;
    let keys = Keys::make(zones, state)?;
    put(&state.join("trust-anchor.zone"), &format!("{}\n", keys.anchor()))?;
    for zone in zones.iter().filter(|zone| !matches!(zone.server, Operator::Liar(_) | Operator::Blocklists)) {
        let file = state.join(zone.server.folder()).join(file_name(&zone.origin));
        put(&file, &certificates.fill(&zone_text(zone, &keys.delegations(zones, zone))))?;
        // Knot signs by itself.
        if zone.signing.is_some() && zone.server != Operator::Knot {
            keys.sign(zone, &file)?;
        }
    }
    // Postfix insists that its data are its own user's.
    std::os::unix::fs::chown(state.join("mail/data"), Some(user_id("postfix")?), None)
        .context("failed to give Postfix its folder")
}

/// A user's number.
fn user_id(name: &str) -> Result<u32> {
    let passwd = fs::read_to_string("/etc/passwd").context("failed to read /etc/passwd")?;
    let row = passwd.lines().find(|line| line.split(':').next() == Some(name));
    let id = row.and_then(|line| line.split(':').nth(2)).and_then(|id| id.parse().ok());
    id.with_context(|| format!("no user {name}: apt-get install postfix"))
}

/// Starts every daemon; returns their process ids in order.
pub(crate) fn start(state: &Path, daemons: &[Daemon]) -> Result<Vec<u32>> {
    let mut processes = Vec::new();
    for daemon in daemons {
        let log = log_file(state, daemon);
        let file = File::create(&log).with_context(|| format!("failed to write {}", log.display()))?;
        let child = inside(&daemon.line[0])
            .args(&daemon.line[1..])
            .stdin(Stdio::null())
            .stdout(file.try_clone().context("failed to share a log")?)
            .stderr(file)
            // A test runner that ends its own process group must not end the world with it.
            .process_group(0)
            .spawn()
            .with_context(|| format!("failed to start {}", daemon.name))?;
        processes.push(child.id());
    }
    Ok(processes)
}

/// Waits until every daemon answers.
pub(crate) fn wait(state: &Path, daemons: &[Daemon]) -> Result<()> {
    let end = Instant::now() + PATIENCE;
    for daemon in daemons {
        while !answers(&daemon.ready) {
            if Instant::now() > end {
                let log = fs::read_to_string(log_file(state, daemon)).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(LOG_LINES)..].join("\n");
                bail!("{} does not answer; its log ends:\n{tail}", daemon.name);
            }
            thread::sleep(Duration::from_millis(50));
        }
    }
    Ok(())
}

/// Where a daemon's output goes.
fn log_file(state: &Path, daemon: &Daemon) -> PathBuf {
    state.join(&daemon.name).join("log")
}

/// Whether a daemon answers.
fn answers(ready: &Ready) -> bool {
    match ready {
        Ready::Zone(address, zone) => {
            let at = format!("@{address}");
            let options = ["+short", "+time=1", "+tries=1", "+norecurse"];
            let recursive = if address.is_loopback() { "+recurse" } else { "+norecurse" };
            let mut dig = inside("dig");
            output(dig.args([at.as_str(), zone, "SOA"]).args(options).arg(recursive))
                .is_ok_and(|text| text.contains("hostmaster"))
        }
        Ready::File(path) => path.exists(),
        // The listing is cheaper than a connection, and leaves no trace in the server.
        Ready::Listens(address, port) => {
            let wanted = SocketAddr::new(*address, *port).to_string();
            output(inside("ss").args(["-lntH"])).is_ok_and(|text| text.contains(&wanted))
        }
    }
}
