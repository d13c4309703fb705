//! Chains of trust: DNSSEC validation of the answers a walk found, by `domain`'s validator over our own exchanges.
//!
//! The validator turns every failed fetch of a DS or DNSKEY set into `Bogus` (domain 0.12). A diagnosis must not: the
//! upstream here records failed fetches, and a bogus result with one of them on its path is undetermined. The root's
//! own keys are looked at first, since a root without keys, or with keys of another anchor, has no chain to judge.

mod links;

use crate::answer::{Answer, MAX_ALIASES, read_answer};
use crate::walk::Walker;
use crate::wire;
use bytes::Bytes;
use domain::base::Message;
use domain::dnssec::validator::anchor::TrustAnchors;
use domain::dnssec::validator::context::{ValidationContext, ValidationState};
use domain::net::client::request::{ComposeRequest, Error, GetResponse, RequestMessage, SendRequest};
use ptrust_facts::{Chain, Fact, Trust};
use ptrust_names::{Cause, Name, Observed, Question, RecordType, escape};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::OnceCell;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The root's trust anchors (IANA root-anchors.xml: KSK-2017 and KSK-2024).
pub const ROOT_ANCHORS: &str = "\
. 172800 IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
. 172800 IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
";

/// The trust anchors cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("failed to read the trust anchors: not DS or DNSKEY records in zone file form")]
pub struct AnchorError;

/// Checks trust anchors before a run, so that a bad file is a usage error.
///
/// # Errors
/// When the text is not DS or DNSKEY records in zone file form.
pub fn check_anchors(text: &str) -> Result<(), AnchorError> {
    anchors(text).map(|_| ())
}

/// Parses anchors; the parser wants every record on a line that ends.
fn anchors(text: &str) -> Result<TrustAnchors, AnchorError> {
    // Neither type has quoted words, and domain 0.12.3 panics at a name right behind a quote.
    if text.contains('"') || (!text.contains("DS") && !text.contains("DNSKEY")) {
        return Err(AnchorError);
    }
    let mut text = text.to_owned();
    text.push('\n');
    TrustAnchors::from_u8(text.as_bytes()).map_err(|_| AnchorError)
}

/// Chains of trust for one run.
pub struct Chains {
    upstream: Upstream,
    context: ValidationContext<Upstream>,
    /// What the root's own keys say: nothing in the way, or the status of every chain.
    root: OnceCell<Option<Chain>>,
}

impl Chains {
    /// Chains over a walker's exchanges.
    ///
    /// # Errors
    /// When the settings' trust anchors cannot be read.
    pub fn new(walker: &Arc<Walker>) -> Result<Self, AnchorError> {
        let anchors = anchors(walker.settings().trust_anchor.as_deref().unwrap_or(ROOT_ANCHORS))?;
        let upstream = Upstream { walker: Arc::clone(walker), failed: Arc::default() };
        let context = ValidationContext::new(anchors, upstream.clone());
        Ok(Self { upstream, context, root: OnceCell::new() })
    }

    /// The chain of trust of a question's answer, aliases followed: the weakest part decides.
    pub async fn chain(&self, question: &Question) -> Fact<Chain> {
        let limit = self.upstream.walker.settings().timeout;
        let observed = match timeout(limit, self.judge(question)).await {
            Ok(observed) => observed,
            Err(_) => self.unfetched(question, Cause::Timeout),
        };
        Fact { observed, sources: Vec::new() }
    }

    async fn judge(&self, question: &Question) -> Observed<Chain> {
        if let Some(chain) = self.root.get_or_init(|| self.look_at_root()).await {
            return match &chain.trust {
                Trust::Undetermined(cause) => self.unfetched(question, *cause),
                _ => Observed::Present(chain.clone()),
            };
        }
        let mut question = question.clone();
        let mut weakest = Chain { trust: Trust::Secure, zone: None, reason: None };
        for _ in 0..=MAX_ALIASES {
            let octets = match self.upstream.walker.message(&question).await {
                Ok(octets) => octets,
                Err(cause) => return self.unfetched(&question, cause),
            };
            let mut octets = octets;
            let mut chain = self.validate_reply(&question, &octets).await;
            if chain.trust == Trust::Bogus {
                // One stale server is no bogus zone: bogus is what every server's reply is.
                for others in self.upstream.walker.messages(&question).await {
                    let other = self.validate_reply(&question, &others).await;
                    if other.trust != Trust::Bogus {
                        (chain, octets) = (other, others);
                        break;
                    }
                }
            }
            match chain.trust {
                Trust::Bogus | Trust::Undetermined(_) => return Observed::Present(chain),
                Trust::Insecure => weakest = chain,
                Trust::Secure => {}
            }
            let Ok(reply) = wire::parse(&octets) else {
                break;
            };
            match read_answer(&reply, &question) {
                Answer::Alias { target, .. } => question.name = target,
                _ => break,
            }
        }
        Observed::Present(weakest)
    }

    /// Validates one reply to a question. The validator calls aliases bogus that lead out of the message, come back to
    /// themselves or exclude each other, and denials without an SOA too, even in unsigned zones (domain 0.12): the
    /// links are validated one by one, and what they come to is not for the signatures to say.
    async fn validate_reply(&self, question: &Question, octets: &[u8]) -> Chain {
        let chain = |trust| Chain { trust, zone: None, reason: None };
        let answer = wire::parse(octets).ok().map(|reply| read_answer(&reply, question));
        let links = answer.as_ref().map(links::links).unwrap_or_default();
        if links.is_empty() {
            let unproven = matches!(&answer, Some(Answer::Negative { absence, .. }) if absence.soa.is_none());
            let validated = self.validate(octets).await;
            let unsigned = unproven && validated.trust == Trust::Bogus && !self.upstream.walker.ds_seen(&question.name);
            return if unsigned { chain(Trust::Insecure) } else { validated };
        }
        let mut weakest = chain(Trust::Secure);
        for (owner, rtype) in links {
            let Some(part) = links::part(octets, &owner, rtype) else {
                return chain(Trust::Undetermined(Cause::Garbled));
            };
            let validated = self.validate(&part).await;
            match validated.trust {
                Trust::Bogus | Trust::Undetermined(_) => return validated,
                Trust::Insecure => weakest = validated,
                Trust::Secure => {}
            }
        }
        weakest
    }

    /// Validates one message.
    async fn validate(&self, octets: &[u8]) -> Chain {
        let chain = |trust, reason: Option<String>| Chain { trust, zone: None, reason };
        let Ok(mut message) = Message::from_octets(Bytes::copy_from_slice(octets)) else {
            return chain(Trust::Undetermined(Cause::Garbled), None);
        };
        match self.context.validate_msg::<_, Bytes>(&mut message).await {
            Ok((ValidationState::Secure, _)) => chain(Trust::Secure, None),
            Ok((ValidationState::Insecure | ValidationState::Indeterminate, _)) => chain(Trust::Insecure, None),
            Ok((ValidationState::Bogus, extended)) => match self.upstream.failure_above(octets) {
                Some(cause) => chain(Trust::Undetermined(cause), None),
                None => chain(Trust::Bogus, extended.map(|extended| escape(&extended.to_string()))),
            },
            Err(_) => chain(Trust::Undetermined(Cause::Garbled), None),
        }
    }

    /// Whether there is a chain to judge at all.
    async fn look_at_root(&self) -> Option<Chain> {
        let question = Question::new(Name::root(), RecordType::DNSKEY);
        let insecure = |reason: &str| {
            Some(Chain { trust: Trust::Insecure, zone: Some(Name::root()), reason: Some(reason.to_owned()) })
        };
        let octets = match self.upstream.walker.message(&question).await {
            Ok(octets) => octets,
            Err(cause) => {
                return Some(Chain { trust: Trust::Undetermined(cause), zone: Some(Name::root()), reason: None });
            }
        };
        let keys = wire::parse(&octets).is_ok_and(|reply| {
            reply.answer.iter().any(|record| record.owner.is_root() && record.data.rtype() == RecordType::DNSKEY)
        });
        if !keys {
            return insecure("the root is unsigned");
        }
        match self.validate(&octets).await.trust {
            Trust::Secure => None,
            _ => insecure("no trust anchor fits the keys of this root"),
        }
    }

    /// A chain that could not be fetched: undetermined where a DS was seen, else unknown.
    fn unfetched(&self, question: &Question, cause: Cause) -> Observed<Chain> {
        if self.upstream.walker.ds_seen(&question.name) {
            Observed::Present(Chain { trust: Trust::Undetermined(cause), zone: None, reason: None })
        } else {
            Observed::Unknown(cause)
        }
    }
}

/// The validator's upstream: questions answered by authoritative servers, failures kept.
#[derive(Clone)]
struct Upstream {
    walker: Arc<Walker>,
    failed: Arc<Mutex<Vec<(Name, Cause)>>>,
}

impl Upstream {
    /// Why a DS or DNSKEY set at or above some name of a reply could not be fetched, if one could not.
    fn failure_above(&self, octets: &[u8]) -> Option<Cause> {
        let reply = wire::parse(octets).ok()?;
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let mut owners = reply.answer.iter().chain(&reply.authority).map(|record| &record.owner);
        owners.find_map(|owner| failed.iter().find(|(above, _)| owner.is_at_or_below(above)).map(|(_, cause)| *cause))
    }
}

impl SendRequest<RequestMessage<Bytes>> for Upstream {
    fn send_request(&self, request: RequestMessage<Bytes>) -> Box<dyn GetResponse + Send + Sync> {
        let upstream = self.clone();
        // The validator wants a future that is `Sync`; a task's handle is.
        Box::new(Fetching(tokio::spawn(async move { upstream.fetch(&request).await })))
    }
}

impl Upstream {
    async fn fetch(&self, request: &RequestMessage<Bytes>) -> Result<Message<Bytes>, Error> {
        let message = request.to_message()?;
        let asked = message.sole_question().map_err(|_| Error::FormError)?;
        let labels = asked.qname().iter().filter(|label| !label.is_root()).map(|label| label.as_slice().to_vec());
        let name = Name::from_labels(labels).map_err(|_| Error::FormError)?;
        let question = Question::new(name, RecordType(asked.qtype().to_int()));
        match self.walker.message(&question).await {
            Ok(octets) => Message::from_octets(Bytes::from(octets)).map_err(|_| Error::ShortMessage),
            Err(cause) => {
                self.failed.lock().unwrap_or_else(PoisonError::into_inner).push((question.name, cause));
                Err(Error::ConnectionClosed)
            }
        }
    }
}

/// A fetch under way.
#[derive(Debug)]
struct Fetching(JoinHandle<Result<Message<Bytes>, Error>>);

impl GetResponse for Fetching {
    fn get_response(&mut self) -> Pin<Box<dyn Future<Output = Result<Message<Bytes>, Error>> + Send + Sync + '_>> {
        Box::pin(async move { (&mut self.0).await.unwrap_or(Err(Error::ConnectionClosed)) })
    }
}

#[cfg(test)]
mod tests {
    use super::{ROOT_ANCHORS, check_anchors};

    #[test]
    fn anchors_are_checked() {
        assert!(check_anchors(ROOT_ANCHORS).is_ok());
        assert!(check_anchors("hello").is_err());
        assert!(check_anchors("").is_err());
    }
}
