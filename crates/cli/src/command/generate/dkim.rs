//! `ptrust generate dkim`: the one command that makes secrets, and the only place where they go is a file.

use super::{domain, now, usage};
use crate::usage::Usage;
use clap::{ValueEnum, ValueHint};
use ptrust_configure::generate::{Dkim, Generated, key_file};
use ptrust_configure::key::{self, KeyError, PrivateKey, PublicKey};
use std::path::{Path, PathBuf};

/// The command in messages.
const COMMAND: &str = "generate dkim";

/// Options of `generate dkim`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The domain that signs
    #[arg(value_name = "DOMAIN")]
    domain: String,
    /// The selector, such as s2026: a new one for every key
    #[arg(long, value_name = "SELECTOR")]
    selector: String,
    /// The kind of key: RSA with 2048 bits, or Ed25519
    #[arg(long, value_name = "KIND", default_value = "rsa")]
    algorithm: Algorithm,
    /// Write the private key to this new file [default: SELECTOR._domainkey.DOMAIN.pem]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    key_file: Option<PathBuf>,
    /// Make no key: print the record of the private or public key in this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["key_file", "algorithm"])]
    existing: Option<PathBuf>,
    /// Tell receivers that the domain is testing DKIM (t=y)
    #[arg(long)]
    testing: bool,
}

/// The kinds of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Algorithm {
    /// Every receiver verifies it
    Rsa,
    /// Short; some receivers do not verify it yet
    Ed25519,
}

/// Makes the record, and the key unless there is one.
pub(super) fn make(args: &Args) -> Result<Generated, Usage> {
    let domain = domain(COMMAND, &args.domain)?;
    let selector = args.selector.clone();
    let default = key_file(&selector, &domain).map_err(|error| usage(COMMAND, &error))?;
    let dkim = |key| Dkim { domain: domain.clone(), selector: selector.clone(), key, testing: args.testing };
    if let Some(file) = &args.existing {
        let key = PublicKey::read(file).map_err(|error| of_file("--existing", file, &error))?;
        return dkim(key).make(None, now()).map_err(|error| usage(COMMAND, &error));
    }
    let file = args.key_file.as_ref().unwrap_or(&default);
    // The key is made for nothing when the file is there; the writing looks again, and decides.
    if file.symlink_metadata().is_ok() {
        return Err(of_file("--key-file", file, &KeyError::Exists));
    }
    let key = PrivateKey::generate(match args.algorithm {
        Algorithm::Rsa => key::Algorithm::Rsa,
        Algorithm::Ed25519 => key::Algorithm::Ed25519,
    });
    let failed = |error: KeyError| of_file("--key-file", file, &error);
    let key = key.map_err(failed)?;
    let shown = std::path::absolute(file).unwrap_or_else(|_| file.clone());
    let made = dkim(key.public().map_err(failed)?).make(Some(&shown), now());
    let mut made = made.map_err(|error| usage(COMMAND, &error))?;
    key.write(file).map_err(failed)?;
    let file = ptrust_names::escape(&file.display().to_string());
    let note =
        format!("The private key is in {file}, which only you can read. Give it to your signer, and nobody else.");
    made.notes.insert(0, note);
    Ok(made)
}

/// An error of a file as one of usage.
fn of_file(option: &str, file: &Path, error: &KeyError) -> Usage {
    Usage(format!("{COMMAND} {option} {}: {error}", file.display()))
}
