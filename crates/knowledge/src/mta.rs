//! How mail servers are set up: the typed mta.toml

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

/// The shipped table, validated by the tests of this module.
const DATA: &str = include_str!("../../../data/mta.toml");

/// What is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// The name in the greeting (RFC 5321 4.2).
    GreetingName,
    /// The name in HELO (RFC 5321 4.1.1.1).
    HeloName,
    /// TLS from the first octet on port 993 (RFC 8314).
    ImapImplicitTls,
    /// STARTTLS on port 143 (RFC 9051 6.2.1).
    ImapStarttls,
    /// STARTTLS on port 25 (RFC 3207).
    SmtpStarttls,
    /// Submission with TLS from the first octet on port 465 (RFC 8314).
    Submission,
    /// No TLS below 1.2 (RFC 8996).
    TlsMinimum,
}

/// A mail server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Software {
    /// Dovecot.
    Dovecot,
    /// Microsoft Exchange Server.
    Exchange,
    /// Exim.
    Exim,
    /// OpenSMTPD.
    #[serde(rename = "opensmtpd")]
    OpenSmtpd,
    /// Postfix.
    Postfix,
}

impl std::fmt::Display for Software {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Dovecot => "Dovecot",
            Self::Exchange => "Exchange",
            Self::Exim => "Exim",
            Self::OpenSmtpd => "OpenSMTPD",
            Self::Postfix => "Postfix",
        })
    }
}

/// How well a setting is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// Read in the software's own manual.
    Manual,
    /// General knowledge that was not re-checked.
    Background,
}

/// How one thing is set up in one mail server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What is set up.
    pub topic: Topic,
    /// In which software.
    pub software: Software,
    /// For which releases, in words; `None` for all that are in use.
    #[serde(default)]
    pub version: Option<String>,
    /// Where the lines belong.
    pub place: String,
    /// The lines, with `{name}`, `{certificate}` … for values.
    pub lines: Vec<String>,
    /// The command after which they hold.
    #[serde(default)]
    pub reload: Option<String>,
    /// The whole as prose after the software's name, where the usual form does not fit.
    #[serde(default)]
    pub sentence: Option<String>,
    /// The page of the manual.
    pub source: String,
    /// How well it is known.
    pub evidence: Evidence,
}

impl Setting {
    /// The lines with the values (marker without braces, value); what has none becomes `<marker>`, which no server
    /// accepts by accident.
    pub fn lines_with(&self, values: &[(&str, &str)]) -> Vec<String> {
        self.lines.iter().map(|line| fill(line, values)).collect()
    }

    /// The whole as one sentence, with the values; lines that were not re-checked are marked as advice.
    pub fn sentence_with(&self, values: &[(&str, &str)]) -> String {
        let software = self.software;
        let version = self.version.as_ref().map(|version| format!(" ({version})")).unwrap_or_default();
        let mark = if self.evidence == Evidence::Manual { "" } else { " (advice, not confirmed)" };
        if let Some(sentence) = &self.sentence {
            return format!("{software}{version}: {}{mark}", fill(sentence, values));
        }
        let lines: Vec<String> = self.lines_with(values).iter().map(|line| format!("`{line}`")).collect();
        let lines = match lines.as_slice() {
            [all @ .., last] if !all.is_empty() => format!("{} and {last}", all.join(", ")),
            _ => lines.concat(),
        };
        let reload = self.reload.as_ref().map(|command| format!(", then `{command}`")).unwrap_or_default();
        format!("{software}{version}: set {lines} in {}{reload}.{mark}", self.place)
    }
}

/// Replaces markers by their values.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let marker = after.split_once('}').filter(|(marker, _)| is_marker(marker));
        if let Some((marker, tail)) = marker {
            match values.iter().find(|(name, _)| *name == marker) {
                Some((_, value)) => out.push_str(value),
                None => out.extend(["<", marker, ">"]),
            }
            rest = tail;
        } else {
            // A brace of the configuration language itself.
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Whether text between braces is a marker.
fn is_marker(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// The data file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "schema_version")]
    _schema_version: u32,
    #[serde(rename = "date")]
    _date: String,
    setting: Vec<Setting>,
}

/// All settings, in file order.
pub fn settings() -> &'static [Setting] {
    static TABLE: OnceLock<Vec<Setting>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let file: File = toml::from_str(DATA).expect("embedded mta.toml is tested");
        file.setting
    })
}

/// The settings of a topic, in file order: the software that most hosts run goes first.
pub fn about(topic: Topic) -> impl Iterator<Item = &'static Setting> {
    settings().iter().filter(move |setting| setting.topic == topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn rows_hold_their_rules() {
        let mut rows = BTreeSet::new();
        for setting in settings() {
            let row = (setting.topic, setting.software, &setting.version);
            assert!(rows.insert(row), "{row:?} twice");
            assert!(!setting.lines.is_empty() && setting.source.starts_with("https://"), "{row:?}");
            let values = [("name", "mail.example.com"), ("certificate", "/c.pem"), ("key", "/k.pem")];
            for line in setting.lines_with(&values) {
                assert!(!line.contains('\n') && !line.contains("{name}"), "{row:?}");
            }
            let sentence = setting.sentence_with(&values);
            assert!(sentence.ends_with('.') || setting.evidence == Evidence::Background, "{sentence}");
        }
        let software = |topic| about(topic).map(|setting| setting.software).collect::<BTreeSet<_>>();
        for topic in [Topic::HeloName, Topic::GreetingName, Topic::SmtpStarttls] {
            assert_eq!(software(topic).len(), 4, "{topic:?}");
        }
        assert!(software(Topic::ImapStarttls).contains(&Software::Dovecot));
    }

    #[test]
    fn sentences_read_well() {
        let say = |topic, software, values: &[(&str, &str)]| {
            let setting = about(topic).find(|setting| setting.software == software).expect("a row");
            setting.sentence_with(values)
        };
        assert_eq!(
            say(Topic::GreetingName, Software::Postfix, &[("name", "mail.example.com")]),
            "Postfix: set `myhostname = mail.example.com` and `smtpd_banner = $myhostname ESMTP` in main.cf, then \
             `postfix reload`."
        );
        assert_eq!(
            say(Topic::SmtpStarttls, Software::Exim, &[("certificate", "/etc/mail.pem")]),
            "Exim: set `tls_advertise_hosts = *`, `tls_certificate = /etc/mail.pem` and `tls_privatekey = <key>` in the \
             main section."
        );
        assert_eq!(
            say(Topic::TlsMinimum, Software::Dovecot, &[]),
            "Dovecot (2.3 and later): set `ssl_min_protocol = TLSv1.2` in conf.d/10-ssl.conf, then `doveadm reload`. \
             (advice, not confirmed)"
        );
    }

    #[test]
    fn braces_of_the_language_stay() {
        assert_eq!(fill("a { b {name} }{", &[("name", "x")]), "a { b x }{");
        assert_eq!(fill("{other}", &[]), "<other>");
    }
}
