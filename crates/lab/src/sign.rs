//! Keys, signatures and DS records of the world's own chain of trust.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::host::{command, output};
use crate::operators::Operator;
use crate::scenario::Signing;
use crate::zones::{Zone, parent_of};

/// The only algorithm: small signatures, quick keys, known to every validator.
const ALGORITHM: &str = "ECDSAP256SHA256";
/// A day on which signatures ended, for zones that let them.
const LONG_AGO: [&str; 4] = ["-i", "20200101000000", "-e", "20200201000000"];

/// The keys of all signed zones.
pub(crate) struct Keys {
    /// The key's file by zone, without extension.
    files: BTreeMap<String, PathBuf>,
    /// The DS by zone, as its parent publishes it.
    delegated: BTreeMap<String, String>,
}

impl Keys {
    /// Makes a key for every signed zone: in files, or in Knot's own store.
    pub(crate) fn make(zones: &[Zone], state: &Path) -> Result<Self> {
        let folder = &state.join("keys");
        let mut keys = Self { files: BTreeMap::new(), delegated: BTreeMap::new() };
        for zone in zones {
            let Some(signing) = zone.signing.filter(|_| !keys.delegated.contains_key(&zone.origin)) else {
                continue;
            };
            if zone.server == Operator::Knot {
                keys.delegated.insert(zone.origin.clone(), knot_key(&state.join("knot/keys"), &zone.origin)?);
                continue;
            }
            let key = key(folder, &zone.origin)?;
            let published = if signing == Signing::WrongDs { self::key(folder, &zone.origin)? } else { key.clone() };
            keys.delegated.insert(zone.origin.clone(), delegation_signer(&published)?);
            keys.files.insert(zone.origin.clone(), key);
        }
        Ok(keys)
    }

    /// The DS lines that belong into a zone: those of the signed zones cut out of it.
    pub(crate) fn delegations(&self, zones: &[Zone], zone: &Zone) -> Vec<String> {
        let of = self.delegated.iter().filter(|(child, _)| parent_of(zones, child) == Some(&zone.origin));
        of.filter(|_| zone.signing.is_some()).map(|(_, line)| line.clone()).collect()
    }

    /// Signs a zone's file in place.
    pub(crate) fn sign(&self, zone: &Zone, file: &Path) -> Result<()> {
        let Some(key) = self.files.get(&zone.origin) else {
            return Ok(());
        };
        let dates: &[&str] = if zone.signing == Some(Signing::Expired) { &LONG_AGO } else { &[] };
        let signed = file.with_extension("signed");
        output(command("ldns-signzone").args(dates).arg("-f").arg(&signed).arg(file).arg(key))
            .with_context(|| format!("failed to sign {}", zone.origin))?;
        fs::rename(&signed, file).context("failed to replace a zone by its signed form")
    }

    /// The root's DS: the trust anchor of the world.
    pub(crate) fn anchor(&self) -> &str {
        self.delegated.get(".").map_or("", String::as_str)
    }
}

/// Makes one key; returns its file without extension.
fn key(folder: &Path, origin: &str) -> Result<PathBuf> {
    let name = output(command("ldns-keygen").current_dir(folder).args(["-a", ALGORITHM, "-k", origin]))?;
    Ok(folder.join(name.trim()))
}

/// Makes one key in Knot's store, for the zone and its keys alike; returns its DS.
fn knot_key(store: &Path, origin: &str) -> Result<String> {
    let manage = || {
        let mut command = command("keymgr");
        command.arg("-D").arg(store).arg(origin);
        command
    };
    output(manage().args(["generate", "algorithm=ECDSAP256SHA256", "ksk=yes", "zsk=yes"]))?;
    let lines = output(manage().arg("ds"))?;
    // One line per digest; SHA-256 is number 2 (RFC 4509).
    let sha256 = lines.lines().find(|line| line.split_whitespace().nth(4) == Some("2"));
    Ok(sha256.with_context(|| format!("no DS for {origin} in: {lines}"))?.to_owned())
}

/// The DS of a key, one line.
fn delegation_signer(key: &Path) -> Result<String> {
    let mut file = key.as_os_str().to_owned();
    file.push(".key");
    let line = output(command("ldns-key2ds").args(["-n", "-2"]).arg(file))?;
    Ok(line.trim().replace('\t', " "))
}
