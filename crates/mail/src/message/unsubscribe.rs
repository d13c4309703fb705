//! How a recipient can leave a list: List-Unsubscribe (RFC 2369) and one click (RFC 8058).

use super::header::Header;
use super::signature::Signature;
use super::text::{MAX_VALUE, cut, shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// URIs that are kept; senders give one or two.
const MAX_URIS: usize = 16;
/// The only value that RFC 8058 3.1 defines.
const ONE_CLICK: &str = "List-Unsubscribe=One-Click";

/// The fields for leaving a list, and whether they make one click possible.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unsubscribe {
    /// The URIs of List-Unsubscribe, in order of preference, escaped.
    pub uris: Vec<String>,
    /// The value of List-Unsubscribe-Post, escaped.
    pub post: Option<String>,
    /// One of the URIs is https (RFC 8058 3.1).
    pub https: bool,
    /// List-Unsubscribe-Post says exactly `List-Unsubscribe=One-Click`.
    pub one_click: bool,
    /// Indexes of the signatures that name both fields in `h=`. Whether one of them holds is for the verifier to say.
    pub covered_by: Vec<usize>,
}

impl Unsubscribe {
    /// Whether everything that RFC 8058 asks of the header is there; the signature must also hold.
    pub fn is_complete(&self) -> bool {
        self.https && self.one_click && !self.covered_by.is_empty()
    }
}

/// Reads the fields.
pub fn unsubscribe(header: &Header<'_>, signatures: &[Signature]) -> Unsubscribe {
    let value = |name: &str| header.named(name).next().map(super::header::Field::unfolded);
    let list = value("list-unsubscribe").unwrap_or_default();
    let post = value("list-unsubscribe-post");
    let uris = uris(&list);
    let covering =
        |signature: &Signature| signature.covers("list-unsubscribe") && signature.covers("list-unsubscribe-post");
    Unsubscribe {
        https: uris.iter().any(|uri| uri.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"))),
        one_click: post.as_deref() == Some(ONE_CLICK),
        covered_by: signatures
            .iter()
            .enumerate()
            .filter(|(_, signature)| covering(signature))
            .map(|(at, _)| at)
            .collect(),
        uris,
        post: post.map(|post| shown(&post)),
    }
}

/// The URIs between angle brackets (RFC 2369 2). White space inside one is from folding and does not count.
fn uris(value: &str) -> Vec<String> {
    let inside = cut(value, MAX_VALUE).split('<').skip(1).filter_map(|part| Some(part.split_once('>')?.0));
    inside.map(|uri| shown(&uri.split_whitespace().collect::<String>())).take(MAX_URIS).collect()
}

#[cfg(test)]
mod tests {
    use super::super::header::split;
    use super::super::signature::signatures;
    use super::*;

    /// Reads the fields of a header.
    fn of(text: &str) -> Unsubscribe {
        let header = split(text.as_bytes()).expect("a message");
        unsubscribe(&header, &signatures(&header))
    }

    #[test]
    fn one_click_needs_all_three() {
        let list = "List-Unsubscribe: <mailto:u@example.com>,\n <https://example.com/\n u?x=1>\n";
        let post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n";
        let signed = "DKIM-Signature: d=example.com; h=from:list-unsubscribe:list-unsubscribe-post; b=x\n";
        let all = of(&format!("{list}{post}{signed}"));
        assert_eq!(all.uris, ["mailto:u@example.com", "https://example.com/u?x=1"]);
        assert!(all.is_complete());
        assert!(!of(&format!("{list}{post}")).is_complete(), "not signed");
        assert!(!of(&format!("{list}{signed}")).is_complete(), "no post");
        assert!(!of(&format!("List-Unsubscribe: <http://example.com>\n{post}{signed}")).https);
        assert!(!of(&format!("{list}List-Unsubscribe-Post: list-unsubscribe=one-click\n{signed}")).one_click);
    }
}
