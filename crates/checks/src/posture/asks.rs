//! What should be asked about a domain, given the answers so far: each evaluation says what it stands at.

use super::Posture;
use ptrust_facts::{Need, PoolSource, Service};
use ptrust_names::{Question, RecordType};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Questions and other things to ask.
#[derive(Clone, Debug, Default)]
pub struct Asks {
    /// Questions for the names' own servers, and for the resolvers beside them.
    pub questions: BTreeSet<Question>,
    /// Questions whose absence proves nothing, such as guessed selectors: asked once, where the answer is.
    pub guesses: BTreeSet<Question>,
    /// Questions of lists that the user has a key for, with a label in its place: for the resolvers.
    pub keyed: BTreeSet<Question>,
    /// Questions of which every server of the zone is asked.
    pub census: BTreeSet<Question>,
    /// Addresses whose identity is examined, each with whether its SMTP server is greeted.
    pub addresses: BTreeSet<(IpAddr, bool)>,
    /// Mail servers that are spoken to.
    pub sessions: BTreeSet<Service>,
    /// URLs that are fetched.
    pub documents: BTreeSet<String>,
    /// Questions whose chain of trust matters.
    pub chains: BTreeSet<Question>,
}

impl Posture<'_> {
    /// What should be asked for these needs.
    pub fn asks(&self, needs: &BTreeSet<Need>) -> Asks {
        let mut asks = Asks::default();
        for need in needs {
            self.ask(*need, &mut asks);
        }
        asks
    }

    /// Adds what one need asks for.
    fn ask(&self, need: Need, asks: &mut Asks) {
        if !self.looks_at(need) {
            return;
        }
        match need {
            Need::Mx => {
                if self.facts.target.role == ptrust_facts::domain::Role::Domain {
                    asks.questions.insert(self.question(RecordType::MX));
                    asks.chains.insert(self.question(RecordType::MX));
                }
                for exchanger in &self.exchangers().hosts {
                    asks.questions.extend(exchanger.questions());
                }
            }
            Need::Zone => {
                let questions = self.zone_questions();
                asks.questions.extend(questions.iter().cloned());
                asks.chains.extend(questions.iter().cloned());
                asks.census.extend(questions);
            }
            Need::Servers | Need::Imap => {
                let imap = need == Need::Imap;
                asks.questions.extend(self.server_questions(imap));
                asks.sessions.extend(self.services(imap));
            }
            Need::Dane => {
                let (questions, chains) = self.dane_asks();
                asks.questions.extend(questions);
                asks.chains.extend(chains);
            }
            Need::MtaSts => {
                if let Some(step) = self.sts_step() {
                    asks.questions.extend(step.questions().cloned());
                }
                asks.questions.extend(self.sts_host_questions());
                asks.documents.extend(self.sts_url());
            }
            Need::Lists => {
                for (keyed, question) in self.list_questions() {
                    let kind = if keyed { &mut asks.keyed } else { &mut asks.guesses };
                    kind.insert(question);
                }
            }
            Need::Dmarc => asks.questions.extend(self.dmarc_questions()),
            Need::Dkim => {
                let (named, guesses) = self.dkim_questions();
                asks.questions.extend(named);
                asks.guesses.extend(guesses);
            }
            Need::TlsRpt => {
                if let Some(step) = self.tls_rpt_step() {
                    asks.questions.extend(step.questions().cloned());
                }
            }
            Need::Bimi => {
                asks.questions.extend(self.bimi_question());
                asks.documents.extend(self.bimi_documents());
            }
            Need::Spf => asks.questions.extend(self.spf_step().questions().cloned()),
            Need::Pool => asks.addresses.extend(
                self.pool()
                    .members
                    .iter()
                    .map(|(address, member)| (*address, member.sources.contains(&PoolSource::Mx))),
            ),
            _ => {}
        }
    }
}
