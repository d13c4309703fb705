//! The mail of a domain, a line a family.

use super::page::{Page, Span, pad};
use super::style::Style;
use super::{INDENT, LABEL, indent, words};
use crate::DomainBody;
use crate::mail::{Mx, MxState, Spf, SpfState};

/// Names in one line.
const FEW: usize = 3;

/// One line: what is there, how that looks, and what there is to say.
struct Line {
    word: String,
    style: Style,
    detail: String,
}

impl Line {
    /// A line in a style.
    fn new(word: impl Into<String>, style: Style, detail: impl Into<String>) -> Self {
        Self { word: word.into(), style, detail: detail.into() }
    }

    /// Something that nobody could say.
    fn unknown(cause: ptrust_names::Cause) -> Self {
        Self::new("not known", Style::Warning, cause.to_string())
    }
}

/// Writes the lines of the families that were looked at.
pub(super) fn lines(page: &mut Page, body: &DomainBody) {
    let mail = &body.mail;
    let all = [("Mail goes to", mail.mx.as_ref().map(mx)), ("SPF", mail.spf.as_ref().map(spf))];
    for (label, line) in all {
        let Some(line) = line else { continue };
        let first = vec![indent(INDENT), Span::dim(pad(label, LABEL)), Span::new(line.word, line.style)];
        page.hang(first, INDENT + LABEL, &[Span::plain(format!("   {}", line.detail))]);
    }
}

/// Where mail goes.
fn mx(mx: &Mx) -> Line {
    let hosts: Vec<String> = mx.hosts.iter().map(|host| host.host.to_string()).collect();
    let addresses: usize = mx.hosts.iter().map(|host| host.addresses.len()).sum();
    let addresses = words::count(addresses, "address");
    match mx.state {
        MxState::Listed => Line::new(words::list(&hosts, FEW), Style::Plain, addresses),
        MxState::Host => Line::new(words::list(&hosts, FEW), Style::Plain, addresses),
        MxState::Implicit => Line::new("the domain itself", Style::Plain, format!("{addresses}, no MX record")),
        MxState::Null => Line::new("nobody", Style::Good, "a null MX says that the domain takes no mail"),
        MxState::Missing => Line::new("nobody", Style::Error, "no MX record and no address"),
        MxState::Unknown(cause) => Line::unknown(cause),
    }
}

/// Who may send.
fn spf(spf: &Spf) -> Line {
    match spf.state {
        SpfState::Present => {
            let counts = format!(
                "{} of 10 lookups, {} of 2 voids, {}",
                spf.lookups,
                spf.voids,
                match spf.ipv4_addresses {
                    1 => "1 IPv4 address".to_owned(),
                    many => format!("{many} IPv4 addresses"),
                }
            );
            let style = if spf.lookups > 10 || spf.voids > 2 { Style::Error } else { Style::Good };
            Line::new("published", style, counts)
        }
        SpfState::Missing => Line::new("missing", Style::Warning, "no TXT record that begins with v=spf1"),
        SpfState::Broken => Line::new("unusable", Style::Error, "receivers treat it as an error"),
        SpfState::Unknown(cause) => Line::unknown(cause),
    }
}
