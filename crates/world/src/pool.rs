//! Addresses for servers that have none.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Gives out addresses so that the servers of one list stand in different networks.
pub(crate) struct Pool {
    used: BTreeSet<IpAddr>,
    dual: bool,
    /// Last host number given out, by network.
    last: [u32; 2],
    /// Last IPv6 host number.
    last_v6: u128,
    /// Which network is next when both would do.
    turn: usize,
}

/// The two networks that addresses come from (RFC 5737), as their first three octets.
const NETWORKS: [[u8; 3]; 2] = [[198, 51, 100], [192, 0, 2]];
/// The first host number given out: worlds tend to use low ones for mail hosts.
const FIRST: u32 = 129;
/// Where addresses come from when those are spent: one network each, public in every respect.
const MORE: u32 = u32::from_be_bytes([45, 0, 0, 1]);

impl Pool {
    /// A pool that gives out none of the `used` addresses.
    pub(crate) const fn new(used: BTreeSet<IpAddr>, dual: bool) -> Self {
        Self { used, dual, last: [FIRST - 1; 2], last_v6: 0, turn: 0 }
    }

    /// Addresses for one server, in another network than those of its neighbours where that is possible.
    pub(crate) fn take(&mut self, neighbours: &[IpAddr]) -> Vec<IpAddr> {
        let crowd = |network: [u8; 3]| {
            let inside = |address: &&IpAddr| match address {
                IpAddr::V4(v4) => v4.octets().starts_with(&network),
                IpAddr::V6(_) => false,
            };
            neighbours.iter().filter(inside).count()
        };
        let [first, second] = NETWORKS.map(crowd);
        let which = match first.cmp(&second) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Greater => 1,
            std::cmp::Ordering::Equal => self.turn % 2,
        };
        self.turn = which + 1;
        let mut given = vec![IpAddr::V4(self.v4(which))];
        if self.dual {
            given.push(IpAddr::V6(self.v6(which)));
        }
        given
    }

    /// The next free IPv4 address of a network.
    fn v4(&mut self, which: usize) -> Ipv4Addr {
        loop {
            let slot = &mut self.last[which % 2];
            *slot += 1;
            let number = *slot;
            let [a, b, c] = NETWORKS[which % 2];
            let address = match u8::try_from(number) {
                Ok(host) if host < 255 => Ipv4Addr::new(a, b, c, host),
                _ => Ipv4Addr::from(MORE + (number * 2 + u32::from(which == 1)) * 256),
            };
            if self.used.insert(address.into()) {
                return address;
            }
        }
    }

    /// The next free IPv6 address; the two networks are different /48 ones.
    fn v6(&mut self, which: usize) -> Ipv6Addr {
        loop {
            self.last_v6 += 1;
            let network = u128::from(which == 1) << 80;
            let address = Ipv6Addr::from((0x2001_0db8_0053_u128 << 80) + network + self.last_v6);
            if self.used.insert(address.into()) {
                return address;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_stand_apart() {
        let used = BTreeSet::from([IpAddr::from([198, 51, 100, 129])]);
        let mut pool = Pool::new(used, false);
        let first = pool.take(&[]);
        let second = pool.take(&first);
        assert_eq!(first, [IpAddr::from([198, 51, 100, 130])]);
        assert_eq!(second, [IpAddr::from([192, 0, 2, 129])]);
        assert_eq!(pool.take(&second), [IpAddr::from([198, 51, 100, 131])]);
    }

    #[test]
    fn the_pool_does_not_run_dry() {
        let mut pool = Pool::new(BTreeSet::new(), true);
        let all: BTreeSet<IpAddr> = (0..2000).flat_map(|_| pool.take(&[])).collect();
        assert_eq!(all.len(), 4000);
    }
}
