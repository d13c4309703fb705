//! The mail domains of the world: one healthy, and one for each fault.
//!
//! Knot serves their zones and signs what is signed; Postfix, Dovecot, rbldnsd and nginx are the servers behind them.
//! They are judged under the signed root: under the plain one no zone can be secure. [`domains`] is the table of them,
//! [`hosts`] the table of the servers they name.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::daemons::{Daemon, Draft};
use crate::scenario::Family;

pub(crate) mod blocklists;
pub(crate) mod certificates;
mod domains;
mod faults;
mod hosts;
mod servers;

pub(crate) use blocklists::delegations as blocklist_zones;
pub(crate) use domains::MailDomain;
pub(crate) use hosts::block;
pub(crate) use servers::imap_addresses;

use certificates::Certificates;
use hosts::Greeting;

/// One mail domain of the world and what an audit must find there.
#[derive(Clone, Debug)]
pub struct DomainCase {
    /// The domain, without a final dot.
    pub domain: String,
    /// What is special about it.
    pub what: String,
    /// Ids that must be among the findings; none for a domain that must be clean of warnings and errors.
    pub shows: Vec<&'static str>,
    /// Whether an audit must end with what it learnt in spite of the domain.
    pub hostile: bool,
}

/// Every mail domain, the healthy one first.
pub fn domain_cases() -> Vec<DomainCase> {
    let case = |domain: MailDomain| DomainCase {
        domain: domain.name.trim_end_matches('.').into(),
        what: domain.what.into(),
        shows: domain.shows.clone(),
        hostile: domain.hostile,
    };
    all().into_iter().filter(|domain| !domain.what.is_empty()).map(case).collect()
}

/// Every domain that Knot serves.
pub(crate) fn all() -> Vec<MailDomain> {
    let mut all = domains::domains();
    all.extend(faults::domains());
    all
}

/// The daemons behind the domains, and the files they read.
pub(crate) fn plan(state: &Path) -> Result<(Vec<Daemon>, Vec<Draft>)> {
    let mut daemons = Vec::new();
    let mut drafts = Vec::new();
    for (daemon, files) in [servers::dovecot(state)?, servers::nginx(state, &all())?, blocklists::rbldnsd(state)?] {
        daemons.push(daemon);
        drafts.extend(files);
    }
    Ok((daemons, drafts))
}

/// Postfix's listeners at the mail hosts, as lines of its `master.cf`.
pub(crate) fn postfix_listeners(state: &Path) -> String {
    servers::postfix_listeners(state)
}

/// Lines `ADDRESS PORT BEHAVIOR` for the hosts at which the lying server plays the mail server.
pub(crate) fn liar_lines() -> String {
    let liars = hosts::HOSTS.iter().filter(|host| host.greeting == Greeting::Endless);
    let lines = liars.flat_map(|host| Family::BOTH.map(|family| format!("{} 25 endless\n", host.address(family))));
    lines.collect()
}

/// Makes all keys and certificates; the authority's certificate is what a program in the world has to trust.
pub(crate) fn certify(state: &Path) -> Result<Certificates> {
    Certificates::make(&state.join(CERTIFICATES), &all())
}

/// The folder of the keys and certificates.
const CERTIFICATES: &str = "certificates";

/// The certificate of the world's authority.
pub(crate) fn authority(state: &Path) -> PathBuf {
    state.join(CERTIFICATES).join(certificates::AUTHORITY)
}
