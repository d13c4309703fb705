//! One domain for each fault, sound in everything else.

use std::fmt::Write as _;

use super::domains::{LOGO, MailDomain, Part, RSA_1024, at, domain, tlsa, txt};

/// A logo with a script, which the profile forbids.
const SCRIPTED: &str = "<svg version=\"1.2\" baseProfile=\"tiny-ps\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\n\
    <title>Example</title>\n<script>alert(1)</script>\n<rect width=\"64\" height=\"64\"/>\n</svg>\n";
/// Another logo than the usual one, as the profile wants it.
const PLAIN: &str = "<svg version=\"1.2\" baseProfile=\"tiny-ps\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 64 64\">\n\
    <title>Example</title>\n<rect width=\"64\" height=\"64\"/>\n</svg>\n";
/// As many small TXT records as one message holds: 16 octets each in 65,535, with room for the rest (RFC 1035 4.2.2).
const FLOOD: u16 = 3900;
/// The octets of a policy that takes an hour at one octet a second.
const DRIP: usize = 3600;

/// Every domain with a fault.
pub(super) fn domains() -> Vec<MailDomain> {
    let mut domains = senders();
    domains.extend(receivers());
    domains.extend(transport());
    domains.extend(hostile());
    domains
}

/// Faults of SPF, DKIM, DMARC and BIMI.
fn senders() -> Vec<MailDomain> {
    let spf = |record: &str| txt("{d}", record);
    let dmarc = |record: &str| txt("_dmarc.{d}", record);
    let includes: Vec<String> = (1..=11).map(|number| format!("include:s{number}.{{h}}")).collect();
    let eleven: Vec<String> =
        (1..=11).map(|number| txt(&format!("s{number}.{{d}}"), "v=spf1 ip4:193.200.80.10 -all")).collect();
    vec![
        domain("spf-lookups-example.com.", "SPF: eleven includes")
            .with(Part::Spf, &(spf(&format!("v=spf1 {} -all", includes.join(" "))) + &eleven.concat()))
            .shows(&["spf-lookup-limit"]),
        domain("spf-all-example.com.", "SPF: everybody may send")
            .with(Part::Spf, &spf("v=spf1 mx +all"))
            .shows(&["spf-pass-all"]),
        domain("spf-two-example.com.", "SPF: two records")
            .with(Part::Spf, &(spf("v=spf1 mx -all") + &spf("v=spf1 a -all")))
            .shows(&["spf-multiple"]),
        domain("spf-broken-example.com.", "SPF: an include whose servers answer SERVFAIL")
            .with(Part::Spf, &spf("v=spf1 mx include:spf.servfail-example.com -all"))
            .shows(&[]),
        domain("spf-gone-example.com.", "SPF: an include that does not exist")
            .with(Part::Spf, &spf("v=spf1 mx include:nothing.sender-example.com -all"))
            .shows(&["spf-include-broken"]),
        domain("spf-loop-example.com.", "SPF: a record that includes itself")
            .with(Part::Spf, &spf("v=spf1 mx include:{h} -all"))
            .shows(&["spf-include-broken"]),
        domain("dkim-faults-example.com.", "DKIM: a key of 1024 bits, one revoked, one that tests")
            .with(
                Part::Dkim,
                &(txt("default._domainkey.{d}", &format!("v=DKIM1; k=rsa; p={RSA_1024}"))
                    + &txt("mail._domainkey.{d}", "v=DKIM1; k=rsa; p=")
                    + &txt(
                        "s1._domainkey.{d}",
                        "v=DKIM1; k=ed25519; t=y; p=rcKgopzdgSLMU55U8lUW7Odhcd8N6Oqi5F7ES1Jyyzw=",
                    )),
            )
            .shows(&["dkim-key-weak", "dkim-testing"]),
        domain("dmarc-none-example.com.", "DMARC: a policy of none")
            .with(Part::Dmarc, &dmarc("v=DMARC1; p=none; rua=mailto:dmarc@{h}"))
            .shows(&["dmarc-policy-none", "bimi-dmarc-too-weak"]),
        domain("dmarc-two-example.com.", "DMARC: two records")
            .with(Part::Dmarc, &(dmarc("v=DMARC1; p=reject") + &dmarc("v=DMARC1; p=none")))
            .shows(&["dmarc-multiple"]),
        domain("dmarc-foreign-example.com.", "DMARC: reports to a domain that did not agree")
            .with(Part::Dmarc, &dmarc("v=DMARC1; p=reject; rua=mailto:dmarc@sender-example.com"))
            .shows(&["dmarc-report-unauthorized"]),
        domain("bimi-script-example.com.", "BIMI: a logo with a script").logo(SCRIPTED).shows(&["bimi-logo-profile"]),
        domain("bimi-expired-example.com.", "BIMI: the certificate of the mark has expired")
            .mark("expires=-2d", LOGO)
            .shows(&["bimi-certificate-validity"]),
        domain("bimi-changed-example.com.", "BIMI: another logo than in the certificate of the mark")
            .mark("expires=90d", PLAIN)
            .shows(&["bimi-certificate-logotype"]),
        domain("bimi-chain-example.com.", "BIMI: the certificate of the mark behind its issuer")
            .mark("chain=reversed", LOGO)
            .shows(&["bimi-certificate-chain"]),
    ]
}

/// Faults of MX records and of blocklists.
fn receivers() -> Vec<MailDomain> {
    vec![
        domain("mx-null-example.com.", "MX: null and another")
            .with(Part::Mx, "{d} MX 0 .\n{d} MX 10 mx1.healthy-example.com.\n")
            .shows(&["mx-null-mixed"]),
        domain("mx-alias-example.com.", "MX: an alias")
            .with(Part::Mx, "{d} MX 10 mx.{d}\nmx.{d} CNAME mx1.healthy-example.com.\n")
            .policy(Some("version: STSv1\nmode: enforce\nmx: mx.{h}\nmax_age: 604800\n"))
            .shows(&["mx-alias"]),
        domain("mx-literal-example.com.", "MX: an address in place of a name")
            .with(Part::Mx, "{d} MX 10 193.200.80.10.\n")
            .without_policy()
            .shows(&["mx-address-literal"]),
        domain("mx-homeless-example.com.", "MX: a host without address")
            .with(Part::Mx, "{d} MX 10 mx.{d}\nmx.{d} TXT \"no address\"\n")
            .policy(Some("version: STSv1\nmode: enforce\nmx: mx.{h}\nmax_age: 604800\n"))
            .shows(&["mx-no-address"]),
        domain("listed-example.com.", "blocklists: the server's address and the domain are listed")
            .own_server()
            .shows(&["dnsbl-listed"]),
    ]
}

/// Faults of servers, certificates, MTA-STS, TLS reporting and DANE.
fn transport() -> Vec<MailDomain> {
    let wrong = "a5".repeat(32);
    vec![
        domain("smtp-plain-example.com.", "SMTP: no STARTTLS")
            .own_server()
            .without_policy()
            .shows(&["smtp-starttls-missing"]),
        domain("tls-expired-example.com.", "TLS: the certificate has ended")
            .own_server()
            .shows(&["tls-certificate-expired"]),
        domain("tls-name-example.com.", "TLS: the certificate is another host's")
            .own_server()
            .shows(&["tls-certificate-name"]),
        domain("tls-self-example.com.", "TLS: the certificate is signed by itself")
            .own_server()
            .shows(&["tls-certificate-untrusted"]),
        domain("tls-old-example.com.", "TLS: versions 1.0 and 1.1 are taken").own_server().shows(&["tls-version-old"]),
        domain("imap-plain-example.com.", "IMAP: no STARTTLS")
            .own_server()
            .with(Part::Services, "_imap._tcp.{d} SRV 0 1 143 mx.{d}\n_imaps._tcp.{d} SRV 0 0 0 .\n")
            .shows(&["imap-starttls-missing"]),
        domain("mta-sts-404-example.com.", "MTA-STS: the policy is not there")
            .policy(None)
            .shows(&["mta-sts-policy-unavailable"]),
        domain("mta-sts-mismatch-example.com.", "MTA-STS: the policy names another host")
            .policy(Some("version: STSv1\nmode: enforce\nmx: mx.{h}\nmax_age: 604800\n"))
            .shows(&["mta-sts-mx-mismatch"]),
        domain("mta-sts-certificate-example.com.", "MTA-STS: the policy host's certificate is signed by itself")
            .with(Part::MtaSts, &(txt("_mta-sts.{d}", "v=STSv1; id=1") + &at("mta-sts.{d}", 21)))
            .shows(&["mta-sts-policy-unavailable"]),
        domain("tls-rpt-example.com.", "TLS-RPT: no place for the reports")
            .with(Part::TlsRpt, &txt("_smtp._tls.{d}", "v=TLSRPTv1; ruf=mailto:tls@{h}"))
            .shows(&["tls-rpt-syntax"]),
        domain("dane-mismatch-example.com.", "DANE: a TLSA record of another key")
            .own_server()
            .signed()
            .also(Part::Mx, &format!("_25._tcp.mx.{{d}} TLSA 3 1 1 {wrong}\n"))
            .shows(&["dane-mismatch"]),
        domain("dane-insecure-example.com.", "DANE: a TLSA record in a zone that is not signed")
            .own_server()
            .also(Part::Mx, &tlsa(41))
            .shows(&["dane-insecure"]),
    ]
}

/// Domains that are made to wear an audit out.
fn hostile() -> Vec<MailDomain> {
    // Each name includes ten of the next letter: ten thousand paths to forty names, and no loop to tell them by.
    let level = |next: char| {
        let terms: Vec<String> = (0..10).map(|number| format!("include:{next}{number}.{{h}}")).collect();
        terms.join(" ")
    };
    let mut bomb = txt("{d}", &format!("v=spf1 {} -all", level('a')));
    for (letter, next) in [('a', Some('b')), ('b', Some('c')), ('c', Some('d')), ('d', None)] {
        let terms = next.map_or_else(|| "ip4:193.200.80.10".into(), level);
        for number in 0..10 {
            bomb += &txt(&format!("{letter}{number}.{{d}}"), &format!("v=spf1 {terms} -all"));
        }
    }
    let mut flood = txt("{d}", "v=spf1 mx -all");
    for number in 0..FLOOD {
        // Writing to a string cannot fail.
        let _ = writeln!(flood, "{{d}} TXT \"{number:x}\"");
    }
    let drip =
        format!("version: STSv1\nmode: enforce\nmx: mx1.healthy-example.com\nmax_age: 604800\n{}", "#".repeat(DRIP));
    vec![
        domain("spf-bomb-example.com.", "hostile: ten thousand includes")
            .with(Part::Spf, &bomb)
            .shows(&["spf-lookup-limit"])
            .hostile(),
        domain("flood-example.com.", "hostile: 3,901 TXT records").with(Part::Spf, &flood).shows(&[]).hostile(),
        domain("endless-example.com.", "hostile: a greeting without end")
            .own_server()
            .without_policy()
            .shows(&[])
            .hostile(),
        domain("drip-example.com.", "hostile: a policy at one octet a second")
            .with(Part::MtaSts, &(txt("_mta-sts.{d}", "v=STSv1; id=1") + &at("mta-sts.{d}", 22)))
            .policy(Some(&drip))
            .shows(&[])
            .hostile(),
    ]
}
