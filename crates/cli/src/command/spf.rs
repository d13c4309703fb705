//! `ptrust spf`: the SPF record of a domain, for everybody or for one sender.

use super::audit::{self, Part};
use crate::setup::Setup;

/// Options of `spf`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    common: audit::Args,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    audit::run(setup, Part::SPF, &args.common)
}
