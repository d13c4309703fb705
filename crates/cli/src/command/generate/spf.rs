//! `ptrust generate spf`.

use super::{domain, name, now, usage};
use crate::setup::Setup;
use crate::usage::Usage;
use clap::ValueEnum;
use ipnet::IpNet;
use ptrust_configure::generate::{Generated, Spf};
use ptrust_facts::Scope;
use ptrust_mail::spf::Qualifier;
use ptrust_names::{Name, escape};
use std::net::IpAddr;

/// The command in messages.
const COMMAND: &str = "generate spf";
/// What stands for the domain itself where a name is left out.
const ITSELF: &str = "@";

/// Options of `generate spf`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    domain: String,
    /// An address or block that sends; repeat for several
    #[arg(long, value_name = "ADDRESS|BLOCK", value_delimiter = ',')]
    ip: Vec<String>,
    /// The addresses of the domain itself send, or with --a=HOST those of a host
    #[arg(long, value_name = "HOST", num_args = 0..=1, require_equals = true, default_missing_value = ITSELF)]
    a: Vec<String>,
    /// The mail exchangers of the domain itself send, or with --mx=DOMAIN those of another
    #[arg(long, value_name = "DOMAIN", num_args = 0..=1, require_equals = true, default_missing_value = ITSELF)]
    mx: Vec<String>,
    /// Whoever may send for this domain may send, as mail services tell their customers; repeat for several
    #[arg(long, value_name = "DOMAIN", value_delimiter = ',')]
    include: Vec<String>,
    /// This mail service sends, such as 'Google Workspace'; repeat for several
    #[arg(long, value_name = "NAME")]
    esp: Vec<String>,
    /// What holds for everybody else [default: softfail]
    #[arg(long, value_name = "RESULT")]
    all: Option<All>,
}

/// What holds for everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum All {
    /// Their mail is forged: receivers may refuse it
    Fail,
    /// Their mail is suspicious
    Softfail,
    /// Nothing is said about them
    Neutral,
}

/// Makes the record.
pub(super) fn make(setup: &Setup, args: &Args) -> Result<Generated, Usage> {
    let spf = Spf {
        ranges: args.ip.iter().map(|word| range(word)).collect::<Result<_, _>>()?,
        a: args.a.iter().map(|word| host("--a", word)).collect::<Result<_, _>>()?,
        mx: args.mx.iter().map(|word| host("--mx", word)).collect::<Result<_, _>>()?,
        includes: args.include.iter().map(|word| name(COMMAND, "--include", word)).collect::<Result<_, _>>()?,
        services: args.esp.clone(),
        all: args.all.map(|all| match all {
            All::Fail => Qualifier::Fail,
            All::Softfail => Qualifier::SoftFail,
            All::Neutral => Qualifier::Neutral,
        }),
        scope: if setup.global.allow_special_use { Scope::All } else { Scope::World },
        ..Spf::new(domain(COMMAND, &args.domain)?)
    };
    spf.make(now()).map_err(|error| usage(COMMAND, &error))
}

/// Reads an address or block.
fn range(word: &str) -> Result<IpNet, Usage> {
    let address = word.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    address
        .or_else(|_| word.parse())
        .map_err(|_| Usage(format!("{COMMAND} --ip {}: neither an address nor a block", escape(word))))
}

/// Reads a host; none for the domain itself.
fn host(option: &str, word: &str) -> Result<Option<Name>, Usage> {
    if word == ITSELF { Ok(None) } else { name(COMMAND, option, word).map(Some) }
}
