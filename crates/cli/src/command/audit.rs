//! `ptrust audit` and its parts: everything, or one family, of a mail domain or of a host's mail servers.

use super::check::write_all;
use crate::setup::Setup;
use crate::targets::{self, Item};
use crate::usage::Usage;
use ptrust_facts::DomainTarget;
use ptrust_facts::domain::{RANGE_LIMIT, Role};
use ptrust_mail::dkim::key_question;
use ptrust_names::{HostFault, Name, host_fault, is_public_suffix};
use std::path::PathBuf;

/// Domains of one run at most; more are for a scan.
const MAX_DOMAINS: usize = 1_024;

/// What stands between a selector and its domain (RFC 6376 3.6.2.1).
const MARKER: &str = "._domainkey";

/// Which part of the mail of a domain is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The command.
    pub(crate) command: &'static str,
    /// Families of checks; none for all.
    pub(crate) families: &'static [&'static str],
    /// What the argument names.
    pub(crate) role: Role,
}

impl Part {
    /// Everything.
    pub(crate) const AUDIT: Self = Self::of("audit", &[]);
    /// Blocklists.
    pub(crate) const BLOCKLISTS: Self = Self::of("blocklists", &["dnsbl"]);
    /// BIMI.
    pub(crate) const BIMI: Self = Self::of("bimi", &["bimi"]);
    /// DANE.
    pub(crate) const DANE: Self = Self::of("dane", &["dane"]);
    /// DKIM.
    pub(crate) const DKIM: Self = Self::of("dkim", &["dkim"]);
    /// DMARC.
    pub(crate) const DMARC: Self = Self::of("dmarc", &["dmarc"]);
    /// IMAP servers of a host.
    pub(crate) const IMAP: Self = Self { role: Role::Host, ..Self::of("imap", &["imap", "tls"]) };
    /// MTA-STS.
    pub(crate) const MTA_STS: Self = Self::of("mta-sts", &["mta-sts"]);
    /// Mail exchangers.
    pub(crate) const MX: Self = Self::of("mx", &["mx"]);
    /// The sending pool.
    pub(crate) const POOL: Self = Self::of("pool", &["pool"]);
    /// SMTP servers of a host.
    pub(crate) const SMTP: Self = Self { role: Role::Host, ..Self::of("smtp", &["smtp", "tls", "dane"]) };
    /// SPF.
    pub(crate) const SPF: Self = Self::of("spf", &["spf"]);
    /// TLS-RPT.
    pub(crate) const TLS_RPT: Self = Self::of("tls-rpt", &["tls-rpt"]);

    /// A part that is about domains.
    const fn of(command: &'static str, families: &'static [&'static str]) -> Self {
        Self { command, families, role: Role::Domain }
    }
}

/// Options of all parts.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Domains; for smtp and imap hosts, for blocklists addresses and hosts too; files of them (FILE or @FILE), or - for standard input
    #[arg(value_name = "DOMAIN")]
    pub(crate) domains: Vec<String>,
    /// A DKIM selector that the domain uses; repeat for several
    #[arg(long = "selector", value_name = "SELECTOR", value_delimiter = ',')]
    pub(crate) selectors: Vec<String>,
    /// The BIMI selector [default: default]
    #[arg(long, value_name = "SELECTOR")]
    pub(crate) bimi_selector: Option<String>,
    /// Sending addresses from lists, mail logs, messages or DMARC aggregate reports; repeat for several
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Vec<PathBuf>,
    /// Do not connect to mail servers
    #[arg(long)]
    pub(crate) no_smtp: bool,
}

/// Runs the command for one part.
pub(crate) fn run(setup: &Setup, part: Part, args: &Args) -> anyhow::Result<u8> {
    let selectors = selectors(part, args)?;
    let mut targets = Vec::new();
    for word in words(args)? {
        targets.push(target(setup, part, args, &word)?);
    }
    if targets.is_empty() {
        targets = setup.suggested_audits();
    }
    if targets.is_empty() {
        let what = match part {
            Part::BLOCKLISTS => "a domain, a host or an address",
            _ if part.role == Role::Host => "a host",
            _ => "a domain",
        };
        return Err(Usage(format!("{}: nothing to look at; name {what}", part.command)).into());
    }
    if targets.len() > MAX_DOMAINS {
        return Err(Usage(format!("{}: more than {MAX_DOMAINS} names; name fewer at once", part.command)).into());
    }
    let files = super::from::read(&args.from)?;
    for target in &mut targets {
        adjust(target, part, args);
        for selector in &selectors {
            if key_question(selector, &target.domain).is_err() {
                let line = format!("{} --selector {selector}: too long below {}", part.command, target.domain);
                return Err(Usage(line).into());
            }
        }
        target.selectors.extend(selectors.iter().cloned());
        // Of an address nothing else is looked at.
        if target.role != Role::Address {
            target.seen.extend(super::from::sightings(&files, target)?);
        }
    }
    setup.block_on(async {
        let engine = setup.engine_for(part.families)?;
        let total = targets.len();
        write_all(setup, total, engine.audit_all(targets), &[]).await
    })?
}

/// The words of the command line, lists read.
fn words(args: &Args) -> anyhow::Result<Vec<String>> {
    let mut words = Vec::new();
    for word in &args.domains {
        match super::check::list(word)? {
            Some(text) => words.extend(targets::lines(&text).map(str::to_owned)),
            None => words.push(word.clone()),
        }
    }
    Ok(words)
}

/// One target.
fn target(setup: &Setup, part: Part, args: &Args, word: &str) -> Result<DomainTarget, Usage> {
    let shown = ptrust_names::escape(word);
    // What is in front of an @ is a mailbox of the domain.
    let bare = word.rsplit_once('@').map_or(word, |(_, domain)| domain);
    let name: Name = match targets::parse(bare) {
        Ok(Item::Host(name)) => name,
        Ok(Item::Address(address)) if part == Part::BLOCKLISTS => {
            let target = setup.listed_target(address);
            if !target.scope.holds(address) {
                let line = format!("{} {shown}: not a public address, which no list is about", part.command);
                return Err(Usage(line));
            }
            return Ok(target);
        }
        Ok(Item::Block(_)) if part == Part::BLOCKLISTS => {
            return Err(Usage(format!("{} {shown}: a block; name the addresses one by one", part.command)));
        }
        Ok(Item::Address(_) | Item::Block(_)) => {
            let line = format!("{} {shown}: an address, not a domain; ptrust check looks at addresses", part.command);
            return Err(Usage(line));
        }
        Err(error) => return Err(Usage(format!("{} {error}", part.command))),
    };
    if is_public_suffix(&name) && part.role == Role::Domain && !args.domains.is_empty() && name.label_count() == 1 {
        return Err(Usage(format!("{} {shown}: a top-level domain; name a domain below it", part.command)));
    }
    Ok(setup.domain_target(name))
}

/// The selectors given, each once.
fn selectors(part: Part, args: &Args) -> Result<Vec<String>, Usage> {
    let mut selectors: Vec<String> = Vec::new();
    for text in &args.selectors {
        let text = text.trim();
        let name = selector(text).map_err(|why| Usage(format!("{} --selector {text}: {why}", part.command)))?;
        if !selectors.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            selectors.push(name);
        }
    }
    Ok(selectors)
}

/// Reads a selector: labels of letters, digits and hyphens (RFC 6376 3.1), with underscores as some services use them.
/// What is wrong with it otherwise.
fn selector(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("no selector; it is the s= of a signature, such as s1".to_owned());
    }
    let sound = |text: &str| {
        let name: Option<Name> = text.parse().ok();
        name.is_some_and(|name| matches!(host_fault(&name), None | Some(HostFault::Underscore))) && !text.ends_with('.')
    };
    let lower = text.to_ascii_lowercase();
    if let Some((short, _)) = lower.find(MARKER).and_then(|at| text.split_at_checked(at)) {
        let hint = if sound(short) { format!("; write --selector {short}") } else { String::new() };
        return Err(format!("a selector is only what stands in front of {MARKER}{hint}"));
    }
    if sound(text) {
        return Ok(text.to_owned());
    }
    Err("no selector; it is the s= of a signature: letters, digits, hyphens and dots, such as s1 or mail.2026"
        .to_owned())
}

/// Puts the options into a target.
fn adjust(target: &mut DomainTarget, part: Part, args: &Args) {
    if part.role == Role::Host {
        target.role = Role::Host;
    }
    if args.bimi_selector.is_some() {
        target.bimi_selector.clone_from(&args.bimi_selector);
    }
    target.probe &= !args.no_smtp;
    if part == Part::POOL {
        target.range_limit = RANGE_LIMIT;
    }
}
