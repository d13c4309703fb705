//! Where the repository is, and what `cargo metadata` says about it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::process;

/// The root of the repository.
pub(crate) fn root() -> Result<PathBuf> {
    let here = std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
    let root = here.parent().context("xtask has no folder above it")?.to_owned();
    Ok(root)
}

/// The short name of a workspace crate: its folder's name, the package's without `ptrust-`.
pub(crate) fn short(package: &str) -> &str {
    package.strip_prefix("ptrust-").unwrap_or(package)
}

/// The packages of the workspace and all that they resolve to.
pub(crate) struct Metadata {
    /// Every package by cargo's package id.
    pub(crate) packages: BTreeMap<String, Package>,
    /// Where cargo puts what it builds.
    pub(crate) target: PathBuf,
}

/// One package of the graph.
pub(crate) struct Package {
    /// The package's name.
    pub(crate) name: String,
    /// The version, for messages.
    pub(crate) version: String,
    /// The SPDX expression, where the package states one.
    pub(crate) license: Option<String>,
    /// Its `Cargo.toml`.
    pub(crate) manifest: PathBuf,
    /// Whether it is a member of this workspace.
    pub(crate) member: bool,
    /// What its manifest declares, optional dependencies included.
    pub(crate) declared: Vec<Declared>,
    /// What the resolver chose, by package id.
    pub(crate) resolved: Vec<Resolved>,
}

/// When a dependency is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By the library or binary itself.
    Normal,
    /// By its build script.
    Build,
    /// By its tests, benches and examples.
    Dev,
}

/// A dependency as the manifest declares it.
pub(crate) struct Declared {
    /// The package's name.
    pub(crate) name: String,
    /// When it is used.
    pub(crate) kind: Kind,
}

/// A dependency as it was resolved.
pub(crate) struct Resolved {
    /// The package id.
    pub(crate) id: String,
    /// When it is used; one package may be used in several ways.
    pub(crate) kinds: Vec<Kind>,
}

impl Metadata {
    /// Asks cargo, with the lock file as it is.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let args = ["metadata", "--format-version", "1", "--locked"];
        let text = process::output(process::cargo(root, args).arg("--quiet"))?;
        let value = serde_json::from_str(&text).context("cargo metadata printed no JSON")?;
        Self::parse(&value)
    }

    /// Reads the parts we need from cargo's JSON.
    pub(crate) fn parse(value: &Value) -> Result<Self> {
        let members = list(value, "workspace_members")?;
        let mut packages = BTreeMap::new();
        for package in list(value, "packages")? {
            let id = text(package, "id")?;
            let declared = list(package, "dependencies")?
                .iter()
                .map(|dependency| {
                    Ok(Declared { name: text(dependency, "name")?.to_owned(), kind: kind(&dependency["kind"])? })
                })
                .collect::<Result<_>>()?;
            let read = Package {
                name: text(package, "name")?.to_owned(),
                version: text(package, "version")?.to_owned(),
                license: package["license"].as_str().map(str::to_owned),
                manifest: text(package, "manifest_path")?.into(),
                member: members.iter().any(|member| member == id),
                declared,
                resolved: Vec::new(),
            };
            packages.insert(id.to_owned(), read);
        }
        for node in list(&value["resolve"], "nodes")? {
            let id = text(node, "id")?;
            let package = packages
                .get_mut(id)
                .with_context(|| format!("cargo metadata resolves {id}, but lists no such package"))?;
            for dependency in list(node, "deps")? {
                let kinds =
                    list(dependency, "dep_kinds")?.iter().map(|entry| kind(&entry["kind"])).collect::<Result<_>>()?;
                let id = text(dependency, "pkg")?.to_owned();
                package.resolved.push(Resolved { id, kinds });
            }
        }
        let target = text(value, "target_directory")?.into();
        Ok(Self { packages, target })
    }

    /// The workspace's own packages with their ids.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&str, &Package)> {
        self.packages.iter().filter(|(_, package)| package.member).map(|(id, package)| (id.as_str(), package))
    }
}

/// An array of the metadata.
fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value[key].as_array().with_context(|| format!("cargo metadata has no list `{key}`"))
}

/// A string of the metadata.
fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value[key].as_str().with_context(|| format!("cargo metadata has no text `{key}`"))
}

/// A dependency kind: null, `build` or `dev`.
fn kind(value: &Value) -> Result<Kind> {
    match value.as_str() {
        None => Ok(Kind::Normal),
        Some("build") => Ok(Kind::Build),
        Some("dev") => Ok(Kind::Dev),
        Some(other) => anyhow::bail!("cargo metadata has an unknown dependency kind `{other}`"),
    }
}
