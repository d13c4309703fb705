//! `ptrust demo`: the built-in company's sending pool, offline.

use super::check::check;
use crate::setup::Setup;

/// Runs the command.
pub(crate) fn run(setup: &Setup) -> anyhow::Result<u8> {
    setup.block_on(async { check(setup, &setup.engine()?, setup.suggested()).await })?
}
