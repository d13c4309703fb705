//! What blocklists say.

use ptrust_checks::Posture;
use ptrust_checks::posture::lists::{ListState, Listing};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// What blocklists say of a domain and its addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Lists {
    /// Lists that answered and are believed.
    pub heard: usize,
    /// Lists that refused, or that nobody could ask.
    pub unheard: Vec<String>,
    /// Lists that fail their own test (RFC 5782 5).
    pub not_believed: Vec<String>,
    /// What is listed where.
    pub listed: Vec<Listed>,
    /// The public resolver through which the lists had to be asked, which makes answers doubtful.
    pub public_resolver: Option<&'static str>,
}

/// One listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Listed {
    /// Id of the list.
    pub list: String,
    /// Who runs it.
    pub operator: String,
    /// The address or domain.
    pub subject: String,
    /// What the list says.
    pub codes: Vec<String>,
    /// How much it matters: `info`, `low`, `medium` or `high`.
    #[schemars(with = "String")]
    pub weight: ptrust_knowledge::dnsbl::Weight,
    /// Where to ask for removal.
    pub delist: Option<String>,
}

/// What blocklists say.
pub(super) fn lists(posture: &Posture) -> Lists {
    let listings = posture.listings();
    let ids = |keep: fn(&ListState) -> bool| -> BTreeSet<String> {
        listings.iter().filter(|one| keep(&one.state)).map(|one| one.list.id.clone()).collect()
    };
    let heard = ids(|state| matches!(state, ListState::Listed(_) | ListState::NotListed));
    let listed = |one: &Listing| match &one.state {
        ListState::Listed(codes) => Some(Listed {
            list: one.list.id.clone(),
            operator: one.list.operator.clone(),
            subject: one.subject_text(),
            codes: codes.clone(),
            weight: one.list.weight,
            delist: one.list.delist.clone(),
        }),
        _ => None,
    };
    Lists {
        heard: heard.len(),
        unheard: ids(|state| matches!(state, ListState::Refused(_) | ListState::Unknown(_))).into_iter().collect(),
        not_believed: ids(|state| matches!(state, ListState::NotBelieved(_))).into_iter().collect(),
        listed: listings.iter().filter_map(listed).collect(),
        public_resolver: posture.public_resolver(),
    }
}
