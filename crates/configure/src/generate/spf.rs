//! SPF records (RFC 7208).

use super::{GenerateError, Generated, domain};
use crate::judge::Draft;
use ipnet::IpNet;
use jiff::Timestamp;
use ptrust_checks::remedy::TTL;
use ptrust_facts::Scope;
use ptrust_knowledge::esp::{self, Esp};
use ptrust_knowledge::special_use::special_use;
use ptrust_mail::spf::{Builder, Built, Qualifier, Record as SpfRecord};
use ptrust_names::{Data, Name, Record, escape};

/// Octets above which the answer may not fit a datagram of 512 octets, with which RFC 7208 3.4 wants to do.
const ROOMY: usize = 450;

/// What an SPF record should say.
#[derive(Clone, Debug)]
pub struct Spf {
    /// The domain.
    pub domain: Name,
    /// Blocks of addresses that send.
    pub ranges: Vec<IpNet>,
    /// Hosts that send; `None` is the domain itself.
    pub a: Vec<Option<Name>>,
    /// Domains whose mail exchangers send; `None` is the domain itself.
    pub mx: Vec<Option<Name>>,
    /// Domains whose records are included.
    pub includes: Vec<Name>,
    /// Services that send, by the names of `data/esp-fingerprints.toml`.
    pub services: Vec<String>,
    /// What holds for everybody else; `None` for softfail, and for a record that names senders only.
    pub all: Option<Qualifier>,
    /// Which addresses count as public.
    pub scope: Scope,
}

impl Spf {
    /// A record that names nobody yet.
    pub const fn new(domain: Name) -> Self {
        Self {
            domain,
            ranges: Vec::new(),
            a: Vec::new(),
            mx: Vec::new(),
            includes: Vec::new(),
            services: Vec::new(),
            all: None,
            scope: Scope::World,
        }
    }

    /// Makes the record. `at` is now.
    ///
    /// # Errors
    /// When it cannot be written, or the checks refuse it.
    pub fn make(&self, at: Timestamp) -> Result<Generated, GenerateError> {
        domain(&self.domain)?;
        let services = self.services.iter().map(|name| service(name)).collect::<Result<Vec<_>, _>>()?;
        let silent = self.ranges.is_empty()
            && self.a.is_empty()
            && self.mx.is_empty()
            && self.includes.is_empty()
            && services.is_empty();
        if silent && self.all != Some(Qualifier::Fail) {
            return Err(GenerateError::Missing(
                "name what sends, with --ip, --include, --esp, --a or --mx; or --all fail alone for a domain that sends \
                 no mail",
            ));
        }
        for range in &self.ranges {
            let first = range.network();
            let whole = special_use(first).filter(|block| block.prefix.contains(range) && !self.scope.holds(first));
            if let Some(block) = whole {
                return Err(GenerateError::Address(*range, &block.name));
            }
        }
        let all = self.all.unwrap_or(Qualifier::SoftFail);
        let Built { text, strings, record } = self.builder(&services, all).build()?;
        if SpfRecord::parse(text.as_bytes())? != record {
            return Err(GenerateError::Reread("it says something else".into()));
        }
        let published = Record { owner: self.domain.clone(), ttl: TTL, data: Data::Txt(strings) };
        let mut made = Generated::new(text, &published);
        let verdict = Draft::new(self.domain.clone(), at).record(&published).judge("spf", &[])?;
        self.notes(&mut made, &services, all, silent);
        made.notes.extend(verdict.remarks);
        Ok(made)
    }

    /// The terms, each once.
    fn builder(&self, services: &[(&Esp, &Name)], all: Qualifier) -> Builder {
        let mut builder = Builder::new();
        for range in once(self.ranges.iter().map(IpNet::trunc)) {
            builder = builder.range(range);
        }
        for host in once(self.a.iter().cloned()) {
            builder = builder.a(host);
        }
        for host in once(self.mx.iter().cloned()) {
            builder = builder.mx(host);
        }
        let includes = self.includes.iter().chain(services.iter().map(|(_, target)| *target));
        for include in once(includes.cloned()) {
            builder = builder.include(include);
        }
        builder.all(all)
    }

    /// What to do with the record.
    fn notes(&self, made: &mut Generated, services: &[(&Esp, &Name)], all: Qualifier, silent: bool) {
        let domain = &self.domain;
        made.note(format!("{domain} may have one record that starts with v=spf1: this one replaces what is there."));
        let looked_up = !self.a.is_empty() || !self.mx.is_empty() || !self.includes.is_empty() || !services.is_empty();
        if looked_up {
            made.note(format!(
                "What the terms lead to was not looked at. Try the record as if it were there:\nptrust spf {domain} \
                 --assume '{}'",
                made.zone_line
            ));
        }
        if silent {
            made.note("It says that the domain sends no mail at all.");
        } else if all == Qualifier::SoftFail {
            made.note("Change ~all to -all once DMARC reports show that nothing is left out.");
        }
        for (service, target) in services {
            let others = service.spf.iter().filter(|other| other != target).map(Name::to_string);
            let others = others.collect::<Vec<_>>().join(", ");
            let others = if others.is_empty() { String::new() } else { format!(" It also has {others}.") };
            made.note(format!(
                "{} is included by {target}; compare that with what it tells its customers.{others}",
                service.name
            ));
        }
        if made.data.len() > ROOMY {
            made.note(format!(
                "{} octets are many for one answer: RFC 7208 wants records that fit 512 octets with all other TXT records \
                 of the name. Name blocks in place of single addresses, or let services send with subdomains.",
                made.data.len()
            ));
        }
    }
}

/// The values without repetitions, in order: a term that stands twice is a mistake.
fn once<T: PartialEq + Clone>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}

/// The service of this name, and what its customers include.
fn service(name: &str) -> Result<(&'static Esp, &'static Name), GenerateError> {
    let service = esp::by_name(name).ok_or_else(|| GenerateError::Service(escape(name)))?;
    let target = service.spf.first().ok_or(GenerateError::ServiceWithoutSpf(&service.name))?;
    Ok((service, target))
}
