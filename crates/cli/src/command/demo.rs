//! `ptrust demo`: the built-in company's sending pool, offline.

use super::check::check;
use crate::setup::Setup;

/// Runs the command. Its findings are what it is there to show, and no failure: `check --world demo` exits with them.
pub(crate) fn run(setup: &Setup) -> anyhow::Result<u8> {
    setup.block_on(async { check(setup, &setup.engine()?, setup.suggested(), &[]).await })??;
    Ok(0)
}
