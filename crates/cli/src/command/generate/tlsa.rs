//! `ptrust generate tlsa`.

use super::{domain, now, usage};
use crate::usage::Usage;
use clap::ValueHint;
use ptrust_configure::generate::{Generated, Tlsa};
use ptrust_configure::key::PublicKey;
use std::path::PathBuf;

/// The command in messages.
const COMMAND: &str = "generate tlsa";

/// Options of `generate tlsa`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The mail server, as MX records name it
    #[arg(long, value_name = "HOST")]
    host: String,
    /// Its certificate, in PEM or DER; of a chain, the first counts
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present = "key")]
    certificate: Option<PathBuf>,
    /// Its private or public key, in PEM or DER
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "certificate")]
    key: Option<PathBuf>,
    /// Its port
    #[arg(long, value_name = "PORT", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
}

/// Makes the record.
pub(super) fn make(args: &Args) -> Result<Generated, Usage> {
    let host = domain(COMMAND, &args.host)?;
    let (option, file) = match (&args.certificate, &args.key) {
        (Some(file), _) => ("--certificate", file),
        (None, Some(file)) => ("--key", file),
        (None, None) => return Err(Usage(format!("{COMMAND}: name --certificate FILE or --key FILE"))),
    };
    let read = PublicKey::read(file);
    let key = read.map_err(|error| Usage(format!("{COMMAND} {option} {}: {error}", file.display())))?;
    Tlsa { host, port: args.port, key }.make(now()).map_err(|error| usage(COMMAND, &error))
}
