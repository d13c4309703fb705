//! What a user has to do at a provider, with the real address and name filled in

use std::net::IpAddr;

use super::{Evidence, Provider};

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The instruction.
    pub text: String,
    /// True when the source was not re-checked: print it as advice "to be confirmed", never as fact.
    pub advice: bool,
}

/// Everything a provider entry says about setting one PTR.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    /// What to do in the console, or whom to ask.
    pub steps: Vec<Step>,
    /// Command line that sets the PTR.
    pub command: Option<Step>,
    /// API call that sets the PTR.
    pub api: Option<Step>,
    /// What must be true first.
    pub preconditions: Vec<Step>,
    /// Confirmed pitfalls; unconfirmed ones are left out.
    pub traps: Vec<String>,
    /// Pages to read; left out when the entry itself is not confirmed.
    pub docs: Vec<String>,
}

/// A part of an entry that `unconfirmed` can cast doubt on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Console,
    Api,
    Command,
    Ipv6,
    Forward,
    Procedure,
    Docs,
    All,
}

/// Words under `unconfirmed` and the part they speak of.
const PARTS: &[(Part, &[&str])] = &[
    (Part::Console, &["console", "panel", "portal"]),
    (Part::Command, &["cli"]),
    (Part::Forward, &["forward"]),
    (Part::Procedure, &["procedure", "procedures"]),
    (Part::Docs, &["docs"]),
    (Part::Ipv6, &["ipv6"]),
    (Part::Api, &["api", "endpoint", "endpoints", "call", "paths", "verb", "body"]),
];

/// The parts of one entry that are in doubt.
struct Doubt(Vec<Part>);

impl Doubt {
    fn of(provider: &Provider, v6: bool) -> Self {
        let mut parts = Vec::new();
        // Nobody wrote down whether the IPv6 change exists: nothing else is certain for it either.
        if provider.evidence == Evidence::Background || (v6 && provider.ipv6_ptr.starts_with("unknown")) {
            parts.push(Part::All);
        }
        for text in &provider.unconfirmed {
            let text = text.to_lowercase();
            if text == "all" || text.starts_with("all except") || has_word(&text, "everything") {
                parts.push(Part::All);
            }
            for (part, words) in PARTS {
                // Doubt about the IPv6 call says nothing about the IPv4 one.
                let other = *part == Part::Api && !v6 && has_word(&text, "ipv6");
                if !other && words.iter().any(|w| has_word(&text, w)) {
                    parts.push(*part);
                }
            }
        }
        // A curl line is the API call in other words.
        if parts.contains(&Part::Api) && provider.cli.starts_with("curl ") {
            parts.push(Part::Command);
        }
        Self(parts)
    }

    fn on(&self, part: Part) -> bool {
        self.0.contains(&part)
    }
}

/// Subjects that the data names in other words under `unconfirmed` than in the text in doubt.
const SUBJECTS: &[(&[&str], &[&str])] = &[
    (&["port", "port-25", "smtp"], &["port 25", "ports 25", "tcp 25", "port-25", "smtp"]),
    (&["trial", "free tier"], &["trial", "free-tier", "free tier"]),
    (&["release"], &["released"]),
    (&["reserved-ip"], &["reserved"]),
];

/// True when a subject named under `unconfirmed` occurs in this text.
fn in_doubt(provider: &Provider, text: &str) -> bool {
    let text = text.to_lowercase();
    SUBJECTS.iter().any(|(named, said)| {
        let listed = provider.unconfirmed.iter().any(|u| {
            let u = u.to_lowercase();
            named.iter().any(|n| has_word(&u, n))
        });
        listed && said.iter().any(|s| text.contains(s))
    })
}

/// True when `text` contains `word` not as a part of a longer word.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// True for a precondition about the forward record.
fn about_forward(text: &str) -> bool {
    ["A record", "A/AAAA", "A or AAAA", "AAAA"].iter().any(|w| text.contains(w))
}

impl Provider {
    /// What to do so that `address` gets the PTR `name`.
    ///
    /// Texts contain the address and the name given; a name that is not a plain host name is not put into commands,
    /// the example name stays there instead.
    pub fn steps(&self, address: IpAddr, name: &str) -> Steps {
        let v6 = address.is_ipv6();
        let doubt = Doubt::of(self, v6);
        let fill = Fill::new(address, name);
        let step = |text: &str, advice: bool| Step { text: fill.apply(text), advice: advice || doubt.on(Part::All) };
        let mut steps = Steps::default();
        let refused = v6 && self.ipv6_ptr.split(' ').next() == Some("no");
        if v6 && !matches!(self.ipv6_ptr.as_str(), "" | "n/a" | "yes" | "unknown") {
            steps.preconditions.push(step(&format!("IPv6 PTR: {}", self.ipv6_ptr), doubt.on(Part::Ipv6)));
        }
        for text in &self.preconditions {
            let advice =
                doubt.on(Part::Procedure) || in_doubt(self, text) || (doubt.on(Part::Forward) && about_forward(text));
            steps.preconditions.push(step(text, advice));
        }
        steps.steps.push(step(&self.console, doubt.on(Part::Console) || doubt.on(Part::Procedure)));
        if !refused {
            let api = self.api_text(v6);
            // A command line for IPv4 only would fail, or change the wrong address.
            let own_call = v6 && api.as_deref().is_some_and(|text| self.api_variants.iter().any(|v| v == text));
            let four_only = v6 && (self.cli.contains("ipv4") || (own_call && self.cli.starts_with("curl ")));
            steps.command = (!self.cli.is_empty() && !four_only).then(|| step(&self.cli, doubt.on(Part::Command)));
            steps.api = api.map(|text| step(&text, doubt.on(Part::Api)));
        }
        if !doubt.on(Part::All) {
            steps.traps = self.traps.iter().filter(|t| !in_doubt(self, t)).cloned().collect();
            if !doubt.on(Part::Docs) {
                steps.docs.clone_from(&self.docs);
            }
        }
        steps
    }

    /// The API call for this family in one line, with the example values still in it.
    fn api_text(&self, v6: bool) -> Option<String> {
        if self.api_method.is_empty() || self.api_url.is_empty() {
            return None;
        }
        if v6 {
            let own = self.api_variants.iter().find(|v| {
                let v = v.to_lowercase();
                v.contains("ipv6") && !v.starts_with("delete") && !v.starts_with("get")
            });
            if own.is_some() {
                return own.cloned();
            }
            if self.api_url.contains("ipv4") {
                return None;
            }
        }
        let body = if self.api_body.is_empty() { "" } else { " " };
        Some(format!("{} {}{body}{}", self.api_method, self.api_url, self.api_body))
    }
}

/// The real values for the example values of the table.
struct Fill {
    pairs: Vec<(&'static str, String)>,
}

impl Fill {
    fn new(address: IpAddr, name: &str) -> Self {
        let address = address.to_string();
        let name = name.trim_end_matches('.');
        let mut pairs = Vec::new();
        // Names come from DNS and from users; the texts are made to be pasted into a shell.
        if is_plain_host(name) {
            pairs.push(("mail.example.com", name.to_owned()));
            pairs.push(("{fqdn}", name.to_owned()));
        }
        for example in ["192.0.2.10", "192.0.2.1", "192.0.2.2", "{ip}", "{address}", "{ipReverse}"] {
            pairs.push((example, address.clone()));
        }
        Self { pairs }
    }

    /// One pass over the text, so that a value put in is never replaced again.
    fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let hit = self.pairs.iter().find(|(example, _)| {
                let digit = |c: char| c.is_ascii_digit();
                rest.strip_prefix(example).is_some_and(|after| !(example.ends_with(digit) && after.starts_with(digit)))
            });
            if let Some((example, value)) = hit {
                out.push_str(value);
                rest = &rest[example.len()..];
            } else {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        out
    }
}

/// True for letters, digits, hyphens and underscores in labels that do not begin or end with a hyphen.
fn is_plain_host(name: &str) -> bool {
    name.len() <= 253
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        })
}
