//! Which fields each signature covers, and the sets of an authenticated received chain (RFC 8617).
//!
//! Not here: keys and verification. A set is shown as information; nothing here says whether a seal holds.

use super::authentication::{AuthenticationResults, authentication_results};
use super::header::{Field, Header};
use super::text::{MAX_VALUE, cut, shown, shown_some};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// Signatures of one message that are read; receivers look at five to ten.
const MAX_SIGNATURES: usize = 100;
/// Names in `h=` that are kept.
const MAX_SIGNED: usize = 200;
/// The highest instance of a set (RFC 8617 4.2.1).
pub const MAX_INSTANCE: u8 = 50;

/// One DKIM-Signature or ARC-Message-Signature, as far as its tags are needed without a key. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Signature {
    /// Where the whole field stands in the file.
    pub span: Range<usize>,
    /// The signing domain (`d=`), in lower case.
    pub domain: Option<String>,
    /// The selector (`s=`).
    pub selector: Option<String>,
    /// The agent or user on whose behalf the domain signs (`i=`); not in an ARC-Message-Signature, where it is the
    /// instance.
    pub identity: Option<String>,
    /// The algorithm (`a=`).
    pub algorithm: Option<String>,
    /// The names of the signed fields (`h=`), in order, in lower case; a name may stand more often than its field.
    pub headers: Vec<String>,
}

impl Signature {
    /// Whether the signature covers a field of this name.
    pub fn covers(&self, name: &str) -> bool {
        self.headers.iter().any(|header| header.eq_ignore_ascii_case(name))
    }
}

/// The ARC sets of a message, by instance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArcChain {
    /// The sets, instance 1 first.
    pub sets: Vec<ArcSet>,
    /// Whether the instances are 1 to n without a gap, each with exactly one field of each kind (RFC 8617 5.2 steps 2
    /// and 3). `None` without any ARC field.
    pub complete: Option<bool>,
}

/// One ARC set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArcSet {
    /// The instance; 0 collects fields whose instance cannot be read.
    pub instance: u8,
    /// ARC-Authentication-Results fields.
    pub results: Vec<AuthenticationResults>,
    /// ARC-Message-Signature fields.
    pub signatures: Vec<Signature>,
    /// ARC-Seal fields.
    pub seals: Vec<ArcSeal>,
}

/// One ARC-Seal field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ArcSeal {
    /// The sealing domain (`d=`).
    pub domain: Option<String>,
    /// The selector (`s=`).
    pub selector: Option<String>,
    /// What the sealer found of the chain before (`cv=`): `none`, `pass` or `fail`.
    pub chain: Option<String>,
}

/// Reads the tags of a signature (RFC 6376 3.2) as far as they are needed here. Names are in lower case and white space
/// is removed from values, since those read here never hold any.
fn tags(value: &str) -> BTreeMap<String, String> {
    let mut tags = BTreeMap::new();
    for part in cut(value, MAX_VALUE).split(';') {
        if let Some((name, value)) = part.split_once('=') {
            let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
            tags.entry(name.trim().to_ascii_lowercase()).or_insert(value);
        }
    }
    tags
}

/// Reads one signature field.
fn signature(field: &Field<'_>, value: &str) -> Signature {
    let tags = tags(value);
    let text = |name: &str| tags.get(name).and_then(|value| shown_some(value));
    let headers = tags.get("h").into_iter().flat_map(|names| names.split(':'));
    Signature {
        span: field.span(),
        domain: text("d").map(|domain| domain.to_ascii_lowercase()),
        selector: text("s"),
        identity: text("i"),
        algorithm: text("a").map(|algorithm| algorithm.to_ascii_lowercase()),
        headers: headers
            .map(|name| shown(&name.to_ascii_lowercase()))
            .filter(|name| !name.is_empty())
            .take(MAX_SIGNED)
            .collect(),
    }
}

/// The DKIM-Signature fields, from top to bottom.
pub fn signatures(header: &Header<'_>) -> Vec<Signature> {
    let fields = header.named("dkim-signature").take(MAX_SIGNATURES);
    fields.map(|field| signature(field, &field.unfolded())).collect()
}

/// The ARC sets.
pub fn arc(header: &Header<'_>) -> ArcChain {
    let mut sets: BTreeMap<u8, ArcSet> = BTreeMap::new();
    // Each set has three fields; more than that of any kind makes the chain incomplete and need not be kept.
    for field in header.fields.iter().filter(|field| is_arc(field)).take(3 * usize::from(MAX_INSTANCE) + 3) {
        let value = field.unfolded();
        let tags = tags(&value);
        let instance =
            tags.get("i").and_then(|i| i.parse().ok()).filter(|i| (1..=MAX_INSTANCE).contains(i)).unwrap_or(0);
        let set = sets.entry(instance).or_insert_with(|| ArcSet { instance, ..ArcSet::default() });
        let text = |name: &str| tags.get(name).and_then(|value| shown_some(value));
        if field.is("arc-seal") {
            let chain = text("cv").map(|chain| chain.to_ascii_lowercase());
            set.seals.push(ArcSeal { domain: text("d"), selector: text("s"), chain });
        } else if field.is("arc-message-signature") {
            set.signatures.push(Signature { identity: None, ..signature(field, &value) });
        } else {
            // The instance stands in front of what is otherwise an Authentication-Results value (RFC 8617 4.1.1).
            let (_, results) = value.split_once(';').unwrap_or(("", ""));
            set.results.push(authentication_results(results, field.at));
        }
    }
    let complete = sets.values().zip(1u8..).all(|(set, expected)| {
        set.instance == expected && [set.results.len(), set.signatures.len(), set.seals.len()] == [1, 1, 1]
    });
    ArcChain { complete: (!sets.is_empty()).then_some(complete), sets: sets.into_values().collect() }
}

/// Whether the field belongs to an ARC set.
fn is_arc(field: &Field<'_>) -> bool {
    ["arc-authentication-results", "arc-message-signature", "arc-seal"].iter().any(|name| field.is(name))
}

#[cfg(test)]
mod tests {
    use super::super::header::split;
    use super::*;

    #[test]
    fn signatures_tell_what_they_cover() {
        let text = b"DKIM-Signature: v=1; a=rsa-sha256; d=Example.COM; s=s1; i=@mail.example.com;\r\n\th=From:To : List-Unsubscribe:\r\n list-unsubscribe-post; b=ab\r\n cd\r\n\r\n";
        let header = split(text).expect("a message");
        let read = signatures(&header);
        assert_eq!((read[0].domain.as_deref(), read[0].selector.as_deref()), (Some("example.com"), Some("s1")));
        assert_eq!(read[0].headers, ["from", "to", "list-unsubscribe", "list-unsubscribe-post"]);
        assert!(read[0].covers("List-Unsubscribe-Post") && !read[0].covers("subject"));
        assert_eq!(read[0].span, 0..text.len() - 2);
    }

    #[test]
    fn arc_sets_are_complete_or_not() {
        let set = |i: u8| {
            format!(
                "ARC-Seal: i={i}; a=rsa-sha256; cv=none; d=example.net; s=a; b=x\nARC-Message-Signature: i={i}; d=example.net; s=a; h=from; b=x\nARC-Authentication-Results: i={i}; mx.example.net; spf=pass smtp.mailfrom=example.com\n"
            )
        };
        let of = |text: &str| arc(&split(text.as_bytes()).expect("a message"));
        let both = of(&(set(2) + &set(1)));
        assert_eq!(both.complete, Some(true));
        assert_eq!(both.sets[1].results[0].authserv_id.as_deref(), Some("mx.example.net"));
        assert_eq!(both.sets[0].seals[0].chain.as_deref(), Some("none"));
        assert_eq!(of(&set(2)).complete, Some(false), "instance 1 is missing");
        assert_eq!(of(&(set(1) + &set(1))).complete, Some(false), "instance 1 stands twice");
        assert_eq!(of(&set(51)).sets[0].instance, 0);
        assert_eq!(of("From: a@example.com\n").complete, None);
    }
}
