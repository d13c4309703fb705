//! `ptrust bounce`: what a refusal means, and the address in it checked.

use crate::files;
use crate::setup::Setup;
use crate::usage::{UNDETERMINED, Usage};
use ptrust_facts::Target;
use ptrust_mail::message::{self, DeliveryStatus};
use ptrust_report::{Bounce, Refusal, text};
use std::net::IpAddr;
use std::path::Path;

/// Refusals that are explained: a list's bounce names hundreds, which say the same.
const MAX_REFUSALS: usize = 8;
/// Addresses that are checked: a reply quotes one.
const MAX_ADDRESSES: usize = 4;

/// Options of `bounce`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 the cause is known; 3 it is not.")]
pub(crate) struct Args {
    /// A reply as text, a file with one or with a bounce message, or - for standard input
    #[arg(value_name = "FILE|TEXT", required = true)]
    words: Vec<String>,
    /// Explain only: do not check the address in the reply
    #[arg(long)]
    no_check: bool,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let content = content(&args.words)?;
    let scope = setup.target(IpAddr::from([0, 0, 0, 0]), None).scope;
    let status = message::parse(&content, &|address| scope.holds(address)).ok().and_then(|read| read.delivery_status);
    let (mut bounce, addresses) = match status {
        Some(status) => of_status(status),
        None => of_text(&String::from_utf8_lossy(&content)),
    };
    let mut sent: Vec<IpAddr> = Vec::new();
    for address in addresses {
        if scope.holds(address) && !sent.contains(&address) && sent.len() < MAX_ADDRESSES {
            sent.push(address);
        }
    }
    if !args.no_check && !sent.is_empty() {
        bounce.addresses = setup.block_on(async {
            let engine = setup.engine()?;
            let mut reports = Vec::new();
            for address in sent {
                // Whom a receiver refuses may well not listen itself.
                reports.push(engine.check(Target { smtp_port: None, ..setup.target(address, None) }).await);
            }
            anyhow::Ok(reports)
        })??;
    }
    setup.show("bounce", &bounce, |out, options| text::bounce(&bounce, out, options))?;
    let known = bounce.refusals.iter().all(|refusal| refusal.meaning.is_some());
    Ok(if known && !bounce.refusals.is_empty() { 0 } else { UNDETERMINED })
}

/// What the words name: standard input, a file, or the text itself.
fn content(words: &[String]) -> Result<Vec<u8>, Usage> {
    if let [word] = words {
        let path = Path::new(word);
        if word == "-" || path.is_file() {
            return files::read("bounce", path);
        }
    }
    let text = words.join(" ");
    if text.trim().is_empty() {
        return Err(Usage("bounce: the text is empty; paste the reply of the mail server".into()));
    }
    Ok(text.into_bytes())
}

/// The refusal in a text, and the addresses in it. Of a line of a log the first address is often the receiver's: it
/// stands behind its name.
fn of_text(text: &str) -> (Bounce, Vec<IpAddr>) {
    let refusal = Refusal::of_text(text);
    let addresses = &refusal.reply.addresses;
    let receiver = addresses.first().filter(|first| is_receiver(&refusal.reply.text, **first)).copied();
    let sent = addresses.iter().copied().filter(|address| Some(*address) != receiver).collect();
    (Bounce { reporting_host: None, refusals: vec![refusal], addresses: Vec::new(), left_out: 0 }, sent)
}

/// Whether a text names an address as that of the host that answered, as Postfix and Exim do:
/// `host mx.example.net[198.51.100.1] said:`, `relay=mx.example.net[198.51.100.1]:25`, `H=mx.example.net [198.51.100.1]`.
fn is_receiver(text: &str, address: IpAddr) -> bool {
    let Some((before, after)) = text.split_once(&format!("[{address}]")) else { return false };
    let said = after.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()).trim_start();
    let host = before.rsplit(' ').find(|word| !word.is_empty()).unwrap_or_default();
    said.starts_with("said:") || host.starts_with("relay=") || host.starts_with("H=")
}

/// The refusals of a delivery status, and the addresses in them that are not those of the hosts that refused.
fn of_status(status: DeliveryStatus) -> (Bounce, Vec<IpAddr>) {
    let mut bounce =
        Bounce { reporting_host: status.reporting_mta, refusals: Vec::new(), addresses: Vec::new(), left_out: 0 };
    let mut sent = Vec::new();
    for recipient in status.recipients {
        let Some(reply) = recipient.reply else { continue };
        if bounce.refusals.len() == MAX_REFUSALS {
            bounce.left_out += 1;
            continue;
        }
        sent.extend(reply.addresses.iter().copied().filter(|address| Some(*address) != recipient.remote_address));
        let refusal = Refusal::of_reply(reply);
        bounce.refusals.push(Refusal { recipient: recipient.recipient, host: recipient.remote_mta, ..refusal });
    }
    (bounce, sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_receivers_address_is_not_the_senders() {
        let sent = |text: &str| of_text(text).1.iter().map(ToString::to_string).collect::<Vec<_>>();
        let said =
            "host mx.example.net[198.51.100.1] said: 550-5.7.25 [203.0.113.25] The IP address sending this message";
        assert_eq!(sent(said), ["203.0.113.25"]);
        assert_eq!(sent("relay=mx.example.net[198.51.100.1]:25, dsn=5.7.1, status=bounced (550 5.7.1 no)"), [""; 0]);
        assert_eq!(sent("550-5.7.25 [203.0.113.25] The IP address sending this message"), ["203.0.113.25"]);
    }
}
