//! The engine of one run: ports, settings, and what its targets share.

use crate::driver;
use crate::spf::Sender;
use futures_util::{Stream, StreamExt, stream};
use jiff::Timestamp;
use ptrust_checks::{LetterFacts, LetterTarget, Settings as Checks, selected};
use ptrust_facts::{Chain, DomainFacts, DomainTarget, Fact, Facts, Need, Owner, Run, Target, WalkState};
use ptrust_mail::message::NotMessage;
use ptrust_mail::spf::CheckHost;
use ptrust_names::{Cause, Question, Record};
use ptrust_observe::assume::Assume;
use ptrust_observe::chain::{AnchorError, Chains};
use ptrust_observe::ports::Ports;
use ptrust_observe::rdap;
use ptrust_observe::settings::Settings;
use ptrust_observe::walk::Walker;
use ptrust_report::Report;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Targets in flight at once: a /24. More would only wait for the same servers.
const IN_FLIGHT: usize = 256;

/// Domains in flight at once: each asks some hundred questions and talks to a dozen servers.
const DOMAINS_IN_FLIGHT: usize = 16;

/// The share of a target's deadline that single questions get, in percent: an answer that is cut short still has to be
/// handed over before the deadline.
const SHARE: u32 = 95;

/// What a run is told besides the settings of its parts.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Records put over the world; see [`ptrust_observe::assume`].
    pub assume: Vec<Record>,
    /// Where RDAP's bootstrap files are kept; `None` to use those built in.
    pub cache: Option<PathBuf>,
    /// Wait for slow SMTP and RDAP servers until the deadline.
    pub wait: bool,
    /// Keys of blocklists, by the ids of the lists.
    pub list_keys: BTreeMap<String, String>,
}

/// Plans, observes, judges and reports.
pub struct Engine {
    ports: Ports,
    settings: Settings,
    deadline: Duration,
    checks: Checks,
    needs: BTreeSet<Need>,
    wait: bool,
    assumed: Vec<Record>,
    list_keys: BTreeMap<String, String>,
    walker: Arc<Walker>,
    chains: Chains,
    owners: rdap::Client,
}

impl Engine {
    /// An engine over ports. What is asked follows from the checks: all there is, unless some are selected.
    ///
    /// # Errors
    /// When the settings' trust anchors cannot be read.
    pub fn new(ports: Ports, mut settings: Settings, checks: Checks, options: Options) -> Result<Self, AnchorError> {
        let needs = if checks.select.is_empty() {
            Need::ALL.into()
        } else {
            Need::closure(selected(&checks).flat_map(|check| check.needs.iter().copied()))
        };
        let deadline = settings.timeout;
        settings.timeout = deadline * SHARE / 100;
        // A chain of trust is that of the zone as it stands: who makes the change also signs it.
        let standing = Walker::new(ports.clone(), settings.clone());
        let chains = Chains::new(&standing)?;
        let (ports, walker) = if options.assume.is_empty() {
            (ports, standing)
        } else {
            let zones = settings.registry_zones.clone();
            let exchange = Assume::new(Arc::clone(&ports.exchange), options.assume.clone(), zones);
            let ports = Ports { exchange: Arc::new(exchange), ..ports };
            (ports.clone(), Walker::new(ports, settings.clone()))
        };
        let owners = rdap::Client::new(options.cache.as_deref());
        let Options { assume: assumed, wait, list_keys, .. } = options;
        Ok(Self { ports, settings, deadline, checks, needs, wait, assumed, list_keys, walker, chains, owners })
    }

    /// The same engine for other needs than those of its checks; page tests ask for single ones.
    #[must_use]
    pub fn with_needs(mut self, needs: BTreeSet<Need>) -> Self {
        self.needs = needs;
        self
    }

    /// The facts of one target.
    pub async fn facts(&self, target: Target) -> Facts {
        driver::address(self, target).await
    }

    /// The facts of one domain and of the addresses of its pool.
    pub async fn domain_facts(&self, target: DomainTarget) -> DomainFacts {
        driver::domain(self, target).await
    }

    /// The facts of one message and of the address that sent it.
    ///
    /// # Errors
    /// When the text is no message.
    pub async fn letter_facts(&self, text: &[u8], target: LetterTarget) -> Result<LetterFacts, NotMessage> {
        driver::letter(self, text, target).await
    }

    /// The report of one message.
    ///
    /// # Errors
    /// When the text is no message.
    pub async fn letter(&self, text: &[u8], target: LetterTarget) -> Result<Report, NotMessage> {
        Ok(Report::letter(&self.letter_facts(text, target).await?, &self.checks))
    }

    /// Whether a client may send for a domain, by SPF.
    pub async fn spf(&self, check: CheckHost) -> Sender {
        driver::sender(self, check).await
    }

    /// The report of one domain, or of a host's mail servers.
    pub async fn audit(&self, target: DomainTarget) -> Report {
        Report::audit(&self.domain_facts(target).await, &self.checks)
    }

    /// The report of one target.
    pub async fn check(&self, target: Target) -> Report {
        Report::build(&self.facts(target).await, &self.checks)
    }

    /// The reports of many targets with their place in the list, as they are ready.
    pub fn check_all(&self, targets: Vec<Target>) -> impl Stream<Item = (usize, Report)> {
        let one = async move |(index, target)| (index, self.check(target).await);
        stream::iter(targets.into_iter().enumerate()).map(one).buffer_unordered(IN_FLIGHT)
    }

    /// The reports of many domains with their place in the list, as they are ready.
    pub fn audit_all(&self, targets: Vec<DomainTarget>) -> impl Stream<Item = (usize, Report)> {
        let one = async move |(index, target)| (index, self.audit(target).await);
        stream::iter(targets.into_iter().enumerate()).map(one).buffer_unordered(DOMAINS_IN_FLIGHT)
    }

    /// The ports, assumed records included.
    pub const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// The settings of the run; their timeout is that of a single question.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Which checks run, and how much each weighs.
    pub const fn checks(&self) -> &Checks {
        &self.checks
    }

    /// The walker, shared by all targets.
    pub const fn walker(&self) -> &Arc<Walker> {
        &self.walker
    }

    /// The circumstances of the run.
    pub async fn run(&self) -> Run {
        Run { assumed: self.assumed.clone(), ..self.walker.run().await }
    }

    /// The chain of trust of a question, in the zone as it stands.
    pub async fn chain(&self, question: &Question) -> Fact<Chain> {
        self.chains.chain(question).await
    }

    /// Who holds an address.
    pub async fn owner(&self, address: IpAddr) -> Fact<Owner> {
        self.owners.owner(&self.ports, &self.settings, address).await
    }

    /// The addresses of a host, by the resolvers.
    ///
    /// # Errors
    /// The cause, when no resolver knows an address.
    pub async fn addresses(&self, host: &ptrust_names::Name) -> Result<Vec<IpAddr>, Cause> {
        let (exchange, clock) = (&*self.ports.exchange, &*self.ports.clock);
        let Settings { resolvers, timeout, .. } = &self.settings;
        ptrust_observe::resolver::lookup(exchange, clock, resolvers, host, *timeout).await
    }

    /// Now, by the run's clock.
    pub(crate) fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    /// The run as it is hoped to be before the canary is back: walks begin at once.
    pub(crate) fn assumed_run(&self) -> Run {
        let walk = if self.settings.walk { WalkState::Open } else { WalkState::Off };
        let registry_zones = self.settings.registry_zones.clone();
        Run { walk, registry_zones, assumed: self.assumed.clone(), ..Run::default() }
    }

    /// The time one target gets.
    pub(crate) const fn deadline(&self) -> Duration {
        self.deadline
    }

    /// What the checks need.
    pub(crate) const fn needs(&self) -> &BTreeSet<Need> {
        &self.needs
    }

    /// The user's key for a blocklist.
    pub(crate) fn list_key(&self, id: &str) -> Option<&str> {
        self.list_keys.get(id).map(String::as_str)
    }

    /// Whether slow servers are waited for.
    pub(crate) const fn waits(&self) -> bool {
        self.wait
    }
}
