//! What the program must say about each address of the world.

use crate::scenario::Family;
use crate::scenarios;

/// Anything goes: the specification leaves the value open.
pub const ANY: &str = "*";

/// Which root a case starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// The real root addresses, unsigned: the program's defaults.
    Plain,
    /// The signed twin: `--root-hints`, `--trust-anchor` and the validating `--resolver`.
    Signed,
}

/// One address and what must be found there.
#[derive(Clone, Debug)]
pub struct Case {
    /// The address to check.
    pub address: String,
    /// What is special about it.
    pub what: String,
    /// Exactly the ids of severity error; an entry `a|b` accepts either, an empty alternative accepts none.
    pub errors: Vec<&'static str>,
    /// Ids of warnings and notices that must be among the findings; there may be more.
    pub others: Vec<&'static str>,
    /// `identity.administrative.state`; `null` for JSON's null, alternatives by `|`, or [`ANY`].
    pub state: &'static str,
    /// `identity.technical.iprev`, in the same form.
    pub iprev: &'static str,
    /// `verdict`, in the same form.
    pub verdict: &'static str,
    /// Where the walk starts.
    pub root: Root,
}

/// What is expected of one address, before it has an address.
#[derive(Clone, Debug)]
pub(crate) struct Expect {
    /// See [`Case::errors`].
    pub(crate) errors: Vec<&'static str>,
    /// See [`Case::others`].
    pub(crate) others: Vec<&'static str>,
    /// See [`Case::state`].
    pub(crate) state: &'static str,
    /// See [`Case::iprev`].
    pub(crate) iprev: &'static str,
    /// See [`Case::verdict`].
    pub(crate) verdict: &'static str,
}

/// Delegated and confirmed, nothing to say.
pub(crate) fn pass() -> Expect {
    Expect { errors: Vec::new(), others: Vec::new(), state: "delegated", iprev: "pass", verdict: "pass" }
}

/// Delegated and confirmed, with a notice.
pub(crate) fn notice(id: &'static str) -> Expect {
    Expect { others: vec![id], ..pass() }
}

/// Delegated and confirmed, with a warning.
pub(crate) fn warn(id: &'static str) -> Expect {
    Expect { others: vec![id], verdict: "warn", ..pass() }
}

/// One error of the administrative layer.
pub(crate) fn broken(id: &'static str, state: &'static str, iprev: &'static str) -> Expect {
    Expect { errors: vec![id], others: Vec::new(), state, iprev, verdict: "fail" }
}

/// One error of the technical layer, under a sound delegation.
pub(crate) fn fail(id: &'static str, iprev: &'static str) -> Expect {
    broken(id, "delegated", iprev)
}

/// Nothing proven either way.
pub(crate) fn unknown(state: &'static str, iprev: &'static str) -> Expect {
    Expect { errors: Vec::new(), others: Vec::new(), state, iprev, verdict: "unknown" }
}

impl Expect {
    /// Also expects a warning or notice.
    pub(crate) fn also(mut self, id: &'static str) -> Self {
        self.others.push(id);
        self
    }

    /// The expectation of a certain address.
    fn case(self, address: String, what: String, root: Root) -> Case {
        let Self { errors, others, state, iprev, verdict } = self;
        Case { address, what, errors, others, state, iprev, verdict, root }
    }
}

/// Every case of the world: IPv4 and IPv6 of each scenario, then the same under the signed root where it matters.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for scenario in scenarios::all() {
        for family in Family::BOTH.into_iter().filter(|family| scenario.has(*family)) {
            for host in scenario.hosts.iter().filter(|host| host.has(family)) {
                let address = scenario.address(family, host.number).to_string();
                let what = format!("{}: {}", scenario.name, host.what);
                cases.push(host.expect.clone().case(address.clone(), what.clone(), Root::Plain));
                if let Some(expect) = host.signed.clone() {
                    cases.push(expect.case(address, what, Root::Signed));
                }
            }
        }
    }
    let special = || broken("address-special-use", "null", "null");
    let unallocated = || broken("address-unallocated", ANY, ANY);
    let nowhere = || broken("delegation-missing", "not-delegated", "permerror");
    for (address, what, expect) in [
        ("192.0.2.1", "special use: documentation", special()),
        ("10.0.0.1", "special use: private", special()),
        ("2001:db8::1", "special use: documentation", special()),
        ("3000::25", "space that no registry was given", unallocated()),
        ("17.200.1.10", "a legacy block that its holder runs", pass()),
        ("17.200.1.11", "a legacy block that its holder runs, no such name", fail("ptr-missing", "permerror")),
        ("18.200.1.10", "a legacy block that a registry runs, not delegated", nowhere()),
        ("194.200.1.10", "in-addr.arpa itself denies the registry's block", nowhere()),
    ] {
        cases.push(expect.case(address.into(), what.into(), Root::Plain));
    }
    cases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_is_judged_once_per_root() {
        let mut seen = Vec::new();
        for case in cases() {
            let key = format!("{} {:?}", case.address, case.root);
            assert!(!seen.contains(&key), "{key} twice");
            seen.push(key);
        }
        assert!(seen.len() > 100);
    }
}
