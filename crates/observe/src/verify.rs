//! Verification of a message's signatures: DKIM (RFC 6376, RFC 8463), and ARC for information (RFC 8617).
//!
//! The cryptography and the canonical forms are mail-auth's. The keys are ours: they were asked for before, and stand in
//! the cache that mail-auth looks into. That cache has an answer to every name, so nothing is ever looked up here.

mod cache;
#[cfg(test)]
mod tests;

use cache::Keys;
use futures_util::FutureExt;
use jiff::Timestamp;
use mail_auth::arc::ArcError;
use mail_auth::common::crypto::CryptoError;
use mail_auth::dkim::DkimError;
use mail_auth::hickory_resolver::config::{ResolverConfig, ResolverOpts};
use mail_auth::{AuthenticatedMessage, DkimResult, DnsError, Error, MessageAuthenticator, Parameters};
use ptrust_mail::Answers;
use ptrust_mail::dkim::{
    KeyAnswer, KeyState, KeyType, ParsedKey, ParsedSignature, PublicKey, key_at, key_question, parse_signature,
};
use ptrust_mail::message::{
    ArcOutcome, Field, Header, MAX_MESSAGE, SignatureFailure, SignatureGap, SignatureOutcome, Verified,
    VerifiedSignature, signatures, split,
};
use ptrust_mail::tags::{Effect, HasEffect};
use ptrust_names::{Question, escape};
use std::collections::{BTreeMap, BTreeSet};

/// Signatures of a message that are verified: each may hash the whole body anew. Receivers look at five to ten.
pub const MAX_VERIFIED: usize = 16;

/// Names in the list of signed fields, at most; as many as [`parse_signature`] reads.
const MAX_SIGNED: usize = 256;
/// Fields that hold a signature over the body.
const SIGNATURE_FIELDS: [&str; 2] = ["dkim-signature", "arc-message-signature"];
/// The fields of an ARC set.
const ARC_FIELDS: [&str; 3] = ["arc-authentication-results", "arc-message-signature", "arc-seal"];

/// The questions for the keys of a message's signatures and seals.
pub fn key_questions(message: &[u8]) -> BTreeSet<Question> {
    let Ok(header) = split(message) else { return BTreeSet::new() };
    let dkim = header.named("dkim-signature").take(MAX_VERIFIED);
    let arc = ARC_FIELDS.iter().skip(1).flat_map(|name| header.named(name).take(MAX_VERIFIED));
    dkim.chain(arc).filter_map(|field| question(&parse_signature(field.value))).collect()
}

/// The question for the key of a signature or seal.
fn question(parsed: &ParsedSignature) -> Option<Question> {
    let signature = &parsed.value;
    key_question(&signature.selector.as_ref()?.to_string(), signature.domain.as_ref()?).ok()
}

/// Verifies the signatures of a message with keys that were asked for. `received` is when the message arrived: what had
/// not expired then is good, whenever it is looked at.
pub fn verify(message: &[u8], answers: &impl Answers, received: Timestamp, now: Timestamp) -> Verified {
    let message = message.get(..MAX_MESSAGE).unwrap_or(message);
    let Ok(header) = split(message) else { return Verified::default() };
    let wire = Wire::new(message, &header);
    let authentic = Authentic::read(&wire, answers);
    let mut verified = Verified::default();
    let mut fields = header.named("dkim-signature");
    for (signature, field) in signatures(&header).into_iter().zip(fields.by_ref().take(MAX_VERIFIED)) {
        let parsed = parse_signature(field.value);
        let question = question(&parsed);
        let key = question.as_ref().and_then(|question| key_at(question, answers).done());
        let expiry = parsed.value.expiration.and_then(|at| Timestamp::from_second(at.cast_signed()).ok());
        let expired = |then: Timestamp| expiry.is_some_and(|expiry| expiry < then);
        let result = wire.place(field).and_then(|place| authentic.as_ref()?.dkim.get(&place));
        verified.signatures.push(VerifiedSignature {
            outcome: outcome(&parsed, key.as_ref(), result, wire.has_body, expired(received)),
            domain: parsed.value.domain.clone(),
            length: parsed.value.length,
            testing: matches!(&key, Some(KeyAnswer::Present { key, .. }) if key.value.testing),
            expired_since: !expired(received) && expired(now),
            key: question,
            signature,
        });
    }
    verified.not_looked_at = fields.count();
    if ARC_FIELDS.iter().any(|name| header.named(name).next().is_some()) {
        verified.arc = Some(authentic.map_or_else(
            || ArcOutcome::Unknown("the message cannot be read".into()),
            |authentic| arc_outcome(&authentic.arc, &wire),
        ));
    }
    verified
}

/// What came of one signature: the field first, then the body, the key, and the header.
fn outcome(
    parsed: &ParsedSignature,
    key: Option<&KeyAnswer>,
    result: Option<&DkimResult>,
    has_body: bool,
    expired: bool,
) -> SignatureOutcome {
    let fail = SignatureOutcome::Fail;
    if let Some(fault) = parsed.faults.iter().find(|fault| fault.kind.effect() == Effect::Void) {
        return fail(SignatureFailure::Field(fault.kind.clone()));
    }
    if expired {
        return fail(SignatureFailure::Expired);
    }
    if matches!(result, Some(DkimResult::Neutral(Error::Dkim(DkimError::FailedBodyHashMatch)))) {
        return if has_body {
            fail(SignatureFailure::BodyHash)
        } else {
            SignatureOutcome::Unknown(SignatureGap::NoBody)
        };
    }
    let key = match key {
        Some(KeyAnswer::Present { key, .. }) => key,
        Some(KeyAnswer::Several { .. }) => return fail(SignatureFailure::SeveralKeys),
        Some(KeyAnswer::Unknown(cause)) => return SignatureOutcome::Unknown(SignatureGap::Key(*cause)),
        Some(KeyAnswer::Absent(_) | KeyAnswer::OtherTexts { .. }) | None => {
            return fail(SignatureFailure::KeyMissing);
        }
    };
    if let Some(failure) = key_failure(parsed, key) {
        return fail(failure);
    }
    match result {
        Some(DkimResult::Pass) => SignatureOutcome::Pass,
        Some(DkimResult::Fail(Error::Dkim(DkimError::FailedAuidMatch))) => fail(SignatureFailure::Identity),
        _ => fail(SignatureFailure::Header),
    }
}

/// Why a key cannot verify a signature, before any arithmetic.
fn key_failure(parsed: &ParsedSignature, key: &ParsedKey) -> Option<SignatureFailure> {
    let (wanted, _) = parsed.value.algorithm.as_ref()?;
    match key.state() {
        KeyState::Revoked => Some(SignatureFailure::KeyRevoked),
        KeyState::Broken => {
            let fault = key.faults.iter().find(|fault| fault.kind.effect() == Effect::Void)?;
            Some(SignatureFailure::Key(fault.kind.clone()))
        }
        KeyState::Usable { key, .. } => {
            let fits = match key {
                PublicKey::Ed25519 => *wanted == KeyType::Ed25519,
                PublicKey::Rsa { .. } => *wanted == KeyType::Rsa,
            };
            (!fits).then_some(SignatureFailure::KeyType)
        }
    }
}

/// What came of an ARC chain, in words.
fn arc_outcome(result: &DkimResult, wire: &Wire) -> ArcOutcome {
    let text = |error: &Error| match error {
        Error::Arc(ArcError::FailedBodyHashMatch) => "the body was changed after the last set was added".to_owned(),
        Error::Crypto(CryptoError::FailedVerification) => "a seal or signature does not verify".to_owned(),
        Error::Arc(ArcError::InvalidCV) => {
            "a seal says that the chain before it failed, or is the first and was not".into()
        }
        Error::Arc(ArcError::BrokenChain | ArcError::InvalidInstance(_)) => "sets are missing or incomplete".into(),
        Error::Arc(ArcError::ChainTooLong) => "there are too many sets".into(),
        Error::Dns(DnsError::Resolver(cause)) => cause.clone(),
        Error::Dns(DnsError::RecordNotFound(_)) => "a key is missing".into(),
        _ => "a field or key cannot be used".into(),
    };
    match result {
        DkimResult::Pass => ArcOutcome::Pass,
        DkimResult::Neutral(Error::Arc(ArcError::FailedBodyHashMatch)) if !wire.has_body => {
            ArcOutcome::Unknown(SignatureGap::NoBody.to_string())
        }
        DkimResult::TempError(error) => ArcOutcome::Unknown(escape(&text(error))),
        DkimResult::Neutral(error) | DkimResult::Fail(error) | DkimResult::PermError(error) => {
            ArcOutcome::Fail(escape(&text(error)))
        }
        DkimResult::None => ArcOutcome::Fail("sets are missing or incomplete".into()),
    }
}

/// A message as mail-auth wants it: the fields that were read, with the line ends of SMTP.
struct Wire {
    /// The octets.
    octets: Vec<u8>,
    /// Where fields stand: in the original, and here.
    places: BTreeMap<usize, usize>,
    /// Whether there is anything behind the header.
    has_body: bool,
}

impl Wire {
    /// Writes the message anew. Signatures over the limit are left out, since each could have the body hashed once more.
    fn new(message: &[u8], header: &Header<'_>) -> Self {
        let body = message.get(header.body_at..).unwrap_or_default();
        let mut wire = Self {
            octets: Vec::with_capacity(message.len() + message.len() / 16),
            places: BTreeMap::new(),
            has_body: !body.is_empty(),
        };
        let mut signatures = [0; 2];
        for field in &header.fields {
            let kind = SIGNATURE_FIELDS.iter().position(|name| field.is(name));
            if let Some(count) = kind.and_then(|kind| signatures.get_mut(kind)) {
                *count += 1;
                if *count > MAX_VERIFIED {
                    continue;
                }
            }
            wire.places.insert(field.at, wire.octets.len());
            wire.add(field.raw);
            if !wire.octets.ends_with(b"\n") {
                wire.add(b"\r\n");
            }
        }
        wire.add(b"\r\n");
        wire.add(body);
        wire
    }

    /// Adds text; bare line feeds, as files have them, become the line ends that SMTP carries and signatures cover.
    fn add(&mut self, text: &[u8]) {
        for line in text.split_inclusive(|octet| *octet == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(bare) if !bare.ends_with(b"\r") => {
                    self.octets.extend_from_slice(bare);
                    self.octets.extend_from_slice(b"\r\n");
                }
                _ => self.octets.extend_from_slice(line),
            }
        }
    }

    /// Where a field of the original stands here.
    fn place(&self, field: &Field<'_>) -> Option<usize> {
        self.places.get(&field.at).copied()
    }

    /// Where a part of the octets stands in them.
    fn offset(&self, part: &[u8]) -> usize {
        part.as_ptr().addr().wrapping_sub(self.octets.as_ptr().addr())
    }
}

/// What mail-auth says.
struct Authentic {
    /// Of each signature, by the place of its field.
    dkim: BTreeMap<usize, DkimResult>,
    /// Of the ARC chain.
    arc: DkimResult,
}

impl Authentic {
    /// Has mail-auth verify a message; `None` when it cannot read it.
    fn read(wire: &Wire, answers: &impl Answers) -> Option<Self> {
        let mut message = AuthenticatedMessage::parse_with_opts(&wire.octets, None, false)?;
        // Long lists of fields take time that grows with their square; such a signature is faulty anyway.
        message.dkim_headers.retain(|one| one.header.h.len() <= MAX_SIGNED);
        for one in &mut message.dkim_headers {
            // Otherwise the system's clock would be read, and more be asked for than keys.
            (one.header.x, one.header.r, one.header.atps) = (0, false, None);
        }
        for one in &mut message.ams_headers {
            one.header.x = 0;
        }
        let signed = message.dkim_headers.iter().map(|one| (&one.header.s, &one.header.d));
        let arc_signed = message.ams_headers.iter().map(|one| (&one.header.s, &one.header.d));
        let sealed = message.as_headers.iter().map(|one| (&one.header.s, &one.header.d));
        let keys = Keys::new(signed.chain(arc_signed).chain(sealed), answers);
        // A resolver without servers: the cache answers everything, and nothing could leave if it did not.
        let nowhere = ResolverConfig::from_parts(None, Vec::new(), Vec::new());
        let authenticator = MessageAuthenticator::new(nowhere, ResolverOpts::default()).ok()?;
        let parameters = || Parameters::new(&message).with_txt_cache(&keys);
        let outputs = authenticator.verify_dkim(parameters()).now_or_never()?;
        let results = outputs.into_iter().filter(|output| output.signature().is_some());
        let dkim = message.dkim_headers.iter().zip(results);
        let dkim = dkim.map(|(one, output)| (wire.offset(one.name), output.result().clone())).collect();
        let too_long = message.ams_headers.iter().any(|one| one.header.h.len() > MAX_SIGNED)
            || message.as_headers.len() > MAX_VERIFIED;
        let arc = if too_long {
            DkimResult::Fail(Error::Arc(ArcError::ChainTooLong))
        } else {
            authenticator.verify_arc(parameters()).now_or_never()?.result().clone()
        };
        Some(Self { dkim, arc })
    }
}
