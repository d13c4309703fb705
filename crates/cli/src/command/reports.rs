//! `ptrust dmarc-report` and `ptrust tls-report`: reports that receivers sent, summed up.

use crate::files::{self, chain};
use crate::setup::Setup;
use crate::usage::{USAGE, Usage};
use clap::ValueHint;
use ptrust_mail::report::{Report, read};
use ptrust_report::{DmarcSummary, TlsSummary, gravest, text};
use std::path::PathBuf;

/// Options of both commands.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Reports as they came: XML or JSON, packed or not, or messages with one attached; - for standard input
    #[arg(value_name = "FILE", required = true, value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
}

/// Runs `dmarc-report`.
pub(crate) fn dmarc(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let mut summary = DmarcSummary::default();
    let code = each("dmarc-report", &args.files, |file, report| match report {
        Report::DmarcReport(report) => {
            summary.add(file, *report);
            Ok(())
        }
        Report::TlsReport(_) => Err("a TLS report; ptrust tls-report reads it"),
    })?;
    setup.show("dmarc-report", &summary, |out, options| text::dmarc_reports(&summary, out, options))?;
    Ok(code)
}

/// Runs `tls-report`.
pub(crate) fn tls(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let mut summary = TlsSummary::default();
    let code = each("tls-report", &args.files, |file, report| match report {
        Report::TlsReport(report) => {
            summary.add(file, report);
            Ok(())
        }
        Report::DmarcReport(_) => Err("a DMARC report; ptrust dmarc-report reads it"),
    })?;
    setup.show("tls-report", &summary, |out, options| text::tls_reports(&summary, out, options))?;
    Ok(code)
}

/// Hands over the report of every file. One that cannot be read is told on standard error and does not hide the others;
/// when there are none left, that is the error.
fn each(
    command: &str,
    paths: &[PathBuf],
    mut take: impl FnMut(String, Report) -> Result<(), &'static str>,
) -> Result<u8, Usage> {
    let mut faults = Vec::new();
    for path in paths {
        let name = ptrust_names::escape(&path.display().to_string());
        let taken = files::read(command, path).and_then(|octets| {
            let fault = |fault: String| Usage(format!("{command} {}: {fault}", path.display()));
            let report = read(&octets).map_err(|error| fault(chain(&error)))?;
            take(name, report).map_err(|error| fault(error.to_owned()))
        });
        faults.extend(taken.err());
    }
    if faults.len() == paths.len()
        && let Some(last) = faults.pop()
    {
        for fault in &faults {
            anstream::eprintln!("ptrust: {fault}");
        }
        return Err(last);
    }
    for fault in &faults {
        anstream::eprintln!("ptrust: {fault}");
    }
    Ok(gravest(faults.iter().map(|_| USAGE)))
}
