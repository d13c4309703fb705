//! The cache that mail-auth looks into: our answers, and to everything else that there is nothing.

use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::hickory_resolver::proto::op::ResponseCode;
use mail_auth::{DnsError, Error, ResolverCache, Txt};
use ptrust_mail::Answers;
use ptrust_mail::dkim::{KeyAnswer, key_at, key_question};
use ptrust_names::Name;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

/// Keys by the names under which mail-auth asks for them.
pub(super) struct Keys(HashMap<Box<str>, Txt>);

impl Keys {
    /// The keys of selectors and domains, as far as the answers have them.
    pub(super) fn new<'a>(signers: impl Iterator<Item = (&'a String, &'a String)>, answers: &impl Answers) -> Self {
        let key = |(selector, domain): (&String, &String)| {
            // As `to_fqdn` of mail-auth spells it.
            let name = format!("{selector}._domainkey.{domain}.").to_lowercase();
            Some((name.into_boxed_str(), key(selector, &domain.parse().ok()?, answers)))
        };
        Self(signers.filter_map(key).collect())
    }
}

/// One key.
fn key(selector: &str, domain: &Name, answers: &impl Answers) -> Txt {
    let answer = key_question(selector, domain).ok().and_then(|question| key_at(&question, answers).done());
    match answer {
        Some(KeyAnswer::Present { text, .. }) => match DomainKey::parse(&text.0) {
            Ok(key) => Txt::DomainKey(Arc::new(key)),
            Err(error) => Txt::Error(error),
        },
        Some(KeyAnswer::Unknown(cause)) => {
            Txt::Error(Error::Dns(DnsError::Resolver(format!("a key is not known: {cause}"))))
        }
        _ => missing(),
    }
}

/// No record.
const fn missing() -> Txt {
    Txt::Error(Error::Dns(DnsError::RecordNotFound(ResponseCode::NXDomain)))
}

impl ResolverCache<Box<str>, Txt> for Keys {
    fn get<Q>(&self, name: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        Some(self.0.get(name).cloned().unwrap_or_else(missing))
    }

    fn remove<Q>(&self, _: &Q) -> Option<Txt>
    where
        Box<str>: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        None
    }

    fn insert(&self, _: Box<str>, _: Txt, _: Instant) {}
}
