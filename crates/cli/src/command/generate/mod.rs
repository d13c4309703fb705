//! `ptrust generate`: records that read back and pass our own checks, with the keys and files that belong to them.

mod dkim;
mod dmarc;
mod mta_sts;
mod spf;
mod tlsa;

use crate::setup::Setup;
use crate::targets::{self, Item};
use crate::usage::Usage;
use clap::ValueHint;
use jiff::Timestamp;
use ptrust_configure::generate::{self, Bimi, GenerateError, Generated, TlsRpt};
use ptrust_mail::bimi::svg::MAX_SIZE;
use ptrust_mail::dmarc::ReportUri;
use ptrust_names::{Name, escape};
use ptrust_observe::net::SystemClock;
use ptrust_observe::ports::Clock as _;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

/// Columns that notes are indented by, and what is to be copied within them.
const INDENTS: (&str, &str) = ("  ", "    ");

/// Options of `generate`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Nothing is published. Each record is read back and judged by the checks of its family first.")]
pub(crate) struct Args {
    /// What to make.
    #[command(subcommand)]
    what: What,
}

/// What can be made.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// An SPF record from addresses, hosts and services
    Spf(spf::Args),
    /// A DKIM key pair and its record, or the record of a key that is there
    Dkim(dkim::Args),
    /// A DMARC record, and the next step towards reject
    Dmarc(dmarc::Args),
    /// An MTA-STS record and its policy file
    MtaSts(mta_sts::Args),
    /// A TLS-RPT record
    TlsRpt(TlsRptArgs),
    /// A TLSA record (DANE) of a mail server
    Tlsa(tlsa::Args),
    /// A BIMI record
    Bimi(BimiArgs),
}

/// Options of `generate tls-rpt`.
#[derive(Debug, clap::Args)]
struct TlsRptArgs {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    domain: String,
    /// Where reports go: a mail address, or a mailto: or https: URI; repeat for several
    #[arg(long, value_name = "URI", required = true)]
    rua: Vec<String>,
}

/// Options of `generate bimi`.
#[derive(Debug, clap::Args)]
struct BimiArgs {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    domain: String,
    /// Where the logo is: an https address that ends in .svg or .svgz
    #[arg(long, value_name = "URL")]
    logo: String,
    /// The logo itself: judge this file as if it were there
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    svg: Option<PathBuf>,
    /// Where the certificate of the mark (VMC or CMC) is: an https address
    #[arg(long, value_name = "URL")]
    certificate: Option<String>,
    /// The selector that messages name [default: default]
    #[arg(long, value_name = "SELECTOR")]
    selector: Option<String>,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    // Before keys are written that nothing would be said about.
    setup.shows("generate")?;
    let made = match &args.what {
        What::Spf(args) => spf::make(setup, args)?,
        What::Dkim(args) => dkim::make(args)?,
        What::Dmarc(args) => dmarc::make(args)?,
        What::MtaSts(args) => match mta_sts::make(setup, args)? {
            Ok(made) => made,
            Err(code) => return Ok(code),
        },
        What::TlsRpt(args) => {
            let command = "generate tls-rpt";
            let tls_rpt = TlsRpt { domain: domain(command, &args.domain)?, rua: uris(command, "--rua", &args.rua)? };
            tls_rpt.make(now()).map_err(|error| usage(command, &error))?
        }
        What::Tlsa(args) => tlsa::make(args)?,
        What::Bimi(args) => {
            let command = "generate bimi";
            let bimi = Bimi {
                domain: domain(command, &args.domain)?,
                selector: args.selector.clone(),
                logo: args.logo.clone(),
                file: args.svg.as_deref().map(|file| logo(command, file)).transpose()?,
                certificate: args.certificate.clone(),
            };
            bimi.make(now()).map_err(|error| usage(command, &error))?
        }
    };
    setup.show("generate", &made, |out, options| text(&made, out, options.width))?;
    Ok(0)
}

/// Now. What is made is for the real world, whatever world answers questions.
fn now() -> Timestamp {
    SystemClock.now()
}

/// An error of making as one of usage.
fn usage(command: &str, error: &GenerateError) -> Usage {
    Usage(format!("{command}: {error}"))
}

/// Reads the domain.
fn domain(command: &str, word: &str) -> Result<Name, Usage> {
    match targets::parse(word) {
        Ok(Item::Host(name)) => Ok(name),
        Ok(Item::Address(_) | Item::Block(_)) => {
            Err(Usage(format!("{command} {}: an address, not a domain", escape(word))))
        }
        Err(error) => Err(Usage(format!("{command} {error}"))),
    }
}

/// Reads a name that an option gives.
fn name(command: &str, option: &str, word: &str) -> Result<Name, Usage> {
    let wrong = |why: &dyn std::fmt::Display| Usage(format!("{command} {option} {}: {why}", escape(word)));
    let name: Name = word.parse().map_err(|error| wrong(&error))?;
    if name.label_count() > 1 { Ok(name) } else { Err(wrong(&"write a name such as mail.example.com")) }
}

/// Reads a logo. One octet more than may be looked at tells that it is too long.
fn logo(command: &str, file: &Path) -> Result<Vec<u8>, Usage> {
    let mut octets = Vec::new();
    let opened = std::fs::File::open(file);
    let read = opened.and_then(|opened| opened.take(MAX_SIZE as u64 + 1).read_to_end(&mut octets));
    read.map_err(|error| Usage(format!("{command} --svg {}: {error}", file.display())))?;
    Ok(octets)
}

/// Reads where reports go.
fn uris(command: &str, option: &str, words: &[String]) -> Result<Vec<ReportUri>, Usage> {
    let read = |word: &String| generate::report_uri(word).map_err(|error| Usage(format!("{command} {option} {error}")));
    words.iter().map(read).collect()
}

/// Writes what was made: the line to paste, the files, and what to do next.
fn text(made: &Generated, out: &mut dyn Write, width: usize) -> io::Result<()> {
    writeln!(out, "{}", made.zone_line)?;
    for file in &made.documents {
        writeln!(out, "\n{}, {}:\n", file.url, file.content_type)?;
        write!(out, "{}", file.text.replace("\r\n", "\n"))?;
    }
    if !made.notes.is_empty() {
        writeln!(out)?;
    }
    let (indent, deep) = INDENTS;
    for note in &made.notes {
        let (sentence, copied) = note.split_once('\n').map_or((note.as_str(), None), |(head, tail)| (head, Some(tail)));
        for line in wrapped(sentence, width.saturating_sub(indent.len())) {
            writeln!(out, "{indent}{line}")?;
        }
        for line in copied.into_iter().flat_map(str::lines) {
            writeln!(out, "{deep}{line}")?;
        }
    }
    Ok(())
}

/// The lines of a sentence, broken at spaces. A word longer than a line has one to itself.
fn wrapped(sentence: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::wrapped;

    #[test]
    fn sentences_are_broken_at_spaces() {
        assert_eq!(wrapped("a bb ccc dddddddd e", 6), ["a bb", "ccc", "dddddddd", "e"]);
        assert_eq!(wrapped("", 6), [""]);
    }
}
