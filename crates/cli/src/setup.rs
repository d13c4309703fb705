//! What a run is made of: options over environment over configuration file, or a world's own settings.

use crate::args::Global;
use crate::config::{self, Config};
use crate::files;
use crate::suggest;
use crate::usage::Usage;
use anyhow::Context as _;
use ptrust_checks::{ALL, Settings as Checks};
use ptrust_diagnose::{Engine, Options};
use ptrust_facts::{DomainTarget, Scope, Target};
use ptrust_mail::bimi::mark;
use ptrust_mail::certificate::Certificate;
use ptrust_names::{Hex, Name, Record};
use ptrust_observe::settings::{DEFAULT_PER_SERVER, DEFAULT_TIMEOUT, Settings};
use ptrust_observe::{assume, chain, net};
use ptrust_report::Format;
use ptrust_world::World;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The word for the built-in world.
pub(crate) const DEMO: &str = "demo";
/// Port of SMTP between servers.
const SMTP_PORT: u16 = 25;
/// EHLO of the probe where none is configured: a name that by RFC 6761 is nobody's.
const EHLO: &str = "ptrust.invalid";

/// A run, ready to start.
pub(crate) struct Setup {
    /// Options of every command.
    pub(crate) global: Global,
    /// The world that answers instead of the network.
    pub(crate) world: Option<World>,
    config: Config,
    settings: Settings,
    checks: Checks,
    assume: Vec<Record>,
    /// Root certificates of mark authorities.
    bimi_roots: Vec<Hex>,
    /// What saw whether the assumed records were asked for.
    watch: OnceLock<Arc<assume::Watch>>,
}

impl Global {
    /// Puts the built-in world in place. Another one would not be looked at, so it is refused.
    pub(crate) fn own_world(&mut self, matches: &clap::ArgMatches) -> Result<(), Usage> {
        let inner = matches.subcommand().map_or(matches, |(_, inner)| inner);
        let given = inner.value_source("world") == Some(clap::parser::ValueSource::CommandLine);
        match self.world.replace(DEMO.to_owned()) {
            Some(other) if given && other != DEMO => {
                Err(Usage(format!("--world {other}: the demo has its own world; use ptrust check --world")))
            }
            _ => Ok(()),
        }
    }

    /// Takes back what came from the environment and is about the real network, when a world answers.
    pub(crate) fn leave_environment(&mut self, matches: &clap::ArgMatches) {
        if self.world.is_none() {
            return;
        }
        let inner = matches.subcommand().map_or(matches, |(_, inner)| inner);
        let from_environment = |id| inner.value_source(id) == Some(clap::parser::ValueSource::EnvVariable);
        if from_environment("resolver") {
            self.resolver.clear();
        }
        if from_environment("root_hints") {
            self.root_hints = None;
        }
        if from_environment("trust_anchor") {
            self.trust_anchor = None;
        }
    }
}

impl Setup {
    /// Reads files and checks every option.
    pub(crate) fn new(global: Global) -> anyhow::Result<Self> {
        let config = config::load(global.config.as_deref())?;
        let world = global.world.as_deref().map(world).transpose()?;
        let settings = settings(&global, &config, world.as_ref())?;
        let checks = checks(&global, &config)?;
        for id in config.blocklists.keys.keys() {
            if !ptrust_knowledge::dnsbl::by_id(id).is_some_and(ptrust_knowledge::dnsbl::List::has_key) {
                let file = config.path.display();
                let line =
                    format!("{file}: blocklists.keys.{}: no list with keys is called so", ptrust_names::escape(id));
                return Err(Usage(line).into());
            }
        }
        let assume = global.assume.iter().map(|text| {
            assume::parse(text).map_err(|error| Usage(format!("--assume {:?}: {error}", ptrust_names::escape(text))))
        });
        let assume = assume.collect::<Result<_, _>>()?;
        let bimi_roots = bimi_roots(&config)?;
        Ok(Self { global, world, config, settings, checks, assume, bimi_roots, watch: OnceLock::new() })
    }

    /// The engine of this run. Call it inside the runtime.
    pub(crate) fn engine(&self) -> anyhow::Result<Engine> {
        self.engine_for(&[])
    }

    /// The same for a command that is about some families: their checks, unless the user selects others.
    pub(crate) fn engine_for(&self, families: &[&str]) -> anyhow::Result<Engine> {
        let mut checks = self.checks.clone();
        if checks.select.is_empty() {
            checks.select = families.iter().map(|family| (*family).to_owned()).collect();
        }
        let mut ports = self.world.as_ref().map_or_else(|| net::system(&self.settings), World::ports);
        if !self.assume.is_empty() {
            let new = || Arc::new(assume::Watch::new(ports.exchange.clone(), self.assume.clone()));
            ports.exchange = Arc::<assume::Watch>::clone(self.watch.get_or_init(new));
        }
        let cache = if self.world.is_some() { None } else { self.config.rdap.cache.clone().or_else(cache) };
        let options = Options {
            assume: self.assume.clone(),
            cache,
            wait: self.global.wait,
            list_keys: self.config.blocklists.keys.clone(),
        };
        Ok(Engine::new(ports, self.settings.clone(), checks, options)?)
    }

    /// Names the assumed records that no query met: most likely they are misspelt.
    pub(crate) fn name_unmet(&self) {
        let Some(watch) = self.watch.get().filter(|_| self.global.format == Format::Text) else {
            return;
        };
        for record in watch.unmet() {
            anstream::eprintln!("ptrust: --assume '{record}' was not used: nothing asked for it");
        }
    }

    /// Whether this run walks.
    pub(crate) const fn walks(&self) -> bool {
        self.settings.walk
    }

    /// Runs a future. In a world time is made of waiting only, and waiting costs nothing.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> anyhow::Result<T> {
        let runtime = if self.world.is_some() {
            tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build()
        } else {
            tokio::runtime::Builder::new_multi_thread().enable_all().build()
        };
        let runtime = runtime.context("failed to start the runtime")?;
        let output = runtime.block_on(future);
        // Queries still under way must not delay the end.
        runtime.shutdown_background();
        Ok(output)
    }

    /// An address as a target under these settings.
    pub(crate) fn target(&self, address: IpAddr, host: Option<Name>) -> Target {
        let target = Target::new(address);
        let probe = self.config.smtp.probe.unwrap_or(true);
        Target {
            host,
            smtp_port: probe.then(|| self.config.smtp.port.unwrap_or(SMTP_PORT)),
            scope: self.settings.scope,
            ptr_limit: self.config.checks.ptr_limit.unwrap_or(target.ptr_limit),
            ..target
        }
    }

    /// A domain as a target under these settings.
    pub(crate) fn domain_target(&self, domain: Name) -> DomainTarget {
        self.with_settings(DomainTarget::new(domain))
    }

    /// An address as a target for blocklists under these settings.
    pub(crate) fn listed_target(&self, address: IpAddr) -> DomainTarget {
        self.with_settings(DomainTarget::of_address(address))
    }

    /// A target with these settings.
    fn with_settings(&self, target: DomainTarget) -> DomainTarget {
        DomainTarget {
            probe: self.config.smtp.probe.unwrap_or(true),
            bimi_roots: self.bimi_roots.clone(),
            list_zones: self.config.blocklists.zones.clone(),
            list_keys: self.config.blocklists.keys.keys().cloned().collect(),
            scope: self.settings.scope,
            ptr_limit: self.config.checks.ptr_limit.unwrap_or(target.ptr_limit),
            ..target
        }
    }

    /// The domains and hosts that the world suggests.
    pub(crate) fn suggested_audits(&self) -> Vec<DomainTarget> {
        let audits = self.world.as_ref().map(World::audits).unwrap_or_default();
        audits.iter().map(|audit| audit.adjust(self.domain_target(audit.name.clone()))).collect()
    }

    /// The targets that the world suggests.
    pub(crate) fn suggested(&self) -> Vec<Target> {
        let checks = self.world.as_ref().map(World::checks).unwrap_or_default();
        let target = |check: &ptrust_world::Check| {
            let target = self.target(check.address, check.host.clone());
            let smtp_port = target.smtp_port.map(|port| check.port.unwrap_or(port));
            Target { helo: check.helo.clone(), smtp_port, ..target }
        };
        checks.iter().map(target).collect()
    }
}

/// The settings of the observing part.
fn settings(global: &Global, config: &Config, world: Option<&World>) -> anyhow::Result<Settings> {
    // A world is complete in itself: the configuration is about the real network.
    let walk = !global.no_walk && config.dns.walk.unwrap_or(true);
    let (nothing, real) = (Config::default(), world.is_none());
    let config = if real { config } else { &nothing };
    let mut settings = world.map_or_else(Settings::real, World::settings);
    if let Some(file) = global.root_hints.as_ref().or(config.dns.root_hints.as_ref()) {
        let hints = net::parse_root_hints(&read("--root-hints", file)?);
        settings.root_hints = hints.map_err(|error| Usage(format!("--root-hints {}: {error}", file.display())))?;
    }
    if let Some(file) = global.trust_anchor.as_ref().or(config.dnssec.trust_anchor.as_ref()) {
        let text = read("--trust-anchor", file)?;
        chain::check_anchors(&text).map_err(|error| Usage(format!("--trust-anchor {}: {error}", file.display())))?;
        settings.trust_anchor = Some(text);
    }
    if !global.resolver.is_empty() {
        settings.resolvers.clone_from(&global.resolver);
    } else if !config.dns.resolvers.is_empty() {
        settings.resolvers.clone_from(&config.dns.resolvers);
    }
    settings.walk = walk;
    settings.timeout = global.timeout.or(config.dns.timeout).unwrap_or(settings.timeout);
    settings.per_server = config.dns.per_server.unwrap_or(settings.per_server);
    if let Some(helo) = &config.smtp.helo {
        settings.helo.clone_from(helo);
    }
    if global.allow_special_use {
        settings.scope = Scope::All;
    }
    Ok(settings)
}

/// Settings of this machine.
trait Real {
    /// Settings as they are without options.
    fn real() -> Self;
}

impl Real for Settings {
    fn real() -> Self {
        Self {
            root_hints: net::root_hints(),
            resolvers: net::system_resolvers(),
            walk: true,
            registry_zones: Vec::new(),
            trust_anchor: None,
            timeout: DEFAULT_TIMEOUT,
            helo: EHLO.into(),
            per_server: DEFAULT_PER_SERVER,
            roots: ptrust_observe::session::Roots::default(),
            scope: Scope::Public,
        }
    }
}

/// Which checks run. Words that name no check are refused: a misspelt `--ignore` would silently ignore nothing.
fn checks(global: &Global, config: &Config) -> Result<Checks, Usage> {
    let or = |flag: &[String], file: &[String]| if flag.is_empty() { file.to_vec() } else { flag.to_vec() };
    let checks = Checks {
        select: or(&global.select, &config.checks.select),
        ignore: or(&global.ignore, &config.checks.ignore),
        severity: config.checks.severity.clone(),
    };
    let words: BTreeSet<&str> = ALL.iter().flat_map(|check| families(check.id)).collect();
    let file = config.path.display().to_string();
    let lists = [
        ("--select".to_owned(), &global.select),
        ("--ignore".to_owned(), &global.ignore),
        (format!("{file}: checks.select"), &config.checks.select),
        (format!("{file}: checks.ignore"), &config.checks.ignore),
    ];
    for (option, list) in lists {
        for word in list {
            if word.is_empty() {
                let line = format!("{option}: an empty word names no check or family; ptrust checks lists them");
                return Err(Usage(line));
            }
            if !words.contains(word.as_str()) {
                let hint = suggest::hint(word, words.iter().copied());
                return Err(Usage(format!(
                    "{option} {}: no check or family is called so{hint}",
                    ptrust_names::escape(word)
                )));
            }
        }
    }
    for id in checks.severity.keys() {
        if ptrust_checks::by_id(id).is_none() {
            let hint = suggest::hint(id, ALL.iter().map(|check| check.id));
            return Err(Usage(format!(
                "{file}: checks.severity.{}: no check is called so{hint}",
                ptrust_names::escape(id)
            )));
        }
    }
    if ptrust_checks::selected(&checks).next().is_none() {
        let given = !global.select.is_empty() || !global.ignore.is_empty();
        let who = if given { "--select/--ignore leave".into() } else { format!("{file}: [checks] leaves") };
        return Err(Usage(format!("{who} no check to run")));
    }
    Ok(checks)
}

/// The root certificates of mark authorities that the configuration names. One that is no certificate is refused: a chain
/// that ends at it would never hold.
fn bimi_roots(config: &Config) -> Result<Vec<Hex>, Usage> {
    let Some(path) = &config.bimi.roots else { return Ok(Vec::new()) };
    let what = format!("{}: bimi.roots", config.path.display());
    let refused = |error: &dyn std::error::Error| Usage(format!("{what} {}: {}", path.display(), files::chain(error)));
    let roots = mark::certificates(&files::read(&what, path)?).map_err(|error| refused(&error))?;
    for root in &roots {
        Certificate::from_der(root).map_err(|error| refused(&error))?;
    }
    Ok(roots.into_iter().map(Hex).collect())
}

/// An id and its families: `a-b-c`, `a-b`, `a`.
fn families(id: &'static str) -> impl Iterator<Item = &'static str> {
    std::iter::once(id).chain(id.match_indices('-').filter_map(move |(at, _)| id.get(..at)))
}

/// Reads a world.
fn world(word: &str) -> anyhow::Result<World> {
    let text = if word == DEMO { ptrust_world::DEMO.to_owned() } else { read("--world", Path::new(word))? };
    Ok(World::parse(&text).map_err(|error| Usage(format!("--world {word}: {error}")))?)
}

/// Reads a file named by an option.
fn read(option: &str, file: &Path) -> Result<String, Usage> {
    std::fs::read_to_string(file).map_err(|error| Usage(format!("{option} {}: {error}", file.display())))
}

/// Where files are kept that can be fetched again.
fn cache() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    Some(base.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")))?.join("ptrust"))
}
