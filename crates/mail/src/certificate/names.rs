//! Names of certificates against names of hosts (RFC 9525 6.3).

use ptrust_names::Name;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a certificate, or one name in it, fits a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NameMatch {
    /// Not at all.
    None,
    /// Nothing that was looked at fits, but not everything was looked at.
    Unknown,
    /// By a wildcard for one label.
    Wildcard,
    /// Exactly.
    Exact,
}

impl NameMatch {
    /// Whether it fits.
    pub const fn fits(self) -> bool {
        matches!(self, Self::Exact | Self::Wildcard)
    }
}

/// Compares a name of a certificate with a host, label by label and without case. A wildcard is a whole leftmost label
/// and stands for exactly one label; one that stands for a whole top-level domain fits nothing.
pub fn covers(pattern: &str, host: &Name) -> NameMatch {
    let pattern = pattern.strip_suffix('.').unwrap_or(pattern);
    let wanted: Vec<&[u8]> = host.labels().collect();
    let labels: Vec<&[u8]> = pattern.split('.').map(str::as_bytes).collect();
    let same = |(a, b): (&&[u8], &&[u8])| a.eq_ignore_ascii_case(b);
    if labels.len() != wanted.len() {
        return NameMatch::None;
    }
    match labels.split_first().zip(wanted.split_first()) {
        Some(((&b"*", rest), (_, host_rest))) if rest.len() > 1 && rest.iter().zip(host_rest).all(same) => {
            NameMatch::Wildcard
        }
        Some(((first, _), _)) if !first.contains(&b'*') && labels.iter().zip(&wanted).all(same) => NameMatch::Exact,
        _ => NameMatch::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_as_the_standard_says() {
        for (pattern, host, expected) in [
            ("mail.example.com", "MAIL.example.com", NameMatch::Exact),
            ("mail.example.com.", "mail.example.com", NameMatch::Exact),
            ("*.example.com", "mail.example.com", NameMatch::Wildcard),
            ("*.EXAMPLE.com", "mail.example.com", NameMatch::Wildcard),
            ("*.example.com", "a.mail.example.com", NameMatch::None),
            ("*.example.com", "example.com", NameMatch::None),
            ("*.com", "example.com", NameMatch::None),
            ("*", "com", NameMatch::None),
            ("m*.example.com", "mail.example.com", NameMatch::None),
            ("m*.example.com", "m*.example.com", NameMatch::None),
            ("mail.*.com", "mail.example.com", NameMatch::None),
            ("example.com", "mail.example.com", NameMatch::None),
            ("", "example.com", NameMatch::None),
            ("mail..com", "mail.example.com", NameMatch::None),
        ] {
            assert_eq!(covers(pattern, &host.parse().expect("a name")), expected, "{pattern} {host}");
        }
        assert_eq!(covers("", &Name::root()), NameMatch::None);
        assert!(NameMatch::Exact > NameMatch::Wildcard && !NameMatch::Unknown.fits());
    }
}
