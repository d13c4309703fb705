//! The mail of a domain, a line a family.

use super::page::{Page, Span, pad};
use super::style::Style;
use super::{INDENT, LABEL, indent, words};
use crate::DomainBody;
use crate::mail::{Bimi, Dkim, Dmarc, Lists, Mail, MailServer, MarkEvidence, Mx, MxState, Spf, SpfState};
use ptrust_facts::session::CertificateTrust;
use std::collections::BTreeSet;

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
    // Most domains have no BIMI: in the report of everything that is not worth a line.
    let bimi = mail.bimi.as_ref().filter(|bimi| mail.mx.is_none() || bimi.state != "missing").map(bimi);
    let all = [
        ("Mail goes to", mail.mx.as_ref().map(mx)),
        ("SPF", mail.spf.as_ref().map(spf)),
        ("DKIM", mail.dkim.as_ref().map(dkim)),
        ("DMARC", mail.dmarc.as_ref().map(dmarc)),
        ("TLS", mail.servers.as_ref().and_then(|servers| tls(servers))),
        ("Policies", policies(mail)),
        ("BIMI", bimi),
        ("Blocklists", mail.lists.as_ref().map(lists)),
    ];
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
        MxState::Listed | MxState::Host => Line::new(words::list(&hosts, FEW), Style::Plain, addresses),
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

/// The keys that were found.
fn dkim(dkim: &Dkim) -> Line {
    let usable: Vec<String> = dkim
        .keys
        .iter()
        .filter(|key| key.state == "usable")
        .map(|key| format!("{} {}", key.selector, key.key.as_deref().unwrap_or_default()))
        .collect();
    let broken = dkim.keys.iter().filter(|key| matches!(key.state, "broken" | "several" | "missing" | "revoked"));
    let broken: Vec<String> = broken.map(|key| format!("{} {}", key.selector, key.state)).collect();
    let all: Vec<String> = usable.iter().chain(&broken).cloned().collect();
    let style = if broken.is_empty() { Style::Good } else { Style::Warning };
    let found = |word: String, style| {
        let more = wildcard(dkim).map(|text| format!("; {text}")).unwrap_or_default();
        Line::new(word, style, format!("{}{more}", words::list(&all, FEW)))
    };
    match usable.len() {
        0 if !broken.is_empty() => found("unusable".into(), Style::Error),
        0 if dkim.wildcard == Some("revoked") => Line::new(
            "revoked",
            Style::Plain,
            "a wildcard at *._domainkey revokes every selector without a key of its own",
        ),
        0 if dkim.wildcard.is_some_and(|state| state != "unknown") => Line::new(
            "wildcard",
            Style::Warning,
            format!("{}, so guesses prove nothing; --selector names one", wildcard(dkim).unwrap_or_default()),
        ),
        0 if dkim.none => Line::new("none", Style::Warning, "the domain has no selector at all"),
        0 => Line::new(
            "not found",
            Style::Plain,
            format!("by {} guesses, which proves nothing; --selector names one", dkim.guessed),
        ),
        count => found(words::count(count, "key"), style),
    }
}

/// What there is to say of a wildcard beside keys.
fn wildcard(dkim: &Dkim) -> Option<String> {
    match dkim.wildcard? {
        "revoked" => Some("a wildcard at *._domainkey revokes all others".into()),
        // Keys that were guessed could be a wildcard's; those that were named are what they are.
        "unknown" => {
            dkim.keys.iter().any(|key| !key.named).then(|| "whether a wildcard answers for all is not known".into())
        }
        _ => Some("a wildcard at *._domainkey answers for every selector".into()),
    }
}

/// The policy that applies.
fn dmarc(dmarc: &Dmarc) -> Line {
    let Some(domain) = &dmarc.domain else {
        return match dmarc.unknown {
            Some(cause) => Line::unknown(cause),
            None => Line::new("missing", Style::Warning, "no policy, here or at a domain above"),
        };
    };
    let place = format!("at _dmarc.{domain}");
    let reports = if dmarc.reports.is_empty() {
        "no reports".to_owned()
    } else {
        format!("reports to {}", words::list(&dmarc.reports, 1))
    };
    match dmarc.policy {
        Some(policy) => {
            let style = if policy == ptrust_mail::dmarc::Policy::None { Style::Warning } else { Style::Good };
            Line::new(policy.to_string(), style, format!("{place}, {reports}"))
        }
        None => Line::new("unusable", Style::Error, place),
    }
}

/// What the servers show.
fn tls(servers: &[MailServer]) -> Option<Line> {
    let reached: Vec<&MailServer> = servers.iter().filter(|server| server.unreached.is_none()).collect();
    let with: Vec<&&MailServer> = reached.iter().filter(|server| server.tls.is_some()).collect();
    if servers.is_empty() {
        return None;
    }
    if reached.is_empty() {
        return Some(Line::new("not known", Style::Warning, "no mail server could be spoken to"));
    }
    let versions: BTreeSet<String> = with.iter().filter_map(|server| server.tls).map(|tls| tls.to_string()).collect();
    let versions: Vec<String> = versions.into_iter().collect();
    let sound = |server: &&&&MailServer| {
        server.certificate == Some(CertificateTrust::Trusted) && server.name_matches == Some(true)
    };
    let certified = with.iter().filter(sound).count();
    let expires =
        with.iter().filter_map(|server| server.expires).min().map(|time| time.strftime("%Y-%m-%d").to_string());
    let word = format!("{} of {} servers", with.len(), reached.len());
    let style = if with.len() == reached.len() && certified == with.len() { Style::Good } else { Style::Warning };
    let mut detail = words::list(&versions, FEW);
    if !with.is_empty() {
        detail = format!("{detail}, {certified} with a certificate that holds");
    }
    if let Some(expires) = expires {
        detail = format!("{detail}, until {expires}");
    }
    Some(Line::new(word, style, detail))
}

/// MTA-STS, DANE and TLS-RPT in one line.
fn policies(mail: &Mail) -> Option<Line> {
    let mut parts = Vec::new();
    if let Some(sts) = &mail.mta_sts {
        parts.push(match sts.mode {
            Some(mode) => format!("MTA-STS {mode}"),
            None => format!("MTA-STS {}", sts.state),
        });
    }
    if let Some(dane) = &mail.dane {
        let states: BTreeSet<&str> = dane.iter().map(|host| host.state).collect();
        let states: Vec<String> = states.into_iter().map(str::to_owned).collect();
        parts.push(format!("DANE {}", if states.is_empty() { "missing".into() } else { words::list(&states, FEW) }));
    }
    if let Some(reports) = mail.tls_rpt {
        parts.push(format!("TLS-RPT {reports}"));
    }
    (!parts.is_empty()).then(|| Line::new(parts.join(", "), Style::Plain, ""))
}

/// The logo, and the certificate of its mark.
fn bimi(bimi: &Bimi) -> Line {
    let certificate = bimi.evidence.as_ref().map_or_else(|| "no certificate".into(), certificate);
    match bimi.state {
        "published" => Line::new(bimi.state, Style::Plain, certificate),
        "declined" => Line::new(bimi.state, Style::Plain, "the record says that there is no logo"),
        "unknown" => Line::new("not known", Style::Warning, ""),
        "missing" => Line::new(bimi.state, Style::Plain, format!("no record for the selector {}", bimi.selector)),
        state => Line::new(state, Style::Warning, ""),
    }
}

/// The certificate of a mark. Whether its root is known is told in every case.
fn certificate(evidence: &MarkEvidence) -> String {
    let kind = evidence.kind.unwrap_or("certificate");
    if evidence.state != "examined" {
        let why = evidence.why.as_deref().unwrap_or_default();
        return format!("certificate {}: {why}", evidence.state);
    }
    let until = evidence.not_after.map(|time| time.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    let logo = match evidence.logotype_matches {
        Some(true) => "its logo is the published one",
        Some(false) => "its logo is another",
        None => "logo not compared",
    };
    let root = evidence.root.unwrap_or_default().replace('-', " ");
    format!("{kind} until {until}, {logo}; root: {root}")
}

/// What blocklists say.
fn lists(lists: &Lists) -> Line {
    let unheard = match lists.unheard.len() {
        0 => String::new(),
        _ => format!("; not heard: {}", words::list(&lists.unheard, FEW)),
    };
    if let Some(resolver) = lists.public_resolver {
        return Line::new(
            "doubtful",
            Style::Warning,
            format!("asked through {resolver}, which many lists refuse or mislead"),
        );
    }
    match lists.listed.len() {
        0 if lists.heard == 0 => Line::new("not known", Style::Warning, format!("no list answered{unheard}")),
        0 => Line::new("not listed", Style::Good, format!("on {}{unheard}", words::count(lists.heard, "list"))),
        count => {
            let names: BTreeSet<String> = lists.listed.iter().map(|one| one.list.clone()).collect();
            let names: Vec<String> = names.into_iter().collect();
            Line::new(words::count(count, "listing"), Style::Error, format!("{}{unheard}", words::list(&names, FEW)))
        }
    }
}
