//! Names that look as if a machine gave them out: the address inside the name, and words of access networks.
//!
//! Receivers guess from names; this guesses the same way, but knows the address and so never has to take a number for
//! one. Two sources are added up: the address found in the name, and the words of `generic-rdns.toml`. Both look only at
//! what lies left of the registrable domain: what a company is called says nothing about its hosts.
//!
//! Not here: the default names of providers ([`crate::providers`]) and names that are no host names at all; other checks
//! own those.

mod embedded_v4;
mod embedded_v6;
mod host;
mod patterns;

use std::net::IpAddr;

use self::host::Host;
use self::patterns::{Class, Pattern, scoring};

/// The score from which on a name counts as generic.
pub const THRESHOLD: i32 = 3;

/// What was found in a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The weight of the address plus the weights of the words.
    pub score: i32,
    /// The address in the name, if it is there.
    pub embedded: Option<Embedding>,
    /// The words that were found, in the order of the data file.
    pub matched: Vec<Match>,
}

impl Judged {
    /// Whether the name counts as generic by its looks.
    pub fn is_generic(&self) -> bool {
        self.score >= THRESHOLD
    }
}

/// The address of a host, found in its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embedding {
    /// How much of the address the name holds.
    pub strength: Strength,
    /// How it is written, for readers: "dashed", "reversed dotted", "hex".
    pub form: &'static str,
    /// The part of the name that holds it.
    pub text: String,
    /// What it adds to the score.
    pub weight: i32,
}

/// How much of an address a name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Neighboring octets, or a short host part.
    Medium,
    /// All of it, or so much of it that it cannot be chance.
    Strong,
}

impl Strength {
    /// What an embedding of this strength adds to the score.
    ///
    /// A whole address reaches the threshold alone (`ec2-18-204-123-63`). Two octets do not (`rack-8-31` may be a
    /// coincidence), but do with any word of the data file (`host-8-31`).
    const fn weight(self) -> i32 {
        match self {
            Self::Medium => 2,
            Self::Strong => THRESHOLD,
        }
    }
}

/// A word of the data file, found in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Match {
    /// Id of the pattern, such as "kw-dynamic".
    pub id: &'static str,
    /// What kind of word it is, such as "access".
    pub class: &'static str,
    /// What it adds to the score; negative for words of mail servers and of fixed addresses.
    pub weight: i32,
}

/// A place where an address was found, before it is cut out of the name.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    strength: Strength,
    form: &'static str,
    range: std::ops::Range<usize>,
}

/// Looks for signs of a generic name.
///
/// `name` is presentation text, lower-case and without the final dot. `registrable` is its registrable domain; without
/// one, or if it is no suffix of the name, the whole name is judged. If it is the whole name, which happens under private
/// suffixes that hand out one label per machine, the first label is searched for the address but for no words.
pub fn judge(name: &str, registrable: Option<&str>, address: IpAddr) -> Judged {
    let host = Host::new(name, registrable);
    let found = match address.to_canonical() {
        IpAddr::V4(address) => embedded_v4::find(&host, address),
        IpAddr::V6(address) => embedded_v6::find(&host, address),
    };
    let embedded = found.map(|found| Embedding {
        strength: found.strength,
        form: found.form,
        text: host.text(found.range),
        weight: found.strength.weight(),
    });
    let matched = if host.is_apex { Vec::new() } else { words(&host.masked) };
    let score =
        embedded.as_ref().map_or(0, |embedded| embedded.weight) + matched.iter().map(|found| found.weight).sum::<i32>();
    Judged { score, embedded, matched }
}

/// The words in the host part.
///
/// A word for a kind of line (`hfc`, `adsl`) is evidence that addresses there change hands. A word for a fixed address
/// in the same name says that this one does not, so the line then counts nothing: `50-203-126-142-static.hfc` names a
/// business line, and SpamAssassin lets it pass as well. The word is still listed, with weight 0.
fn words(text: &str) -> Vec<Match> {
    let found: Vec<&'static Pattern> = scoring().filter(|pattern| pattern.regex.is_match(text)).collect();
    let fixed = found.iter().any(|pattern| pattern.class == Class::StaticHint);
    found
        .into_iter()
        .map(|pattern| Match {
            id: &pattern.id,
            class: pattern.class.name(),
            weight: if fixed && pattern.class == Class::Access { 0 } else { pattern.weight },
        })
        .collect()
}

#[cfg(test)]
mod tests;
