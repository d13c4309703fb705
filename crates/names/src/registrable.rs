//! Registrable domains, by the Public Suffix List.

use crate::Name;

/// The list that is compiled in; its age is the crate's version.
pub const SUFFIX_LIST: &str = "Public Suffix List of the psl crate 2.1";

/// A registrable domain and the section of the list that it follows from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registrable {
    /// One label below the public suffix.
    pub domain: Name,
    /// Whether the suffix is of the ICANN section; `false` for private suffixes and for the default rule `*`.
    pub icann: bool,
}

/// The registrable domain of a name; `None` for public suffixes and names without one.
pub fn registrable(name: &Name) -> Option<Registrable> {
    let text = list_text(name);
    let domain = psl::domain(text.as_bytes())?;
    let icann = domain.suffix().typ() == Some(psl::Type::Icann);
    let count = domain.as_bytes().split(|byte| *byte == b'.').count();
    let skip = name.label_count().checked_sub(count)?;
    let domain = Name::from_labels(name.labels().skip(skip)).ok()?;
    Some(Registrable { domain, icann })
}

/// Whether the name is itself a public suffix of the ICANN section (`co.uk`, `com`). Names of the private section are
/// hosts too: `ec2-192-0-2-1.compute-1.amazonaws.com` is one, by a wildcard.
pub fn is_public_suffix(name: &Name) -> bool {
    let text = list_text(name);
    psl::suffix(text.as_bytes())
        .is_some_and(|suffix| suffix.typ() == Some(psl::Type::Icann) && suffix.as_bytes() == text.as_bytes())
}

/// The name as the list wants it. A label that no entry of the list can hold stands as `_`, so that a dot or an escape
/// in it is not taken for the end of a label.
fn list_text(name: &Name) -> String {
    let labels = name.labels().map(|label| {
        let plain = label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        std::str::from_utf8(label).ok().filter(|_| plain).unwrap_or("_")
    });
    labels.collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(text: &str) -> Option<(String, bool)> {
        registrable(&text.parse().expect("a name")).map(|r| (r.domain.to_string(), r.icann))
    }

    #[test]
    fn sections_are_told_apart() {
        assert_eq!(domain("a.b.example.co.uk"), Some(("example.co.uk".into(), true)));
        assert_eq!(domain("a.b.github.io"), Some(("b.github.io".into(), false)));
        assert_eq!(domain("co.uk"), None);
        assert!(is_public_suffix(&"co.uk".parse().expect("a name")));
        assert!(!is_public_suffix(&"example.com".parse().expect("a name")));
        assert!(!is_public_suffix(&"nosuchtld".parse().expect("a name")));
        assert!(!is_public_suffix(&"ec2-192-0-2-1.compute-1.amazonaws.com".parse().expect("a name")));
        assert_eq!(domain("x\\.y.com"), Some(("x\\.y.com".into(), true)));
    }
}
