//! A mail domain: what all of them have, so that each fault stands alone, and the sound ones themselves.

use std::fmt::Write as _;

use super::hosts::HOSTS;
use crate::scenario::{Family, Signing};

/// An RSA key of 2048 bits; nobody has its other half.
const RSA_2048: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAp3/nNuRFK9jdXhTvMxdsoVXqVA/UHhVtVbinvSoSu9C7uuToMdIrcw9c202D8bqG\
                        +Yi8ig88WdTk/g90bVskO/0kJuTWMFYohW9ibDFbEfZeM/xo+qx86isU91rBNPcqdwI4YfhG2/bwph1hp+Mo+bGq8lh25IEVvkkrU8Id7dqU\
                        ABf9fBimRActeARiOTJwswpID4Xhb/gR7zt1T7Fo7AuxCUlxrYNZ+XObnSIHvid0+n9/khC0CN35BNQUA5MYc1/Unj+dUYGrhhFmSd1DLhPU\
                        rPeHQWJXRm7B7LLa03PEVb7QbYL0K/tauA7oQvJfUVsgE97sV2zhS8DgHzClpQIDAQAB";
/// An RSA key of 1024 bits, below what RFC 8301 3.2 asks of signers.
pub(super) const RSA_1024: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDGSoAJ38JB9YPP8j6k8/f+zm/Qe+kEuQPftzbPzuHhmt9AauUK9xmrlkfUDJ/dthMrhjQs\
                                   E5wFkaXC6nkxFegit26ofI/O0NKrpSoruvDOLuZQPMt1gXd8XVy9EUDVFBUznw008w5cdcMJf6btkns0uV0h4CJCmCmnsx0e6VvvBQIDAQAB";
/// An Ed25519 key (RFC 8463).
const ED25519: &str = "rcKgopzdgSLMU55U8lUW7Odhcd8N6Oqi5F7ES1Jyyzw=";
/// The longest character string of a TXT record.
const STRING: usize = 255;

/// A logo of the SVG Tiny PS profile.
pub(super) const LOGO: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <svg version=\"1.2\" baseProfile=\"tiny-ps\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\n\
    <title>Example</title>\n<rect width=\"64\" height=\"64\" fill=\"#005f73\"/>\n\
    <circle cx=\"32\" cy=\"32\" r=\"20\" fill=\"#e9d8a6\"/>\n</svg>\n";

/// One group of records, which a fault replaces as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// MX.
    Mx,
    /// SPF, at the domain and below.
    Spf,
    /// DKIM keys.
    Dkim,
    /// DMARC.
    Dmarc,
    /// The MTA-STS record and the address of its policy host.
    MtaSts,
    /// TLS reporting.
    TlsRpt,
    /// The BIMI record and the address of the logo's host.
    Bimi,
    /// SRV records of the services for users (RFC 6186, RFC 8314).
    Services,
}

/// A file that a web server has.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The host of its URL.
    pub(crate) host: String,
    /// The path of its URL, without the first slash.
    pub(crate) path: &'static str,
    /// What is in it.
    pub(crate) text: String,
}

/// A domain, its zone and its web pages. Texts hold `{d}` for the domain with its final dot, `{h}` without it.
#[derive(Clone, Debug)]
pub(crate) struct MailDomain {
    /// Its name, absolute.
    pub(crate) name: &'static str,
    /// What it shows; empty for a domain that only serves others.
    pub(crate) what: &'static str,
    /// The ids that must be found.
    pub(crate) shows: Vec<&'static str>,
    /// Whether it is made to wear an audit out.
    pub hostile: bool,
    /// How it is signed.
    pub(crate) signing: Option<Signing>,
    /// Its records by group.
    parts: Vec<(Part, String)>,
    /// Its MTA-STS policy.
    policy: Option<String>,
    /// Its logo.
    logo: String,
    /// The certificate of its mark: the words of a world's `mark` line, and the logo inside.
    mark: Option<(&'static str, &'static str)>,
}

/// A TXT record, cut into strings where it is long.
pub(super) fn txt(owner: &str, text: &str) -> String {
    let mut line = format!("{owner} TXT");
    for string in text.as_bytes().chunks(STRING) {
        // Writing to a string cannot fail; the tables are ASCII, so a cut never splits a character.
        let _ = write!(line, " \"{}\"", String::from_utf8_lossy(string).replace('"', "\\\""));
    }
    line + "\n"
}

/// Address records of a name at one of the hosts.
pub(super) fn at(owner: &str, number: u8) -> String {
    let host = HOSTS.iter().find(|host| host.number == number).expect("the tables name hosts that exist");
    let [four, six] = Family::BOTH.map(|family| host.address(family));
    format!("{owner} A {four}\n{owner} AAAA {six}\n")
}

/// A TLSA record for port 25 that binds a host's own key (RFC 7672 3.1.1).
pub(super) fn tlsa(number: u8) -> String {
    let host = HOSTS.iter().find(|host| host.number == number).expect("the tables name hosts that exist");
    format!("_25._tcp.{} TLSA 3 1 1 {{key:{number}}}\n", host.name)
}

/// An enforced MTA-STS policy (RFC 8461 3.2).
fn enforce(hosts: &[&str]) -> String {
    let hosts: Vec<String> = hosts.iter().map(|host| format!("mx: {host}\n")).collect();
    format!("version: STSv1\nmode: enforce\n{}max_age: 604800\n", hosts.concat())
}

/// A sound domain behind the two servers of the healthy one, unsigned.
pub(super) fn domain(name: &'static str, what: &'static str) -> MailDomain {
    let rsa = format!("v=DKIM1; k=rsa; p={RSA_2048}");
    let ed25519 = format!("v=DKIM1; k=ed25519; p={ED25519}");
    let domain = MailDomain {
        name,
        what,
        shows: Vec::new(),
        hostile: false,
        signing: None,
        parts: Vec::new(),
        policy: Some(enforce(&["mx1.healthy-example.com", "mx2.healthy-example.com"])),
        logo: LOGO.into(),
        mark: None,
    };
    domain
        .with(Part::Mx, "{d} MX 10 mx1.healthy-example.com.\n{d} MX 20 mx2.healthy-example.com.\n")
        .with(
            Part::Spf,
            &txt(
                "{d}",
                "v=spf1 ip4:193.200.80.10/31 ip6:2a0e:b180::10 ip6:2a0e:b180::11 include:spf.sender-example.com -all",
            ),
        )
        .with(
            Part::Dkim,
            &(txt("default._domainkey.{d}", &rsa) + &txt("ed25519._domainkey.{d}", &ed25519)),
        )
        .with(
            Part::Dmarc,
            &txt("_dmarc.{d}", "v=DMARC1; p=reject; rua=mailto:dmarc@{h},mailto:dmarc@reports-example.com"),
        )
        .with(Part::MtaSts, &(txt("_mta-sts.{d}", "v=STSv1; id=20261127T000000") + &at("mta-sts.{d}", 20)))
        .with(Part::TlsRpt, &txt("_smtp._tls.{d}", "v=TLSRPTv1; rua=mailto:tls@{h}"))
        .with(
            Part::Bimi,
            &(txt("default._bimi.{d}", "v=BIMI1; l=https://bimi.{h}/logo.svg; a=") + &at("bimi.{d}", 20)),
        )
        .with(
            Part::Services,
            "_imaps._tcp.{d} SRV 0 1 993 mx1.healthy-example.com.\n_imap._tcp.{d} SRV 10 1 143 mx1.healthy-example.com.\n\
             _submissions._tcp.{d} SRV 0 1 465 mx1.healthy-example.com.\n\
             _submission._tcp.{d} SRV 10 1 587 mx1.healthy-example.com.\n",
        )
}

/// A domain that is not judged itself: it receives, and has these records.
fn helper(name: &'static str, lines: &str) -> MailDomain {
    let mut helper = domain(name, "");
    helper.parts.retain(|(part, _)| *part == Part::Mx);
    helper.policy = None;
    helper.with(Part::Spf, lines)
}

impl MailDomain {
    /// Has these records in place of the group's usual ones.
    pub(super) fn with(mut self, part: Part, lines: &str) -> Self {
        self.parts.retain(|(other, _)| *other != part);
        self.parts.push((part, lines.into()));
        self
    }

    /// Has these records besides the group's usual ones.
    pub(super) fn also(mut self, part: Part, lines: &str) -> Self {
        self.parts.push((part, lines.into()));
        self
    }

    /// Has a mail server of its own, `mx.` and its name, which its SPF record and its policy name.
    pub(super) fn own_server(mut self) -> Self {
        self.policy = Some(enforce(&["mx.{h}"]));
        self.with(Part::Mx, "{d} MX 10 mx.{d}\n").with(Part::Spf, &txt("{d}", "v=spf1 mx -all"))
    }

    /// Has no MTA-STS: where its mail server could not keep the promise.
    pub(super) fn without_policy(mut self) -> Self {
        self.policy = None;
        self.with(Part::MtaSts, "")
    }

    /// Has this MTA-STS policy; none means that the host has no such page.
    pub(super) fn policy(mut self, policy: Option<&str>) -> Self {
        self.policy = policy.map(String::from);
        self
    }

    /// Has this logo.
    pub(super) fn logo(mut self, logo: &str) -> Self {
        self.logo = logo.into();
        self
    }

    /// Names a certificate of its mark, made with these words of a world's `mark` line around a logo.
    pub(super) fn mark(mut self, words: &'static str, logo: &'static str) -> Self {
        self.mark = Some((words, logo));
        let record = "v=BIMI1; l=https://bimi.{h}/logo.svg; a=https://bimi.{h}/vmc.pem";
        self.with(Part::Bimi, &(txt("default._bimi.{d}", record) + &at("bimi.{d}", 20)))
    }

    /// Is signed, and its parent has its DS.
    pub(super) fn signed(mut self) -> Self {
        self.signing = Some(Signing::Sound);
        self
    }

    /// What must be found.
    pub(super) fn shows(mut self, ids: &[&'static str]) -> Self {
        self.shows = ids.to_vec();
        self
    }

    /// Is made to wear an audit out.
    pub(super) fn hostile(mut self) -> Self {
        self.hostile = true;
        self
    }

    /// A text with the domain's name filled in.
    fn fill(&self, text: &str) -> String {
        text.replace("{d}", self.name).replace("{h}", self.name.trim_end_matches('.'))
    }

    /// The lines of its zone, without SOA and name servers.
    pub(crate) fn lines(&self) -> Vec<String> {
        let texts = self.parts.iter().map(|(_, text)| self.fill(text));
        texts.flat_map(|text| text.lines().map(String::from).collect::<Vec<_>>()).collect()
    }

    /// The hosts of its web pages: those that its records put at a web server.
    pub(crate) fn web_hosts(&self) -> [String; 2] {
        ["mta-sts.{h}", "bimi.{h}"].map(|host| self.fill(host))
    }

    /// Its web pages.
    pub(crate) fn pages(&self) -> Vec<Page> {
        let [policy, logo] = self.web_hosts();
        let mut pages = vec![Page { host: logo, path: "logo.svg", text: self.logo.clone() }];
        if let Some((words, inside)) = self.mark {
            let line = self.fill(&format!("https://bimi.{{h}}/vmc.pem names={{h}} {words}"));
            let file = ptrust_world::mark_file(&line, Some(inside.as_bytes()), jiff::Timestamp::now());
            let text = String::from_utf8(file.expect("words of a table")).expect("PEM is text");
            pages.push(Page { host: self.fill("bimi.{h}"), path: "vmc.pem", text });
        }
        let text = self.policy.as_ref().map(|text| self.fill(text));
        pages.extend(text.map(|text| Page { host: policy, path: ".well-known/mta-sts.txt", text }));
        pages
    }
}

/// The healthy domain and those that serve all others.
pub(super) fn domains() -> Vec<MailDomain> {
    let greeting = |host: &str| txt(host, "v=spf1 a -all");
    let authorized: String = super::faults::domains()
        .iter()
        .map(|domain| domain.name)
        .chain(["healthy-example.com."])
        .map(|name| txt(&format!("{name}_report._dmarc.{{d}}"), "v=DMARC1"))
        .collect();
    vec![
        domain("healthy-example.com.", "everything as it should be")
            .signed()
            .also(Part::Mx, &(tlsa(10) + &tlsa(11)))
            .also(Part::Spf, &(greeting("mx1.{d}") + &greeting("mx2.{d}"))),
        helper("knot-example.com.", ""),
        helper("sender-example.com.", &txt("spf.{d}", "v=spf1 ip4:193.200.80.42 ip6:2a0e:b180::42 -all")).signed(),
        helper("reports-example.com.", &authorized),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_into_strings() {
        let line = txt("x.", &"a".repeat(300));
        assert_eq!(line.matches('"').count(), 4);
        assert_eq!(line.matches('a').count(), 300);
    }

    #[test]
    fn a_part_is_replaced_as_a_whole() {
        let lines = domain("x.", "").with(Part::Mx, "{d} MX 0 .\n").lines();
        assert_eq!(lines.iter().filter(|line| line.contains(" MX ")).collect::<Vec<_>>(), ["x. MX 0 ."]);
    }
}
