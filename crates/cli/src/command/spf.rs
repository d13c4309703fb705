//! `ptrust spf`: the SPF record of a domain, for everybody or for one sender.

use super::audit::{self, Part};
use crate::setup::Setup;
use crate::usage::{UNDETERMINED, Usage};
use ptrust_mail::spf::{CheckHost, SpfResult};
use ptrust_names::escape;
use ptrust_report::text;
use std::net::IpAddr;

/// Exit code of a sender that does not pass.
const NO_PASS: u8 = 1;

/// Options of `spf`.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(id = "spf")]
#[command(after_help = "Exit codes with --ip: 0 pass; 1 none, neutral, softfail, fail or permerror; 3 temperror.")]
pub(crate) struct Args {
    #[command(flatten)]
    common: audit::Args,
    /// Evaluate the record for a sender with this address, and show what came of every term
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    /// The sender's mailbox in MAIL FROM; empty for bounces [default: postmaster at the domain]
    #[arg(long, value_name = "MAILBOX", requires = "ip")]
    sender: Option<String>,
    /// The name that the sender gives in HELO or EHLO [default: the domain]
    #[arg(long, value_name = "NAME", requires = "ip")]
    helo: Option<String>,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    match args.ip {
        Some(ip) => evaluate(setup, &check(args, ip)?),
        None => audit::run(setup, Part::SPF, &args.common),
    }
}

/// Evaluates the record for one sender.
fn evaluate(setup: &Setup, check: &CheckHost) -> anyhow::Result<u8> {
    let sender = setup.block_on(async { anyhow::Ok(setup.engine()?.spf(check.clone()).await) })??;
    let trace = sender.trace();
    let time = |question: &_| sender.time(question);
    setup.show("spf --ip", &trace, |out, options| text::spf(check, &trace, &time, out, options))?;
    Ok(match trace.result {
        SpfResult::Pass => 0,
        SpfResult::TempError => UNDETERMINED,
        SpfResult::None | SpfResult::Neutral | SpfResult::Fail | SpfResult::SoftFail | SpfResult::PermError => NO_PASS,
    })
}

/// The question that the options ask.
fn check(args: &Args, ip: IpAddr) -> Result<CheckHost, Usage> {
    let [word] = args.common.domains.as_slice() else {
        return Err(Usage("spf --ip: name one domain".into()));
    };
    let (mailbox, domain) = word.rsplit_once('@').map_or((None, word.as_str()), |(_, domain)| (Some(word), domain));
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    if !domain.is_ascii() {
        let line = format!("spf {}: not ASCII; write the name as xn-- labels", escape(word));
        return Err(Usage(line));
    }
    let helo = args.helo.as_deref().unwrap_or(domain);
    let sender = match args.sender.as_ref().or(mailbox) {
        // A bounce: receivers look at the HELO name, which is then what the domain stands for.
        Some(sender) if sender.is_empty() => return Ok(CheckHost::helo(ip.to_canonical(), domain)),
        Some(sender) if !sender.contains('@') => format!("{sender}@{domain}"),
        Some(sender) => sender.clone(),
        None => format!("postmaster@{domain}"),
    };
    let own = sender.rsplit_once('@').is_some_and(|(_, of)| of.eq_ignore_ascii_case(domain));
    if !own {
        let line = format!("--sender {}: receivers look up the sender's own domain; name that one", escape(&sender));
        return Err(Usage(line));
    }
    Ok(CheckHost::mail_from(ip.to_canonical(), &sender, helo))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(domain: &str, sender: Option<&str>) -> Result<(String, String), Usage> {
        let common = audit::Args { domains: vec![domain.into()], ..audit::Args::default() };
        let args = Args { common, sender: sender.map(Into::into), ..Args::default() };
        let check = check(&args, IpAddr::from([192, 0, 2, 1]))?;
        Ok((check.local_part, check.domain))
    }

    #[test]
    fn the_sender_is_one_of_the_domain() {
        let pair = |local: &str| Ok((local.to_owned(), "example.com".to_owned()));
        assert_eq!(asked("example.com", None), pair("postmaster"));
        assert_eq!(asked("example.com.", None), pair("postmaster"));
        assert_eq!(asked("a.b@example.com", None), pair("a.b"));
        assert_eq!(asked("example.com", Some("x")), pair("x"));
        assert_eq!(asked("example.com", Some("x@EXAMPLE.com")).map(|(local, _)| local), Ok("x".into()));
        assert_eq!(asked("example.com", Some("")), pair("postmaster"));
        assert!(asked("example.com", Some("x@example.org")).is_err());
    }
}
