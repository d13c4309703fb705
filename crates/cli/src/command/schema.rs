//! `ptrust schema`: the JSON Schema of reports.

use crate::setup::Setup;

/// Runs the command.
pub(crate) fn run(setup: &Setup) -> anyhow::Result<u8> {
    setup.write(|out| ptrust_report::json_value(&ptrust_report::schema(), out, true))?;
    Ok(0)
}
