//! `ptrust explain`: a check's page.

use crate::setup::Setup;
use crate::usage::Usage;
use crate::{page, suggest};
use ptrust_checks::{ALL, Authority, Check, Confidence, Severity, Who, by_id};
use ptrust_facts::Need;
use serde::Serialize;

/// Options of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Id of the check, such as ptr-missing
    #[arg(value_name = "ID")]
    id: String,
}

/// A check as JSON.
#[derive(Serialize)]
pub(super) struct Described {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    confidence: Confidence,
    authority: Authority,
    who: Who,
    since: &'static str,
    needs: &'static [Need],
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<&'static str>,
}

impl Described {
    /// What a check's const says.
    pub(super) const fn new(check: &Check, page: Option<&'static str>) -> Self {
        Self {
            id: check.id,
            title: check.title,
            severity: check.severity,
            confidence: check.confidence,
            authority: check.authority,
            who: check.who,
            since: check.since,
            needs: check.needs,
            page,
        }
    }
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let Some(check) = by_id(&args.id) else {
        let hint = suggest::hint(&args.id, ALL.iter().map(|check| check.id));
        let id = ptrust_names::escape(&args.id);
        return Err(Usage(format!("explain {id}: no check is called so{hint}; ptrust checks lists them")).into());
    };
    setup.show("explain", &Described::new(check, Some(check.page)), |out, options| {
        out.write_all(page::terminal(check, options.width).as_bytes())
    })?;
    Ok(0)
}
