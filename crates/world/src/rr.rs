//! Records as octets: what a server holds and sends, unread.

use ptrust_names::{Name, RecordType};
use std::net::IpAddr;

/// One record of class IN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rr {
    /// Owner name.
    pub(crate) owner: Name,
    /// Type.
    pub(crate) rtype: RecordType,
    /// Seconds a cache may keep it.
    pub(crate) ttl: u32,
    /// Data in wire form, names in it not compressed.
    pub(crate) rdata: Vec<u8>,
}

/// The type of proofs that a name or type does not exist (RFC 4034 4).
pub(crate) const NSEC: RecordType = RecordType(47);
/// TTL of a record that gives none.
pub(crate) const DEFAULT_TTL: u32 = 3600;

impl Rr {
    /// A record whose data is one name: NS, CNAME, PTR.
    pub(crate) fn of_name(owner: Name, rtype: RecordType, target: &Name) -> Self {
        Self { owner, rtype, ttl: DEFAULT_TTL, rdata: target.wire().to_vec() }
    }

    /// An A or AAAA record.
    pub(crate) fn of_address(owner: Name, address: IpAddr) -> Self {
        let rdata = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        Self { owner, rtype: RecordType::address_of(address), ttl: DEFAULT_TTL, rdata }
    }

    /// The name that is the whole data of NS, CNAME, DNAME and PTR.
    pub(crate) fn target(&self) -> Option<Name> {
        match self.rtype {
            RecordType::NS | RecordType::CNAME | RecordType::DNAME | RecordType::PTR => {
                Name::from_wire(&self.rdata).ok()
            }
            RecordType::MX => Name::from_wire(self.rdata.get(2..)?).ok(),
            _ => None,
        }
    }

    /// The address of A and AAAA.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        match self.rtype {
            RecordType::A => <[u8; 4]>::try_from(self.rdata.as_slice()).ok().map(IpAddr::from),
            RecordType::AAAA => <[u8; 16]>::try_from(self.rdata.as_slice()).ok().map(IpAddr::from),
            _ => None,
        }
    }
}
