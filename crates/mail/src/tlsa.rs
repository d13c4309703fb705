//! TLSA records and what they match (RFC 6698, RFC 7672).
//!
//! Certificates are given as digests, so that nothing here reads them. A record counts only when the zones of the mail
//! exchanger and of the record are proven by DNSSEC: that is for the caller to know.

use crate::{Answers, Step};
use ptrust_names::{Absence, Cause, Data, Hex, Name, NameError, Observed, Question, RecordType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256, Sha512};
use std::collections::BTreeSet;
use std::fmt;

/// Records at a name that are looked at at most. Two or three are in use; a set of thousands is an attack.
pub const MAX_RECORDS: usize = 64;

/// A TLSA record. Prints as zone files have it, and [`Tlsa::rdata`] gives its octets.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Tlsa {
    /// What the association constrains.
    pub usage: u8,
    /// What part of the certificate is compared: 0 all of it, 1 its public key.
    pub selector: u8,
    /// How it is compared: 0 as it is, 1 by SHA-256, 2 by SHA-512.
    pub matching: u8,
    /// What it is compared with.
    pub association: Hex,
}

/// Usage PKIX-TA.
pub const PKIX_TA: u8 = 0;
/// Usage PKIX-EE.
pub const PKIX_EE: u8 = 1;
/// Usage DANE-TA: an issuer of the chain.
pub const DANE_TA: u8 = 2;
/// Usage DANE-EE: the server's own certificate.
pub const DANE_EE: u8 = 3;

/// Why octets are not a TLSA record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[error("the record ends at octet {at}, within its fixed part")]
pub struct TlsaParseError {
    /// How many octets there are.
    pub at: usize,
}

/// Why a record is of no use for mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[schemars(rename = "TlsaUnusable")]
pub enum Unusable {
    /// No association data.
    #[error("nothing to compare with")]
    Empty,
    /// A digest whose length is not that of its type.
    #[error("the digest has the wrong length")]
    DigestLength,
    /// A matching type that is not assigned.
    #[error("the matching type is not known")]
    Matching,
    /// A usage that relies on public authorities: senders of mail do not use it (RFC 7672 3.1.3).
    #[error("usages 0 and 1 are not for mail")]
    PkixUsage,
    /// A selector that is not assigned.
    #[error("the selector is not known")]
    Selector,
    /// A usage that is not assigned.
    #[error("the usage is not known")]
    Usage,
}

impl Tlsa {
    /// The record that RFC 7672 3.1 recommends: `3 1 1`, from the SHA-256 of the public key.
    pub fn for_key(spki_sha256: [u8; 32]) -> Self {
        Self { usage: DANE_EE, selector: 1, matching: 1, association: Hex(spki_sha256.to_vec()) }
    }

    /// Reads the data of a record (RFC 6698 2.1).
    ///
    /// # Errors
    /// When it ends within its three fixed octets.
    pub fn parse(rdata: &[u8]) -> Result<Self, TlsaParseError> {
        let [usage, selector, matching, association @ ..] = rdata else {
            return Err(TlsaParseError { at: rdata.len() });
        };
        let association = Hex(association.to_vec());
        Ok(Self { usage: *usage, selector: *selector, matching: *matching, association })
    }

    /// The data of the record.
    pub fn rdata(&self) -> Vec<u8> {
        [&[self.usage, self.selector, self.matching], self.association.0.as_slice()].concat()
    }

    /// Why the record is of no use for mail; `None` when it is usable.
    pub fn unusable(&self) -> Option<Unusable> {
        let length = self.association.0.len();
        match (self.usage, self.selector, self.matching) {
            (PKIX_TA | PKIX_EE, ..) => Some(Unusable::PkixUsage),
            (4.., ..) => Some(Unusable::Usage),
            (_, 2.., _) => Some(Unusable::Selector),
            (_, _, 3..) => Some(Unusable::Matching),
            _ if length == 0 => Some(Unusable::Empty),
            (_, _, 1) if length != 32 => Some(Unusable::DigestLength),
            (_, _, 2) if length != 64 => Some(Unusable::DigestLength),
            _ => None,
        }
    }

    /// Whether the record is one that stays as it is when a certificate is renewed with the same key, and that is short:
    /// `3 1 1`, or `2 1 1` for an issuer.
    pub const fn is_recommended(&self) -> bool {
        matches!(self.usage, DANE_TA | DANE_EE) && self.selector == 1 && self.matching == 1
    }

    /// Whether the record is about a certificate.
    fn fits(&self, certificate: &CertificateDigests) -> bool {
        let CertificateDigests { cert_sha256, cert_sha512, spki_sha256, spki_sha512 } = certificate;
        let association = self.association.0.as_slice();
        match (self.selector, self.matching) {
            // The whole is compared by its digest: equal digests mean equal octets.
            (0, 0) => Sha256::digest(association).as_slice() == cert_sha256,
            (1, 0) => Sha256::digest(association).as_slice() == spki_sha256,
            (0, 1) => association == cert_sha256,
            (1, 1) => association == spki_sha256,
            (0, 2) => association == cert_sha512,
            (1, 2) => association == spki_sha512,
            _ => false,
        }
    }
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.usage, self.selector, self.matching, self.association)
    }
}

/// Digests of a certificate and of its public key (the `SubjectPublicKeyInfo`, with its algorithm).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateDigests {
    /// SHA-256 of the certificate.
    pub cert_sha256: [u8; 32],
    /// SHA-512 of the certificate.
    pub cert_sha512: [u8; 64],
    /// SHA-256 of the public key.
    pub spki_sha256: [u8; 32],
    /// SHA-512 of the public key.
    pub spki_sha512: [u8; 64],
}

impl CertificateDigests {
    /// Digests a certificate and its public key, both in DER.
    pub fn new(certificate: &[u8], public_key: &[u8]) -> Self {
        Self {
            cert_sha256: Sha256::digest(certificate).into(),
            cert_sha512: Sha512::digest(certificate).into(),
            spki_sha256: Sha256::digest(public_key).into(),
            spki_sha512: Sha512::digest(public_key).into(),
        }
    }
}

/// What stands at the name of TLSA records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TlsaAnswer {
    /// Records, at most [`MAX_RECORDS`], and how many more are too short to be read.
    Present {
        /// The records.
        records: Vec<Tlsa>,
        /// How many are too short to be read.
        broken: usize,
    },
    /// None.
    Absent(Absence),
    /// Nobody could say: senders must not deliver then (RFC 7672 2.1.1).
    Unknown(Cause),
}

/// The question for the records of a mail exchanger: `_25._tcp.<host>`.
///
/// # Errors
/// When the name would be too long.
pub fn tlsa_question(host: &Name, port: u16) -> Result<Question, NameError> {
    Ok(Question::new(host.prepend(b"_tcp")?.prepend(format!("_{port}").as_bytes())?, RecordType::TLSA))
}

/// Looks for the records that a question is about.
pub fn tlsa_at(question: &Question, answers: &impl Answers) -> Step<TlsaAnswer> {
    let Some(answer) = answers.answer(question) else {
        return Step::Ask { now: BTreeSet::from([question.clone()]), soon: BTreeSet::new() };
    };
    Step::Done(match answer {
        Observed::Absent(absence) => TlsaAnswer::Absent(absence),
        Observed::Unknown(cause) => TlsaAnswer::Unknown(cause),
        Observed::Present(found) => {
            let data = found.set.iter().take(MAX_RECORDS).filter_map(|record| match &record.data {
                Data::Other(RecordType::TLSA, octets) => Some(Tlsa::parse(&octets.0)),
                _ => None,
            });
            let (records, broken): (Vec<_>, Vec<_>) = data.partition(Result::is_ok);
            TlsaAnswer::Present { records: records.into_iter().flatten().collect(), broken: broken.len() }
        }
    })
}

/// What the records say about a chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "TlsaVerdict")]
pub enum Verdict {
    /// The server's own certificate fits: its names and dates do not matter (RFC 7672 3.1.1).
    EndEntity {
        /// The number of the record that fits, from 0.
        record: usize,
    },
    /// An issuer fits. The chain up to it must hold, its dates too, and the server's certificate must name the host
    /// (RFC 7672 3.1.2): that is for the caller to check.
    TrustAnchor {
        /// The number of the record that fits, from 0.
        record: usize,
        /// The number of the certificate that it is about, from 0, the server's own.
        certificate: usize,
    },
    /// Some records are usable and none fits: senders do not deliver.
    Mismatch,
    /// No record is usable: senders encrypt without checking (RFC 7672 2.2).
    NoneUsable,
}

/// Compares records with the chain a server presents, its own certificate first.
pub fn evaluate(records: &[Tlsa], chain: &[CertificateDigests]) -> Verdict {
    let usable = || records.iter().enumerate().filter(|(_, record)| record.unusable().is_none());
    let own = usable().filter(|(_, record)| record.usage == DANE_EE);
    for (number, record) in own {
        if chain.first().is_some_and(|certificate| record.fits(certificate)) {
            return Verdict::EndEntity { record: number };
        }
    }
    for (number, record) in usable().filter(|(_, record)| record.usage == DANE_TA) {
        if let Some(certificate) = chain.iter().position(|certificate| record.fits(certificate)) {
            return Verdict::TrustAnchor { record: number, certificate };
        }
    }
    if usable().next().is_some() { Verdict::Mismatch } else { Verdict::NoneUsable }
}

/// Whether the next change of the certificate will break mail (RFC 7671 8.1, RFC 7672 8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "TlsaRollOver")]
pub enum RollOver {
    /// Nothing usable fits now, so there is nothing to keep.
    Broken,
    /// A record stands ready for the next key, or for the issuer beside the server's own key.
    Ready,
    /// The only record that fits is about the public key: publish that of the next key before it is used, or keep the
    /// key when the certificate is renewed.
    KeepKey,
    /// The only record that fits is about the whole certificate: it breaks at every renewal.
    EveryRenewal,
}

/// How the next change of the certificate will go.
pub fn roll_over(records: &[Tlsa], chain: &[CertificateDigests]) -> RollOver {
    let fits = |record: &Tlsa| match record.usage {
        DANE_EE => chain.first().is_some_and(|certificate| record.fits(certificate)),
        _ => chain.iter().any(|certificate| record.fits(certificate)),
    };
    let usable = records.iter().filter(|record| record.unusable().is_none());
    let (current, next): (Vec<_>, Vec<_>) = usable.partition(|record| fits(record));
    // An issuer changes far less often than what it issues.
    let issuer = current.iter().any(|record| record.usage == DANE_TA);
    match (current.is_empty(), issuer || !next.is_empty()) {
        (true, _) => RollOver::Broken,
        (false, true) => RollOver::Ready,
        (false, false) if current.iter().any(|record| record.selector == 1) => RollOver::KeepKey,
        (false, false) => RollOver::EveryRenewal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A certificate whose octets are all the same.
    fn certificate(octet: u8) -> CertificateDigests {
        CertificateDigests::new(&[octet; 40], &[octet; 20])
    }

    /// A record about octets.
    fn tlsa(usage: u8, selector: u8, matching: u8, association: &[u8]) -> Tlsa {
        Tlsa { usage, selector, matching, association: Hex(association.to_vec()) }
    }

    #[test]
    fn records_fit_by_selector_and_matching_type() {
        let chain = [certificate(1), certificate(2)];
        let (own, issuer) = (certificate(1), certificate(2));
        let fitting = [
            tlsa(3, 0, 0, &[1; 40]),
            tlsa(3, 1, 0, &[1; 20]),
            tlsa(3, 0, 1, &own.cert_sha256),
            Tlsa::for_key(own.spki_sha256),
            tlsa(3, 0, 2, &own.cert_sha512),
            tlsa(3, 1, 2, &own.spki_sha512),
        ];
        for record in fitting {
            assert_eq!(evaluate(std::slice::from_ref(&record), &chain), Verdict::EndEntity { record: 0 }, "{record}");
        }
        let anchor = tlsa(2, 1, 1, &issuer.spki_sha256);
        assert_eq!(evaluate(std::slice::from_ref(&anchor), &chain), Verdict::TrustAnchor { record: 0, certificate: 1 });
        // Of an issuer, usage 3 says nothing; of two records, the one that fits counts.
        let wrong = tlsa(3, 1, 1, &issuer.spki_sha256);
        assert_eq!(evaluate(std::slice::from_ref(&wrong), &chain), Verdict::Mismatch);
        assert_eq!(evaluate(&[wrong, anchor], &chain), Verdict::TrustAnchor { record: 1, certificate: 1 });
        assert_eq!(evaluate(&[], &chain), Verdict::NoneUsable);
        assert_eq!(evaluate(&[Tlsa::for_key([0; 32])], &[]), Verdict::Mismatch);
        assert_eq!(evaluate(&[tlsa(1, 1, 1, &own.spki_sha256)], &chain), Verdict::NoneUsable);
    }

    #[test]
    fn usability_follows_rfc_7672() {
        let digest = [7; 32];
        let cases = [
            (tlsa(0, 1, 1, &digest), Some(Unusable::PkixUsage)),
            (tlsa(1, 1, 1, &digest), Some(Unusable::PkixUsage)),
            (tlsa(2, 0, 1, &digest), None),
            (tlsa(3, 1, 1, &digest), None),
            (tlsa(4, 1, 1, &digest), Some(Unusable::Usage)),
            (tlsa(255, 1, 1, &digest), Some(Unusable::Usage)),
            (tlsa(3, 2, 1, &digest), Some(Unusable::Selector)),
            (tlsa(3, 1, 3, &digest), Some(Unusable::Matching)),
            (tlsa(3, 1, 2, &digest), Some(Unusable::DigestLength)),
            (tlsa(3, 1, 1, &[7; 20]), Some(Unusable::DigestLength)),
            (tlsa(3, 0, 0, &[]), Some(Unusable::Empty)),
        ];
        for (record, expected) in cases {
            assert_eq!(record.unusable(), expected, "{record}");
        }
        assert!(Tlsa::for_key(digest).is_recommended());
        assert!(!tlsa(3, 0, 1, &digest).is_recommended());
        assert_eq!(Tlsa::parse(&[3, 1]), Err(TlsaParseError { at: 2 }));
    }

    #[test]
    fn roll_overs_are_foreseen() {
        let chain = [certificate(1), certificate(2)];
        let now = Tlsa::for_key(certificate(1).spki_sha256);
        let next = Tlsa::for_key(certificate(9).spki_sha256);
        let issuer = tlsa(2, 1, 1, &certificate(2).spki_sha256);
        let whole = tlsa(3, 0, 1, &certificate(1).cert_sha256);
        assert_eq!(roll_over(std::slice::from_ref(&now), &chain), RollOver::KeepKey);
        assert_eq!(roll_over(&[now.clone(), next.clone()], &chain), RollOver::Ready);
        assert_eq!(roll_over(&[now, issuer.clone()], &chain), RollOver::Ready);
        assert_eq!(roll_over(&[issuer], &chain), RollOver::Ready);
        assert_eq!(roll_over(&[whole], &chain), RollOver::EveryRenewal);
        assert_eq!(roll_over(&[next], &chain), RollOver::Broken);
    }

    #[test]
    fn names_hold_records() {
        let host = "mx.example.com".parse().expect("a name");
        let question = tlsa_question(&host, 25).expect("a question");
        assert_eq!(question.to_string(), "_25._tcp.mx.example.com TLSA");
        let record = |octets: &[u8]| ptrust_names::Record {
            owner: question.name.clone(),
            ttl: 60,
            data: Data::Other(RecordType::TLSA, Hex(octets.to_vec())),
        };
        let set = vec![record(&Tlsa::for_key([1; 32]).rdata()), record(&[3])];
        let records = ptrust_names::Records { aliases: Vec::new(), set };
        let answers = std::collections::BTreeMap::from([(question.clone(), Observed::Present(records))]);
        let expected = TlsaAnswer::Present { records: vec![Tlsa::for_key([1; 32])], broken: 1 };
        assert_eq!(tlsa_at(&question, &answers), Step::Done(expected));
    }

    proptest! {
        #[test]
        fn octets_read_back(octets in prop::collection::vec(any::<u8>(), 0..80)) {
            match Tlsa::parse(&octets) {
                Ok(record) => prop_assert_eq!(record.rdata(), octets),
                Err(error) => prop_assert_eq!(error.at, octets.len()),
            }
        }
    }
}
