//! What receivers wrote of authentication: Authentication-Results (RFC 8601) and Received-SPF (RFC 7208 9.1).

use super::text::{MAX_VALUE, Token, address, addresses_in, cut, shown, shown_some, tokens, unquote};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// Results of one field that are read; servers write one for each method and signature.
const MAX_RESULTS: usize = 64;
/// Properties of one result that are read.
const MAX_PROPERTIES: usize = 16;
/// Addresses of one field that are taken as claims.
const MAX_CLAIMS: usize = 4;

/// One Authentication-Results field. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AuthenticationResults {
    /// Octets from the start of the file to the field.
    pub at: usize,
    /// Who speaks (authserv-id); Exchange Online leaves it out.
    pub authserv_id: Option<String>,
    /// The results, in order.
    pub results: Vec<MethodResult>,
}

/// The result of one method.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MethodResult {
    /// The method in lower case: `spf`, `dkim`, `dmarc`, `iprev`, `arc` …
    pub method: String,
    /// The result in lower case: `pass`, `fail` …
    pub result: String,
    /// The reason given (`reason=`).
    pub reason: Option<String>,
    /// The comment after the result.
    pub comment: Option<String>,
    /// Properties, in order.
    pub properties: Vec<Property>,
}

/// A property of a result, such as `smtp.mailfrom=example.org`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Property {
    /// Type and name with the dot between, in lower case; Exchange Online's own ones have no type.
    pub name: String,
    /// The value.
    pub value: String,
}

/// One Received-SPF field. Texts are escaped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReceivedSpf {
    /// Octets from the start of the file to the field.
    pub at: usize,
    /// The result in lower case.
    pub result: String,
    /// The address that was evaluated (`client-ip`).
    pub client_ip: Option<IpAddr>,
    /// The sender that was evaluated (`envelope-from`).
    pub envelope_from: Option<String>,
    /// The HELO name that was seen (`helo`).
    pub helo: Option<String>,
    /// The host that evaluated (`receiver`).
    pub receiver: Option<String>,
    /// The comment.
    pub comment: Option<String>,
}

/// A client address that an authentication field names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Octets from the start of the file to the field.
    pub(super) at: usize,
    /// The address.
    pub(super) address: IpAddr,
    /// The HELO name beside it.
    pub(super) helo: Option<String>,
}

impl AuthenticationResults {
    /// The result of a method, the first when it stands several times.
    pub fn method(&self, method: &str) -> Option<&MethodResult> {
        self.results.iter().find(|result| result.method == method)
    }

    /// The client addresses that the field names: in the iprev and SPF results' properties, and in their comments, where
    /// Gmail, Exchange Online and others write it.
    pub(super) fn claims(&self) -> Vec<Claim> {
        let mut claims: Vec<Claim> = Vec::new();
        for result in self.results.iter().filter(|result| matches!(result.method.as_str(), "iprev" | "spf")) {
            let property = |name: &str| result.properties.iter().find(|property| property.name == name);
            let told = ["policy.iprev", "smtp.remote-ip", "smtp.client-ip"]
                .iter()
                .filter_map(|name| address(&property(name)?.value));
            let comment = result.comment.iter().flat_map(|comment| addresses_in(comment, 1));
            let helo = property("smtp.helo").map(|property| property.value.clone());
            for address in told.chain(comment) {
                if claims.len() < MAX_CLAIMS && !claims.iter().any(|claim| claim.address == address) {
                    claims.push(Claim { at: self.at, address, helo: helo.clone() });
                }
            }
        }
        claims
    }
}

impl ReceivedSpf {
    /// The client address that the field names.
    pub(super) fn claim(&self) -> Option<Claim> {
        Some(Claim { at: self.at, address: self.client_ip?, helo: self.helo.clone() })
    }
}

/// Reads the value of an Authentication-Results field. What does not follow the syntax is left out.
pub fn authentication_results(value: &str, at: usize) -> AuthenticationResults {
    let tokens = tokens(value);
    let mut read = AuthenticationResults { at, ..AuthenticationResults::default() };
    for (index, part) in tokens.split(|token| matches!(token, Token::Semicolon)).enumerate().take(MAX_RESULTS) {
        let pairs = pairs(part);
        match method_result(&pairs) {
            Some(result) => read.results.push(result),
            None if index == 0 => {
                read.authserv_id = pairs.iter().find_map(|piece| match piece {
                    Piece::Word(word) => shown_some(word),
                    Piece::Comment(_) | Piece::Pair(..) => None,
                });
            }
            None => {}
        }
    }
    read
}

/// A piece of a result.
enum Piece<'a> {
    /// A comment.
    Comment(&'a str),
    /// `name=value`; the value's quotes removed.
    Pair(String, String),
    /// A word without `=`.
    Word(String),
}

/// Joins words around `=`, which may stand apart (RFC 8601 2.2 allows white space there).
fn pairs<'a>(tokens: &[Token<'a>]) -> Vec<Piece<'a>> {
    let mut pieces = Vec::new();
    let mut open: Option<String> = None;
    for token in tokens {
        match token {
            Token::Comment(comment) => pieces.push(Piece::Comment(comment)),
            Token::Semicolon => {}
            Token::Word(word) => {
                if let Some(name) = open.take() {
                    pieces.push(Piece::Pair(name, unquote(word)));
                } else if let Some((name, value)) = word.split_once('=') {
                    let name = match (name, pieces.pop()) {
                        ("", Some(Piece::Word(before))) => before,
                        (_, last) => {
                            pieces.extend(last);
                            name.to_owned()
                        }
                    };
                    if value.is_empty() {
                        open = Some(name);
                    } else {
                        pieces.push(Piece::Pair(name, unquote(value)));
                    }
                } else {
                    pieces.push(Piece::Word(unquote(word)));
                }
            }
        }
    }
    pieces
}

/// One result: its first pair is the method and the result.
fn method_result(pieces: &[Piece<'_>]) -> Option<MethodResult> {
    let mut pairs = pieces.iter().filter_map(|piece| match piece {
        Piece::Pair(name, value) => Some((name.to_ascii_lowercase(), value)),
        Piece::Comment(_) | Piece::Word(_) => None,
    });
    let (method, result) = pairs.next()?;
    let comment = pieces.iter().find_map(|piece| match piece {
        Piece::Comment(comment) => shown_some(comment),
        Piece::Pair(..) | Piece::Word(_) => None,
    });
    let mut read = MethodResult {
        // A version may follow the method (`dkim/1`); there has only ever been 1.
        method: shown(method.split('/').next().unwrap_or_default()),
        result: shown(&result.to_ascii_lowercase()),
        comment,
        ..MethodResult::default()
    };
    for (name, value) in pairs.take(MAX_PROPERTIES) {
        if name == "reason" && read.reason.is_none() {
            read.reason = shown_some(value);
        } else {
            read.properties.push(Property { name: shown(&name), value: shown(value) });
        }
    }
    Some(read)
}

/// Reads the value of a Received-SPF field.
pub fn received_spf(value: &str, at: usize) -> ReceivedSpf {
    let value = cut(value, MAX_VALUE);
    let tokens = tokens(value);
    let mut read = ReceivedSpf { at, ..ReceivedSpf::default() };
    for piece in tokens.split(|token| matches!(token, Token::Semicolon)).flat_map(pairs) {
        match piece {
            Piece::Word(word) if read.result.is_empty() => read.result = shown(&word.to_ascii_lowercase()),
            Piece::Comment(comment) if read.comment.is_none() => read.comment = shown_some(comment),
            Piece::Pair(name, value) => match name.to_ascii_lowercase().as_str() {
                "client-ip" => read.client_ip = address(&value),
                "envelope-from" => read.envelope_from = shown_some(value.trim_matches(['<', '>'])),
                "helo" => read.helo = shown_some(&value),
                "receiver" => read.receiver = shown_some(&value),
                _ => {}
            },
            Piece::Comment(_) | Piece::Word(_) => {}
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The method results in short.
    fn short(results: &AuthenticationResults) -> Vec<String> {
        let property = |property: &Property| format!(" {}={}", property.name, property.value);
        let one = |result: &MethodResult| {
            format!("{}={}{}", result.method, result.result, result.properties.iter().map(property).collect::<String>())
        };
        results.results.iter().map(one).collect()
    }

    #[test]
    fn results_of_receivers_are_read() {
        let gmail = authentication_results(
            "mx.google.com; dkim=pass header.i=@example.com header.s=s1; spf=pass (google.com: domain of a@example.com designates 203.0.113.5 as permitted sender) smtp.mailfrom=a@example.com; dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=example.com",
            9,
        );
        assert_eq!(gmail.authserv_id.as_deref(), Some("mx.google.com"));
        let expected = [
            "dkim=pass header.i=@example.com header.s=s1",
            "spf=pass smtp.mailfrom=a@example.com",
            "dmarc=pass header.from=example.com",
        ];
        assert_eq!(short(&gmail), expected);
        assert_eq!(gmail.claims()[0].address.to_string(), "203.0.113.5");

        let exchange = authentication_results(
            "spf=pass (sender IP is 203.0.113.5)\n smtp.mailfrom=example.com; dkim=fail (body hash) reason=\"x y\" header.d = example.com;compauth=pass reason=100",
            0,
        );
        assert_eq!(exchange.authserv_id, None);
        let expected = ["spf=pass smtp.mailfrom=example.com", "dkim=fail header.d=example.com", "compauth=pass"];
        assert_eq!(short(&exchange), expected);
        assert_eq!(exchange.method("dkim").and_then(|dkim| dkim.reason.as_deref()), Some("x y"));

        let iprev =
            authentication_results("mx.example.net 1; iprev=pass policy.iprev=2001:db8::5 (mail.example.com)", 0);
        assert_eq!(iprev.claims()[0].address.to_string(), "2001:db8::5");
        assert_eq!(short(&authentication_results("mx.example.net; none", 0)), Vec::<String>::new());
    }

    #[test]
    fn received_spf_is_read() {
        let read = received_spf(
            "Pass (mx: domain of a@example.com designates 203.0.113.5 as permitted sender) client-ip=203.0.113.5; envelope-from=\"<a@example.com>\"; helo=mail.example.com; receiver=mx.example.net;",
            3,
        );
        assert_eq!(read.result, "pass");
        assert_eq!(read.claim().map(|claim| claim.address.to_string()).as_deref(), Some("203.0.113.5"));
        assert_eq!(read.envelope_from.as_deref(), Some("a@example.com"));
        assert_eq!(
            (read.helo.as_deref(), read.receiver.as_deref()),
            (Some("mail.example.com"), Some("mx.example.net"))
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "[a-z=;()\" ./0-9]{0,120}|\\PC{0,60}") {
            prop_assert_eq!(authentication_results(&text, 1).at, 1);
            prop_assert_eq!(received_spf(&text, 1).at, 1);
        }
    }
}
