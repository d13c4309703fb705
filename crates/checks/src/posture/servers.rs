//! The mail servers of the domain: which are looked at, and what each said.

use super::Posture;
use ptrust_facts::domain::Role;
use ptrust_facts::session::{Depth, StartTls, Tls};
use ptrust_facts::{Protocol, Service, Session};
use ptrust_mail::Answers as _;
use ptrust_names::{Cause, Data, Name, Observed, Question, RecordType};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// SRV, by which a domain names its submission and IMAP servers (RFC 6186 3, RFC 8314 5.1).
const SRV: RecordType = RecordType(33);
/// Addresses of one host that are connected to.
const MAX_ADDRESSES: usize = 4;
/// Hosts whose old versions and ciphers are tried, each at its first address: the first exchangers get nearly all mail.
const MAX_DEEP: usize = 4;
/// Servers of one service that SRV records name.
const MAX_DECLARED: usize = 4;

/// One mail server at one address.
#[derive(Clone, Debug)]
pub struct Server<'a> {
    /// What is spoken, with whom.
    pub service: Service,
    /// Preference of the mail exchanger; `None` for other servers.
    pub preference: Option<u16>,
    /// What it said.
    pub session: Observed<&'a Session>,
}

impl<'a> Server<'a> {
    /// Its TLS connection.
    pub fn tls(&self) -> Option<&'a Tls> {
        self.session.present().and_then(|session| session.tls.as_ref())
    }

    /// Whether a connection was proven impossible: the server refuses.
    pub fn refuses(&self) -> bool {
        self.session.cause() == Some(Cause::Refused)
    }

    /// Whether TLS is proven not to be had: not offered, refused, or broken off.
    pub fn without_tls(&self) -> bool {
        let tls = |session: &&Session| !matches!(session.starttls, StartTls::Implicit | StartTls::Done);
        self.session.present().is_some_and(tls)
    }

    /// The server for a sentence: `mail.example.com (203.0.113.25, port 25)`.
    pub fn text(&self) -> String {
        format!("{} ({}, port {})", self.service.name, self.service.address, self.service.port)
    }
}

impl<'a> Posture<'a> {
    /// The services that are looked at for a need: mail exchangers and submission, or IMAP.
    pub(super) fn services(&self, imap: bool) -> BTreeSet<Service> {
        let mut services = BTreeSet::new();
        if !self.facts.target.probe {
            return services;
        }
        if !imap {
            for (number, exchanger) in self.exchangers().hosts.iter().enumerate() {
                let addresses = self.public(exchanger.addresses());
                for (place, address) in addresses.into_iter().enumerate() {
                    let deep = place == 0 && number < MAX_DEEP;
                    services.insert(service(Protocol::Smtp, &exchanger.host, address, None, deep));
                }
            }
        }
        for (protocol, host, port) in self.declared(imap) {
            for address in self.public(self.addresses_of(&host)) {
                services.insert(service(protocol, &host, address, port, false));
            }
        }
        services
    }

    /// The servers of a need with what they said.
    pub fn servers(&self, imap: bool) -> Vec<Server<'a>> {
        let exchangers = &self.exchangers().hosts;
        let server = |service: Service| {
            let exchanger = exchangers.iter().find(|exchanger| exchanger.host == service.name);
            let preference = exchanger.filter(|_| service.protocol == Protocol::Smtp).map(|one| one.preference);
            Server { session: self.facts.session(&service), preference, service }
        };
        self.services(imap).into_iter().map(server).collect()
    }

    /// The mail exchangers' servers.
    pub fn exchanger_servers(&self) -> Vec<Server<'a>> {
        self.servers(false).into_iter().filter(|server| server.service.protocol == Protocol::Smtp).collect()
    }

    /// All servers that were looked at.
    pub fn all_servers(&self) -> Vec<Server<'a>> {
        self.servers(false).into_iter().chain(self.servers(true)).collect()
    }

    /// Whether nobody was reached on port 25, and all stayed silent: then the way out is most likely closed, which says
    /// nothing of the servers.
    pub fn port_25_is_closed(&self) -> bool {
        let servers = self.exchanger_servers();
        let silent = |server: &Server| {
            matches!(server.session.cause(), Some(Cause::Timeout | Cause::Local | Cause::Unavailable | Cause::Budget))
        };
        !servers.is_empty() && servers.iter().all(silent)
    }

    /// The questions by which servers other than the exchangers are found.
    pub(super) fn server_questions(&self, imap: bool) -> BTreeSet<Question> {
        let mut questions: BTreeSet<Question> = self.srv_questions(imap).into_iter().map(|(_, one)| one).collect();
        for (_, host, _) in self.declared(imap) {
            questions.extend([RecordType::A, RecordType::AAAA].map(|rtype| Question::new(host.clone(), rtype)));
        }
        questions
    }

    /// The servers that the domain names by SRV records, or that stand for it when it is a host itself.
    fn declared(&self, imap: bool) -> Vec<(Protocol, Name, Option<u16>)> {
        if self.facts.target.role == Role::Host {
            let own: &[Protocol] =
                if imap { &[Protocol::Imap, Protocol::Imaps] } else { &[Protocol::Submission, Protocol::Submissions] };
            return own.iter().map(|protocol| (*protocol, self.domain().clone(), None)).collect();
        }
        let mut declared = Vec::new();
        for (protocol, question) in self.srv_questions(imap) {
            let Some(Observed::Present(records)) = self.known.answer(&question) else { continue };
            let targets = records.set.iter().filter_map(|record| match &record.data {
                Data::Other(SRV, octets) => srv(&octets.0),
                _ => None,
            });
            declared.extend(targets.take(MAX_DECLARED).map(|(host, port)| (protocol, host, Some(port))));
        }
        declared
    }

    /// The SRV questions of a need; none for a host.
    fn srv_questions(&self, imap: bool) -> Vec<(Protocol, Question)> {
        if self.facts.target.role == Role::Host {
            return Vec::new();
        }
        let protocols: &[Protocol] =
            if imap { &[Protocol::Imap, Protocol::Imaps] } else { &[Protocol::Submission, Protocol::Submissions] };
        let question = |protocol: &Protocol| {
            let labels = [b"_tcp".to_vec(), format!("_{protocol}").into_bytes()];
            let owner = labels.iter().try_fold(self.domain().clone(), |name, label| name.prepend(label)).ok()?;
            Some((*protocol, Question::new(owner, SRV)))
        };
        protocols.iter().filter_map(question).collect()
    }

    /// The known addresses of a host, of both families.
    fn addresses_of(&self, host: &Name) -> Vec<IpAddr> {
        let questions = [RecordType::A, RecordType::AAAA].map(|rtype| Question::new(host.clone(), rtype));
        let answers = questions.iter().filter_map(|question| match self.known.answer(question) {
            Some(Observed::Present(records)) => Some(records),
            _ => None,
        });
        answers.flat_map(|records| records.addresses().map(|address| address.to_canonical())).collect()
    }

    /// The addresses that may be connected to, a few of them: of both families.
    fn public(&self, addresses: impl IntoIterator<Item = IpAddr>) -> Vec<IpAddr> {
        let scope = self.facts.target.scope;
        addresses.into_iter().filter(|address| scope.holds(*address)).take(MAX_ADDRESSES).collect()
    }
}

/// A service.
fn service(protocol: Protocol, name: &Name, address: IpAddr, port: Option<u16>, deep: bool) -> Service {
    let depth = if deep { Depth::Full } else { Depth::One };
    Service { protocol, name: name.clone(), address, port: port.unwrap_or(protocol.port()), depth }
}

/// Target and port of SRV data (RFC 2782); `None` for the root, which says that there is no such service.
fn srv(octets: &[u8]) -> Option<(Name, u16)> {
    let port = octets.get(4..6)?;
    let port = port.iter().fold(0u16, |port, octet| (port << 8) | u16::from(*octet));
    let target = Name::from_wire(octets.get(6..)?).ok()?;
    (!target.is_root() && port > 0).then_some((target, port))
}

#[cfg(test)]
mod tests {
    use super::srv;

    #[test]
    fn srv_data_are_read() {
        let data = [&[0, 0, 0, 1, 2, 75][..], b"\x04mail\x07example\x03com\x00"].concat();
        assert_eq!(srv(&data).map(|(name, port)| (name.to_string(), port)), Some(("mail.example.com".into(), 587)));
        assert_eq!(srv(&[0, 0, 0, 0, 0, 0, 0]), None, "no such service");
        assert_eq!(srv(&[0, 0]), None);
    }
}
