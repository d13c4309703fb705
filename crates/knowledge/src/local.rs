//! Names that mean something only inside one network, or nothing at all.
//!
//! Not here: top-level domains that the root denies; that takes a question, so `facts` tells them apart.

/// Suffixes that homes and companies use inside. Some have no standard (`.lan`, `.corp`), none exists in the root.
const LOCAL: [&str; 12] = [
    "corp",
    "home",
    "home.arpa",
    "internal",
    "intra",
    "intranet",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "priv",
    "private",
];

/// Suffixes that RFC 2606 keeps for examples and tests. `localhost`, its fourth, is local.
const RESERVED: [&str; 3] = ["example", "invalid", "test"];

/// Whether `name` (lower-case, without the final dot) equals or lies under a suffix that only a local network knows.
pub fn is_local_name(name: &str) -> bool {
    LOCAL.iter().any(|suffix| is_under(name, suffix))
}

/// Whether `name` (lower-case, without the final dot) equals or lies under a suffix that can never exist publicly.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.iter().any(|suffix| is_under(name, suffix))
}

/// Whether `name` equals `suffix` or lies below it; an escaped dot (`\.`) is part of a label and no boundary.
pub(crate) fn is_under(name: &str, suffix: &str) -> bool {
    let Some(rest) = name.strip_suffix(suffix) else {
        return false;
    };
    match rest.as_bytes() {
        [] => true,
        [before @ .., b'.'] => before.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 0,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_names() {
        for name in [
            "local",
            "mail.local",
            "localhost",
            "localhost.localdomain",
            "a.b.lan",
            "router.home",
            "nas.home.arpa",
            "x.internal",
            "x.intranet",
            "x.intra",
            "x.private",
            "x.priv",
            "exchange.corp",
        ] {
            assert!(is_local_name(name), "{name}");
        }
        for name in [
            "",
            "mail.example.com",
            "local.example.com",
            "mylocal",
            "x\\.local",
            "arpa",
            "mail.example",
            "mail.test",
            "mail.invalid",
        ] {
            assert!(!is_local_name(name), "{name}");
        }
    }

    #[test]
    fn reserved_names() {
        for name in ["example", "mail.example", "a.test", "b.invalid"] {
            assert!(is_reserved(name), "{name}");
        }
        for name in ["", "example.com", "mail.local", "latest", "x\\.test"] {
            assert!(!is_reserved(name), "{name}");
        }
    }

    #[test]
    fn an_escaped_backslash_before_a_dot_is_a_boundary() {
        assert!(is_local_name("x\\\\.local"));
    }
}
