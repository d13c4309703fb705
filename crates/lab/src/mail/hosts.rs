//! The servers of the mail domains: addresses, names, what each offers and what is wrong with it.

use std::net::IpAddr;

use crate::cases::pass;
use crate::operators::Operator::{Alpha, Beta};
use crate::scenario::{Family, Scenario, scenario};
use crate::scenarios::HOSTING;

/// The number of the block that all these hosts are in.
const MAIL_BLOCK: u8 = 80;

/// What answers at port 25.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// Postfix.
    Postfix,
    /// The lying server, whose greeting has no last line.
    Endless,
    /// Nothing.
    Nobody,
}

/// A server's certificate, or what it has in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tls {
    /// Of the world's authority, for the host's name.
    Sound,
    /// No TLS at all.
    Absent,
    /// It ended years ago.
    Expired,
    /// For another name.
    WrongName,
    /// Signed by its own key.
    SelfSigned,
    /// Sound, but the server also takes TLS 1.0 and 1.1.
    Old,
}

/// What a host runs besides port 25.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum More {
    /// Nothing.
    Nothing,
    /// Submission at 587 and 465, IMAP at 143 and 993.
    Users,
    /// IMAP at 143 without STARTTLS.
    PlainImap,
    /// HTTPS at 443.
    Web,
    /// HTTPS at 443, one octet a second.
    SlowWeb,
}

/// One server.
#[derive(Clone, Copy, Debug)]
pub(super) struct MailHost {
    /// The last octet, or the last 16 bits written with the same digits.
    pub(super) number: u8,
    /// Its name, absolute; PTR, greeting and certificate agree on it.
    pub(super) name: &'static str,
    /// What answers at port 25.
    pub(super) greeting: Greeting,
    /// Its certificate.
    pub(super) tls: Tls,
    /// Its other services.
    pub(super) more: More,
}

/// A mail server with nothing else.
const fn relay(number: u8, name: &'static str, tls: Tls) -> MailHost {
    MailHost { number, name, greeting: Greeting::Postfix, tls, more: More::Nothing }
}

/// A web server.
const fn web(number: u8, name: &'static str, tls: Tls, more: More) -> MailHost {
    MailHost { number, name, greeting: Greeting::Nobody, tls, more }
}

/// Every server.
pub(super) const HOSTS: [MailHost; 16] = [
    MailHost { more: More::Users, ..relay(10, "mx1.healthy-example.com.", Tls::Sound) },
    MailHost { more: More::Users, ..relay(11, "mx2.healthy-example.com.", Tls::Sound) },
    web(20, "web.healthy-example.com.", Tls::Sound, More::Web),
    web(21, "web.mta-sts-certificate-example.com.", Tls::SelfSigned, More::Web),
    web(22, "web.drip-example.com.", Tls::Sound, More::SlowWeb),
    relay(30, "mx.smtp-plain-example.com.", Tls::Absent),
    relay(31, "mx.tls-expired-example.com.", Tls::Expired),
    relay(32, "mx.tls-name-example.com.", Tls::WrongName),
    relay(33, "mx.tls-self-example.com.", Tls::SelfSigned),
    relay(34, "mx.tls-old-example.com.", Tls::Old),
    MailHost { more: More::PlainImap, ..relay(36, "mx.imap-plain-example.com.", Tls::Sound) },
    relay(37, "mx.listed-example.com.", Tls::Sound),
    MailHost { greeting: Greeting::Endless, ..relay(38, "mx.endless-example.com.", Tls::Absent) },
    relay(40, "mx.dane-mismatch-example.com.", Tls::Sound),
    relay(41, "mx.dane-insecure-example.com.", Tls::Sound),
    relay(42, "out.sender-example.com.", Tls::Sound),
];

impl MailHost {
    /// The host's address.
    pub(super) fn address(&self, family: Family) -> IpAddr {
        scenario(MAIL_BLOCK, "mail").address(family, self.number)
    }

    /// Both addresses.
    pub(super) fn addresses(&self) -> [IpAddr; 2] {
        Family::BOTH.map(|family| self.address(family))
    }

    /// Its name without the final dot.
    pub(super) fn host_name(&self) -> &'static str {
        self.name.trim_end_matches('.')
    }
}

/// The block of the servers: each has a PTR that its name confirms, so that only the tables' own faults show.
pub(crate) fn block() -> Scenario {
    let mut block = scenario(MAIL_BLOCK, "mail").listed(&HOSTING).at(&[Alpha, Beta], "");
    for host in HOSTS {
        let ptr = format!("{{h}} PTR {}", host.name);
        let forward = format!("{} {{A}} {{a}}", host.name);
        block = block.host(host.number, host.name, &ptr, &forward, pass());
    }
    block
}
