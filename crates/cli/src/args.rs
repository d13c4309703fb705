//! The command line. Help texts say what a user gets, not how.

use crate::command;
use clap::builder::{FalseyValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};
use ptrust_checks::Severity;
use ptrust_report::Format;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Port of DNS, where none is given.
const DNS_PORT: u16 = 53;

/// Proves, or disproves, the identity of a mail server, and says who must do what about it.
#[derive(Debug, Parser)]
#[command(name = "ptrust", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "\
Exit status: 0 nothing found, 1 findings at --fail-on, 2 usage or configuration, 3 something could not be\n\
determined, 70 a bug. Try it offline: ptrust demo")]
pub(crate) struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub(crate) global: Global,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, ClapArgs)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// How to write what was found
    #[arg(long, global = true, env = "PTRUST_FORMAT", hide_env = true, default_value = "text", value_parser = formats())]
    pub(crate) format: Format,
    /// Exit with 1 for findings of this severity or worse
    #[arg(long, global = true, value_name = "SEVERITY", env = "PTRUST_FAIL_ON", hide_env = true)]
    #[arg(default_value = "error", value_parser = severities())]
    pub(crate) fail_on: Severity,
    /// Ask this resolver besides the walk; repeat for several [default: the system's]
    #[arg(long, global = true, value_name = "ADDR[:PORT]", env = "PTRUST_RESOLVER", hide_env = true)]
    #[arg(value_delimiter = ',', value_parser = resolver)]
    pub(crate) resolver: Vec<SocketAddr>,
    /// Begin walks at the root servers of this file, in the form of IANA's named.root
    #[arg(long, global = true, value_name = "FILE", env = "PTRUST_ROOT_HINTS", hide_env = true)]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) root_hints: Option<PathBuf>,
    /// Trust the DS or DNSKEY records of this file instead of the root's
    #[arg(long, global = true, value_name = "FILE", env = "PTRUST_TRUST_ANCHOR", hide_env = true)]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) trust_anchor: Option<PathBuf>,
    /// Ask resolvers only, and no authoritative servers
    #[arg(long, global = true, visible_alias = "no-trace", env = "PTRUST_NO_WALK", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) no_walk: bool,
    /// Deadline of one target, such as 10s or 500ms [default: 10s]
    #[arg(long, global = true, value_name = "TIME", env = "PTRUST_TIMEOUT", hide_env = true, value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Let slow SMTP and RDAP servers finish within the deadline
    #[arg(long, global = true, env = "PTRUST_WAIT", hide_env = true, value_parser = FalseyValueParser::new())]
    pub(crate) wait: bool,
    /// Run only these checks or families, separated by commas
    #[arg(long, global = true, value_name = "ID", env = "PTRUST_SELECT", hide_env = true, value_delimiter = ',')]
    pub(crate) select: Vec<String>,
    /// Leave out these checks or families, separated by commas
    #[arg(long, global = true, value_name = "ID", env = "PTRUST_IGNORE", hide_env = true, value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,
    /// Judge as if this record were there, such as '203.0.113.25 PTR mail.example.com'; repeat for several
    #[arg(long, global = true, value_name = "OWNER TYPE DATA")]
    pub(crate) assume: Vec<String>,
    /// Judge private addresses as if they were public: internal networks and labs
    #[arg(long, global = true, env = "PTRUST_ALLOW_SPECIAL_USE", hide_env = true)]
    #[arg(value_parser = FalseyValueParser::new())]
    pub(crate) allow_special_use: bool,
    /// Answer from the zone text of this file, or the built-in demo, without any network
    #[arg(long, global = true, value_name = "FILE|demo", env = "PTRUST_WORLD", hide_env = true)]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) world: Option<String>,
    /// When to use color
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: Color,
    /// Read this configuration file [default: ptrust/config.toml in the user's configuration directory]
    #[arg(long, global = true, value_name = "FILE", env = "PTRUST_CONFIG", hide_env = true)]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(crate) config: Option<PathBuf>,
}

/// When to use color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Only at a terminal, and not if NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check the identity of sending addresses: reverse name, way back, greeting, and who must act
    Check(command::check::Args),
    /// Audit a mail domain: SPF, DKIM, DMARC, mail servers, TLS, blocklists and the identity of its sending pool
    Audit(command::audit::Args),
    /// Show the sending addresses of a domain and the identity of each
    Pool(command::audit::Args),
    /// Evaluate the SPF record of a domain, with all that it includes
    Spf(command::spf::Args),
    /// Look at the DKIM keys of a domain: selectors given, and common ones
    Dkim(command::audit::Args),
    /// Find the DMARC policy of a domain
    Dmarc(command::audit::Args),
    /// Look a domain with its mail servers and sending addresses, a host, or single addresses up on blocklists
    Blocklists(command::audit::Args),
    /// Look at the BIMI record of a domain, its logo and certificate
    Bimi(command::audit::Args),
    /// Look at the mail exchangers of a domain
    Mx(command::audit::Args),
    /// Look at the MTA-STS record and policy of a domain
    MtaSts(command::audit::Args),
    /// Look at the TLS-RPT record of a domain
    TlsRpt(command::audit::Args),
    /// Look at the TLSA records of a domain's mail exchangers, and match them against what the servers show
    Dane(command::audit::Args),
    /// Look at the SMTP servers of a host: STARTTLS, certificate, protocol versions
    Smtp(command::audit::Args),
    /// Look at the IMAP servers of a host
    Imap(command::audit::Args),
    /// Take a message apart: the way it came, who sent it, and whether SPF and DKIM speak for its author
    Headers(command::headers::Args),
    /// Explain a refusal: paste the reply of a mail server, or a bounce message
    Bounce(command::bounce::Args),
    /// Sum up DMARC aggregate reports: who sends as the domain, and what passes
    DmarcReport(command::reports::Args),
    /// Sum up TLS reports: which sessions failed, and why
    TlsReport(command::reports::Args),
    /// Walk the delegation from the root to an address or name, and show every server on the way
    #[command(visible_alias = "trace")]
    Walk(command::walk::Args),
    /// Show who holds an address
    Owner(command::owner::Args),
    /// Look a name up at its own servers and at the resolvers
    Lookup(command::lookup::Args),
    /// Try TCP ports: open, refused, silent or out of reach, at each address of each host
    Port(command::port::Args),
    /// Make a record that reads back and passes the checks: SPF, DKIM, DMARC, MTA-STS, TLS-RPT, TLSA or BIMI
    Generate(command::generate::Args),
    /// Explain a check: what it looks at, why it matters, how to fix it
    Explain(command::explain::Args),
    /// List all checks
    Checks,
    /// Print the JSON Schema of reports
    Schema,
    /// Check the built-in company's sending pool, offline
    Demo,
    /// Print completions for a shell
    Completions(command::completions::Args),
    /// Write the manual pages
    #[command(hide = true)]
    Man(command::man::Args),
}

/// Parses the name of a format.
fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::as_str)).try_map(|name| name.parse::<Format>())
}

/// Parses a severity.
fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(["error", "warning", "notice"]).map(|name| match name.as_str() {
        "notice" => Severity::Notice,
        "warning" => Severity::Warning,
        _ => Severity::Error,
    })
}

/// Parses an address with or without a port.
pub(crate) fn resolver(text: &str) -> Result<SocketAddr, String> {
    let address = || text.trim_matches(['[', ']']).parse().map(|address: IpAddr| SocketAddr::new(address, DNS_PORT));
    text.parse().or_else(|_| address()).map_err(|_| "write an address such as 192.0.2.53 or [2001:db8::53]:5353".into())
}

/// Parses a time such as `10s`, `500ms`, `2m`, or plain seconds.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    let unit = text.get(digits.len()..).unwrap_or_default();
    let time = digits.parse::<u64>().ok().and_then(|number| match unit {
        "ms" => Some(Duration::from_millis(number)),
        "" | "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        "h" => number.checked_mul(60 * 60).map(Duration::from_secs),
        _ => None,
    });
    // An hour is longer than any walk, and keeps sums of times far from overflow.
    time.filter(|time| !time.is_zero() && *time <= Duration::from_hours(1))
        .ok_or_else(|| "write a time from 1ms to 1h, such as 10s, 500ms or 2m".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn times_have_units() {
        assert_eq!(duration("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(duration("1h"), Ok(Duration::from_hours(1)));
        assert_eq!(duration("60m"), Ok(Duration::from_hours(1)));
        assert_eq!(duration("7"), Ok(Duration::from_secs(7)));
        for text in ["", "0s", "-1s", "10h", "s", "1.5s", "99999999999999999999s", "2h", "61m", "99999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn resolvers_may_have_ports() {
        assert_eq!(resolver("192.0.2.53"), Ok("192.0.2.53:53".parse().expect("a socket")));
        assert_eq!(resolver("2001:db8::53"), Ok("[2001:db8::53]:53".parse().expect("a socket")));
        assert_eq!(resolver("[2001:db8::53]"), Ok("[2001:db8::53]:53".parse().expect("a socket")));
        assert_eq!(resolver("[2001:db8::53]:5353"), Ok("[2001:db8::53]:5353".parse().expect("a socket")));
        assert!(resolver("dns.example.com").is_err());
    }
}
