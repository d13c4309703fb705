//! Where mail goes.

use ptrust_checks::Posture;
use ptrust_checks::posture::mx::Exchange;
use ptrust_names::{Cause, Name};
use schemars::JsonSchema;
use serde::Serialize;
use std::net::IpAddr;

/// The mail exchangers of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mx {
    /// How they are known.
    pub state: MxState,
    /// The hosts in order of preference.
    pub hosts: Vec<MxHost>,
}

/// How mail exchangers are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MxState {
    /// The name is a host that was looked at by itself.
    Host,
    /// No MX: the domain's own addresses stand for it (RFC 5321 5.1).
    Implicit,
    /// By MX records.
    Listed,
    /// Neither MX nor address: no mail can arrive.
    Missing,
    /// The domain takes no mail (RFC 7505).
    Null,
    /// Nobody could say.
    Unknown(Cause),
}

/// One mail exchanger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MxHost {
    /// Its preference: the lowest is tried first.
    pub preference: u16,
    /// Its name.
    pub host: Name,
    /// Its addresses of both families.
    #[schemars(with = "Vec<String>")]
    pub addresses: Vec<IpAddr>,
}

/// The exchangers of a domain.
pub(super) fn summary(posture: &Posture) -> Mx {
    let exchangers = posture.exchangers();
    let missing = exchangers.hosts.iter().all(ptrust_checks::posture::mx::Exchanger::without_address);
    let state = match exchangers.kind {
        Exchange::Unknown(cause) => MxState::Unknown(cause),
        Exchange::Implicit if missing => MxState::Missing,
        Exchange::Implicit => MxState::Implicit,
        Exchange::Listed { .. } if exchangers.refuses_mail() => MxState::Null,
        Exchange::Listed { .. } => MxState::Listed,
        Exchange::Host => MxState::Host,
    };
    let hosts = exchangers.hosts.iter().map(|host| MxHost {
        preference: host.preference,
        host: host.host.clone(),
        addresses: host.addresses().collect(),
    });
    Mx { state, hosts: if state == MxState::Missing { Vec::new() } else { hosts.collect() } }
}
