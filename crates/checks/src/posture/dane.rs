//! DANE of the mail exchangers: TLSA records, the chains of trust they rest on, and what the servers show (RFC 7672).

use super::{Posture, servers::Server};
use ptrust_facts::session::{Certificate, Tls};
use ptrust_facts::{Protocol, Trust};
use ptrust_mail::tlsa::{CertificateDigests, Tlsa, TlsaAnswer, Verdict, evaluate, tlsa_at, tlsa_question};
use ptrust_names::{Cause, Name, Observed, Question, RecordType};
use std::collections::BTreeSet;

/// DANE of one mail exchanger.
#[derive(Clone, Debug)]
pub struct Dane {
    /// The host.
    pub host: Name,
    /// The question for its TLSA records.
    pub question: Question,
    /// The records, and how many more cannot be read.
    pub records: Observed<(Vec<Tlsa>, usize)>,
    /// Whether the MX records, the host's addresses and the TLSA records are all signed (RFC 7672 2.2): DANE needs each.
    pub secure: Observed<bool>,
    /// Whether the TLSA records themselves are signed.
    pub signed: Observed<bool>,
}

impl Dane {
    /// The records, when there are any.
    pub fn published(&self) -> Option<&[Tlsa]> {
        self.records.present().map(|(records, _)| records.as_slice()).filter(|records| !records.is_empty())
    }

    /// What the records say of a server's TLS: whether a sender that does DANE would deliver.
    pub fn judges(&self, tls: &Tls) -> Verdict {
        let digests: Vec<CertificateDigests> = tls.chain.iter().filter_map(digests).collect();
        match evaluate(self.published().unwrap_or_default(), &digests) {
            // A trust anchor counts only when the chain holds up to it and the name fits (RFC 7672 3.1.2).
            Verdict::TrustAnchor { certificate, .. }
                if !(tls.name_matches && tls.chain.get(certificate).is_some_and(|anchor| anchor.anchors)) =>
            {
                Verdict::Mismatch
            }
            verdict => verdict,
        }
    }
}

/// The digests of a certificate; `None` for one whose digests were cut.
fn digests(certificate: &Certificate) -> Option<CertificateDigests> {
    Some(CertificateDigests {
        cert_sha256: certificate.sha256.0.as_slice().try_into().ok()?,
        cert_sha512: certificate.sha512.0.as_slice().try_into().ok()?,
        spki_sha256: certificate.key_sha256.0.as_slice().try_into().ok()?,
        spki_sha512: certificate.key_sha512.0.as_slice().try_into().ok()?,
    })
}

impl Posture<'_> {
    /// DANE of each mail exchanger.
    pub fn dane(&self) -> Vec<Dane> {
        let hosts = self.exchangers().hosts.iter().map(|exchanger| &exchanger.host);
        hosts.filter_map(|host| self.dane_of(host)).collect()
    }

    /// DANE of one host.
    fn dane_of(&self, host: &Name) -> Option<Dane> {
        let question = tlsa_question(host, Protocol::Smtp.port()).ok()?;
        let records = match tlsa_at(&question, &self.known).done()? {
            TlsaAnswer::Present { records, broken } => Observed::Present((records, broken)),
            TlsaAnswer::Absent(absence) => Observed::Absent(absence),
            TlsaAnswer::Unknown(cause) => Observed::Unknown(cause),
        };
        let secure = self.are_secure(self.dane_chains(host, &question));
        let signed = self.are_secure([question.clone()]);
        Some(Dane { host: host.clone(), question, records, secure, signed })
    }

    /// Whether the answers to these questions are all signed.
    fn are_secure(&self, questions: impl IntoIterator<Item = Question>) -> Observed<bool> {
        let mut unknown = None;
        for question in questions {
            match self.facts.chain(&question) {
                Observed::Present(chain) => match &chain.trust {
                    Trust::Secure => {}
                    Trust::Insecure | Trust::Bogus => return Observed::Present(false),
                    Trust::Undetermined(cause) => unknown = unknown.or(Some(*cause)),
                },
                Observed::Absent(_) => unknown = unknown.or(Some(Cause::NotAsked)),
                Observed::Unknown(cause) => unknown = unknown.or(Some(cause)),
            }
        }
        unknown.map_or(Observed::Present(true), Observed::Unknown)
    }

    /// The questions whose chains of trust DANE of a host rests on.
    fn dane_chains(&self, host: &Name, tlsa: &Question) -> Vec<Question> {
        let mut chains = vec![tlsa.clone()];
        // A host that is looked at by itself was named by the user, not by DNS.
        if self.facts.target.role == ptrust_facts::domain::Role::Domain {
            chains.push(self.question(RecordType::MX));
        }
        let addresses = self.exchangers().hosts.iter().find(|exchanger| exchanger.host == *host);
        let known = addresses.map_or(RecordType::A, |exchanger| {
            if exchanger.v4.present().is_some() { RecordType::A } else { RecordType::AAAA }
        });
        chains.push(Question::new(host.clone(), known));
        chains
    }

    /// What DANE asks: TLSA records, and the chains of trust.
    pub(super) fn dane_asks(&self) -> (BTreeSet<Question>, BTreeSet<Question>) {
        let (mut questions, mut chains) = (BTreeSet::new(), BTreeSet::new());
        for exchanger in &self.exchangers().hosts {
            let Ok(question) = tlsa_question(&exchanger.host, Protocol::Smtp.port()) else { continue };
            chains.extend(self.dane_chains(&exchanger.host, &question));
            questions.insert(question);
        }
        (questions, chains)
    }

    /// The servers of a mail exchanger.
    pub fn servers_of(&self, host: &Name) -> Vec<Server<'_>> {
        self.exchanger_servers().into_iter().filter(|server| server.service.name == *host).collect()
    }
}
