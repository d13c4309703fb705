//! `ptrust generate dmarc`.

use super::{domain, now, uris, usage};
use crate::usage::Usage;
use clap::ValueEnum;
use ptrust_configure::generate::{Dmarc, Generated};
use ptrust_mail::dmarc;

/// The command in messages.
const COMMAND: &str = "generate dmarc";

/// Options of `generate dmarc`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    domain: String,
    /// What receivers are to do with mail that fails
    #[arg(long, value_name = "POLICY")]
    policy: Policy,
    /// Where aggregate reports go: a mail address, or a URI; repeat for several
    #[arg(long, value_name = "URI")]
    rua: Vec<String>,
    /// Where failure reports go: a mail address, or a URI; repeat for several
    #[arg(long, value_name = "URI")]
    ruf: Vec<String>,
    /// Another policy for subdomains
    #[arg(long, value_name = "POLICY")]
    sp: Option<Policy>,
    /// Another policy for subdomains that do not exist
    #[arg(long, value_name = "POLICY")]
    np: Option<Policy>,
    /// How close the domain of a DKIM signature must be
    #[arg(long, value_name = "MODE", default_value = "relaxed")]
    adkim: Mode,
    /// How close the domain of the return path must be
    #[arg(long, value_name = "MODE", default_value = "relaxed")]
    aspf: Mode,
    /// Only try the policy: receivers apply the next weaker one (t=y)
    #[arg(long)]
    testing: bool,
}

/// The policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Policy {
    /// Nothing
    None,
    /// Treat it as suspicious
    Quarantine,
    /// Refuse it
    Reject,
}

/// How close a domain must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// The same organizational domain
    Relaxed,
    /// The same domain
    Strict,
}

impl From<Policy> for dmarc::Policy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::None => Self::None,
            Policy::Quarantine => Self::Quarantine,
            Policy::Reject => Self::Reject,
        }
    }
}

impl From<Mode> for dmarc::AlignmentMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Relaxed => Self::Relaxed,
            Mode::Strict => Self::Strict,
        }
    }
}

/// Makes the record.
pub(super) fn make(args: &Args) -> Result<Generated, Usage> {
    let dmarc = Dmarc {
        domain: domain(COMMAND, &args.domain)?,
        policy: args.policy.into(),
        subdomains: args.sp.map(Into::into),
        nonexistent: args.np.map(Into::into),
        adkim: args.adkim.into(),
        aspf: args.aspf.into(),
        rua: uris(COMMAND, "--rua", &args.rua)?,
        ruf: uris(COMMAND, "--ruf", &args.ruf)?,
        testing: args.testing,
    };
    dmarc.make(now()).map_err(|error| usage(COMMAND, &error))
}
