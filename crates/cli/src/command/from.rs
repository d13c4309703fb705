//! Sending addresses from files: lists, logs, messages, reports.

use crate::files::{self, chain};
use crate::usage::Usage;
use ptrust_facts::domain::Role;
use ptrust_facts::{DomainTarget, PoolSource, Sighting};
use ptrust_mail::input::{Kind, Options, sending_addresses};
use std::path::PathBuf;

/// A file, read.
pub(crate) struct Source {
    path: PathBuf,
    octets: Vec<u8>,
}

/// Reads the files that `--from` names.
pub(crate) fn read(paths: &[PathBuf]) -> Result<Vec<Source>, Usage> {
    let one = |path: &PathBuf| Ok(Source { path: path.clone(), octets: files::read("--from", path)? });
    paths.iter().map(one).collect()
}

/// The addresses in the files that send for a target; of a host's servers, whoever they send for.
pub(crate) fn sightings(files: &[Source], target: &DomainTarget) -> Result<Vec<Sighting>, Usage> {
    let mut all = Vec::new();
    for file in files {
        all.extend(of_file(file, target)?);
    }
    Ok(all)
}

/// The addresses in one file.
fn of_file(file: &Source, target: &DomainTarget) -> Result<Vec<Sighting>, Usage> {
    let name = file.path.display();
    let is_public = |address| target.scope.holds(address);
    let domain = (target.role == Role::Domain).then(|| target.domain.clone());
    let found = sending_addresses(&file.octets, &Options { domain, is_public: &is_public });
    let source = match found.kind {
        Kind::AddressList => PoolSource::List,
        Kind::DmarcReport => PoolSource::DmarcReport,
        Kind::EximLog | Kind::PostfixLog => PoolSource::Log,
        Kind::Message => PoolSource::Message,
        Kind::TlsReport | Kind::Unknown => {
            let fault = found.faults.first().map_or_else(|| "nothing to read in it".to_owned(), |fault| chain(fault));
            return Err(Usage(format!("--from {name}: {fault}")));
        }
    };
    // Mail that failed DMARC may be anybody's.
    let sending = found.addresses.iter().filter(|one| one.is_confirmed());
    let seen: Vec<_> = sending.map(|one| Sighting { address: one.address, source, count: one.count() }).collect();
    if let (true, Some(fault)) = (found.addresses.is_empty(), found.faults.first()) {
        return Err(Usage(format!("--from {name}: {}", chain(fault))));
    }
    let note = |text: String| anstream::eprintln!("ptrust: --from {name}: {}", ptrust_names::escape(&text));
    found.faults.iter().for_each(|fault| note(chain(fault)));
    if found.not_public > 0 {
        note(format!("{} left out: not reachable from the internet", mentions(found.not_public)));
    }
    if seen.is_empty() {
        let others = found.other_domain.saturating_add(found.unknown_sender);
        note(format!("no address in it sends for {}; {} of other senders", target.domain, mentions(others)));
    }
    Ok(seen)
}

/// `1 mention`, `2 mentions`.
fn mentions(count: u64) -> String {
    format!("{count} mention{}", if count == 1 { "" } else { "s" })
}
