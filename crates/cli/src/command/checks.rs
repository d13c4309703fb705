//! `ptrust checks`: the list of all checks.

use super::explain::Described;
use crate::setup::Setup;
use ptrust_checks::{ALL, Severity};
use ptrust_report::{Format, json_value};

/// Runs the command.
pub(crate) fn run(setup: &Setup) -> anyhow::Result<u8> {
    let described: Vec<Described> = ALL.iter().map(|check| Described::new(check, None)).collect();
    if setup.global.format == Format::Ndjson {
        setup.write(|out| described.iter().try_for_each(|check| json_value(check, out, false)))?;
        return Ok(0);
    }
    let width = ALL.iter().map(|check| check.id.len()).max().unwrap_or(0);
    setup.show("checks", &described, |out, _| {
        for check in ALL {
            let (style, word) = match check.severity {
                Severity::Error => ("\x1b[31m", "error"),
                Severity::Warning => ("\x1b[33m", "warning"),
                Severity::Notice => ("\x1b[36m", "notice"),
            };
            writeln!(out, "{style}{word:8}\x1b[0m{:width$}  {}", check.id, check.title)?;
        }
        Ok(())
    })?;
    Ok(0)
}
