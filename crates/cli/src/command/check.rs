//! `ptrust check`: the identity of sending addresses.

use crate::lookup::{Found, addresses};
use crate::output::Progress;
use crate::setup::Setup;
use crate::targets::{self, Item};
use crate::usage::{UNDETERMINED, USAGE, Usage, word};
use clap::ArgGroup;
use ptrust_diagnose::Engine;
use ptrust_facts::Target;
use ptrust_names::{Cause, Name};
use ptrust_report::{Format, Options, Report, exit_code, gravest, render};
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::path::Path;

use futures_util::{Stream, StreamExt};

/// Targets of one run at most; more are for a scan.
const MAX_TARGETS: usize = 65_536;
/// Host names looked up at once.
const LOOKUPS: usize = 32;
/// A monitor's exit code for the gravest state.
const CRITICAL: u8 = 2;
/// Public addresses that a route is looked up for, one per family: a root server's. Nothing is sent to them.
const ELSEWHERE: [&str; 2] = ["198.41.0.4:53", "[2001:503:ba3e::2:30]:53"];

/// Options of `check`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what").args(["targets", "here"]).multiple(true))]
pub(crate) struct Args {
    /// Addresses, host names, blocks up to /24 and /120, files of them (FILE or @FILE), or - for standard input
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
    /// The name that the host gives in HELO or EHLO when it sends
    #[arg(long, value_name = "NAME")]
    helo: Option<String>,
    /// Port of the SMTP probe [default: 25]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Do not connect to the host by SMTP
    #[arg(long, conflicts_with = "port")]
    no_smtp: bool,
    /// Check the address that this machine sends from
    #[arg(long)]
    here: bool,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let suggested = if args.targets.is_empty() && !args.here { setup.suggested() } else { Vec::new() };
    if args.targets.is_empty() && !args.here && suggested.is_empty() {
        let line = match setup.world {
            None => "check: nothing to check; name an address, a host or a block, or use --here",
            Some(_) => "check: nothing to check; name an address, a host or a block, since the world suggests none",
        };
        return Err(Usage(line.into()).into());
    }
    if let Some(helo) = &args.helo {
        greeting(helo).map_err(|fault| Usage(format!("--helo {helo:?}: {fault}")))?;
    }
    let (items, mut refused) = items(setup, args)?;
    let code = setup.block_on(async {
        let engine = setup.engine()?;
        let mut targets = suggested;
        for looked_up in look_up(setup, &engine, items).await {
            match looked_up {
                Ok((host, addresses)) => {
                    targets.extend(addresses.into_iter().map(|address| setup.target(address, host.clone())));
                }
                Err(one) => refused.push(one),
            }
        }
        if targets.len() > MAX_TARGETS {
            return Err(Usage(format!("check: more than {MAX_TARGETS} addresses; name fewer at once")).into());
        }
        for target in &mut targets {
            target.helo = args.helo.clone().or(target.helo.take());
            let port = args.port.or(target.smtp_port);
            target.smtp_port = port.filter(|_| !args.no_smtp);
        }
        if targets.is_empty() && refused.is_empty() {
            return Err(Usage("check: nothing to check; the list is empty".into()).into());
        }
        check(setup, &engine, targets, &refused).await
    })??;
    Ok(code)
}

/// What is wrong with a HELO that a sender is said to give. A bad name is what checks are for; one that no line of SMTP
/// could carry is a mistake.
fn greeting(helo: &str) -> Result<(), &'static str> {
    if helo.trim().is_empty() {
        Err("it is empty; leave the option out")
    } else if helo.chars().any(char::is_control) {
        Err("it has control characters")
    } else {
        Ok(())
    }
}

/// A target that there is no report for.
pub(crate) struct Refused {
    /// The line that says so.
    line: String,
    /// The exit code it stands for.
    code: u8,
}

impl Refused {
    /// Says so on standard error, except to a monitor, which reads standard output only.
    fn new(setup: &Setup, line: String, code: u8) -> Self {
        if setup.global.format != Format::Nagios {
            anstream::eprintln!("ptrust: {line}");
        }
        Self { line, code }
    }
}

/// Checks targets and writes their reports in the order given.
pub(crate) async fn check(
    setup: &Setup,
    engine: &Engine,
    targets: Vec<Target>,
    refused: &[Refused],
) -> anyhow::Result<u8> {
    let total = targets.len();
    write_all(setup, total, engine.check_all(targets), refused).await
}

/// Writes reports in the order of their places, as they are ready.
pub(crate) async fn write_all(
    setup: &Setup,
    total: usize,
    reports: impl Stream<Item = (usize, Report)>,
    refused: &[Refused],
) -> anyhow::Result<u8> {
    let (format, fail_on) = (setup.global.format, setup.global.fail_on);
    let progress = Progress::new(total);
    let mut waiting: BTreeMap<usize, Report> = BTreeMap::new();
    let mut done = std::pin::pin!(reports);
    let mut reports: Vec<Report> = Vec::new();
    let mut codes: Vec<u8> = refused.iter().map(|one| one.code).collect();
    let mut port_25 = PortCount::default();
    let mut count = 0;
    let mut next = 0;
    while let Some((index, report)) = done.next().await {
        count += 1;
        progress.show(count);
        port_25.add(&report);
        waiting.insert(index, report);
        while let Some(report) = waiting.remove(&next) {
            next += 1;
            if format == Format::Ndjson {
                codes.push(exit_code(std::slice::from_ref(&report), fail_on, format));
                setup.write(|out| render(format, &[report], out, &setup.render_options()))?;
            } else {
                reports.push(report);
            }
        }
    }
    drop(progress);
    if format == Format::Nagios && !refused.is_empty() {
        return nagios(setup, &reports, refused);
    }
    if format != Format::Ndjson {
        codes.push(exit_code(&reports, fail_on, format));
        let options = Options { array: total != 1, ..setup.render_options() };
        if total > 0 || format != Format::Text {
            setup.write(|out| render(format, &reports, out, &options))?;
        }
    }
    port_25.complain();
    Ok(gravest(codes))
}

/// The lines for a monitor when some targets have no report: UNKNOWN, unless a report is worse.
fn nagios(setup: &Setup, reports: &[Report], refused: &[Refused]) -> anyhow::Result<u8> {
    let line = |one: &Refused| word(&one.line);
    let mut known = Vec::new();
    if !reports.is_empty() {
        render(Format::Nagios, reports, &mut known, &setup.render_options())?;
    }
    let known = String::from_utf8_lossy(&known).into_owned();
    let critical = exit_code(reports, setup.global.fail_on, Format::Nagios) == CRITICAL;
    setup.write(|out| {
        if critical {
            out.write_all(known.as_bytes())?;
            return refused.iter().try_for_each(|one| writeln!(out, "{}", line(one)));
        }
        let mut prefix = "PTRUST ";
        for one in refused {
            writeln!(out, "{prefix}{}", line(one))?;
            prefix = "";
        }
        out.write_all(known.strip_prefix("PTRUST ").unwrap_or(&known).as_bytes())
    })?;
    Ok(if critical { CRITICAL } else { UNDETERMINED })
}

/// What the targets said on the SMTP port, over the whole run.
#[derive(Default)]
struct PortCount {
    silent: usize,
    others: usize,
}

impl PortCount {
    /// Counts one report.
    fn add(&mut self, report: &Report) {
        if report.address().is_none_or(|body| body.target.smtp_port.is_none()) {
            return;
        }
        match report.source().and_then(|facts| facts.smtp().cause()) {
            Some(Cause::Timeout) => self.silent += 1,
            Some(Cause::NotAsked) => {}
            _ => self.others += 1,
        }
    }

    /// Says once that the way out seems closed, when no target said a word.
    fn complain(&self) {
        if self.others == 0 && self.silent > 1 {
            anstream::eprintln!(
                "ptrust: none of {} hosts answered the SMTP probe: the port seems blocked here; --no-smtp leaves it out",
                self.silent
            );
        }
    }
}

/// The items of the command line, lists read, and the words that are none.
fn items(setup: &Setup, args: &Args) -> anyhow::Result<(Vec<Item>, Vec<Refused>)> {
    let mut items = Vec::new();
    let mut refused = Vec::new();
    let mut add = |text: &str| match targets::parse(text) {
        Ok(item) => items.push(item),
        Err(error) => refused.push(Refused::new(setup, error.to_string(), USAGE)),
    };
    for text in &args.targets {
        match list(text)? {
            Some(list) => targets::lines(&list).for_each(&mut add),
            None => add(text),
        }
    }
    if args.here {
        if setup.world.is_some() {
            return Err(Usage("--here: a world has no address of this machine; leave out --world".into()).into());
        }
        items.extend(here()?.into_iter().map(Item::Address));
    }
    Ok((items, refused))
}

/// The text of a list: standard input for `-`, a file for `@FILE`, or for a word that is the name of a file and
/// neither address nor block.
pub(crate) fn list(text: &str) -> anyhow::Result<Option<String>> {
    let named = text.strip_prefix('@');
    let mut list = String::new();
    if text == "-" {
        let read = io::stdin().lock().take(targets::MAX_LIST + 1).read_to_string(&mut list);
        read.map_err(|error| Usage(format!("-: {error}")))?;
    } else if named.is_some()
        || (!matches!(targets::parse(text), Ok(Item::Address(_) | Item::Block(_))) && is_list(text))
    {
        let path = named.unwrap_or(text);
        let file = std::fs::File::open(path);
        let read = file.and_then(|file| file.take(targets::MAX_LIST + 1).read_to_string(&mut list));
        read.map_err(|error| Usage(format!("{text}: {error}")))?;
    } else {
        return Ok(None);
    }
    if u64::try_from(list.len()).unwrap_or(u64::MAX) > targets::MAX_LIST {
        return Err(Usage(format!("{text}: the list is longer than {} octets", targets::MAX_LIST)).into());
    }
    Ok(Some(list))
}

/// Whether a word is the name of a file, or of something else there that cannot be read as one.
fn is_list(text: &str) -> bool {
    let path = Path::new(text);
    path.is_file() || (text.contains('/') && path.exists())
}

/// The addresses that this machine would send from. Connecting a UDP socket picks a source and sends nothing.
fn here() -> Result<Vec<IpAddr>, Usage> {
    let source = |there: &&str| {
        let there: SocketAddr = there.parse().ok()?;
        let any: SocketAddr = if there.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" }.parse().ok()?;
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(there).ok()?;
        Some(socket.local_addr().ok()?.ip().to_canonical())
    };
    let found: Vec<IpAddr> = ELSEWHERE.iter().filter_map(source).collect();
    if found.is_empty() {
        return Err(Usage("--here: this machine has no route to a public address; name the address instead".into()));
    }
    Ok(found)
}

/// The addresses of an item with the host name they came from, or why there are none.
type LookedUp = Result<(Option<Name>, Vec<IpAddr>), Refused>;

/// Expands items in their order, host names looked up side by side.
async fn look_up(setup: &Setup, engine: &Engine, items: Vec<Item>) -> Vec<LookedUp> {
    let one = async |item| match item {
        Item::Address(address) => Ok((None, vec![address])),
        Item::Block(block) => Ok((None, targets::addresses(block))),
        Item::Host(name) => match addresses(engine, &name).await {
            Found::Addresses(found) => Ok((Some(name), found)),
            Found::Absent => Err(Refused::new(setup, format!("{name}: it has no address"), USAGE)),
            Found::Unknown(cause) => {
                Err(Refused::new(setup, format!("{name}: its addresses are not known: {cause}"), UNDETERMINED))
            }
        },
    };
    futures_util::stream::iter(items).map(one).buffered(LOOKUPS).collect().await
}
