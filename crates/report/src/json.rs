//! JSON: one target is an object, several are an array; or one object per line.

use crate::{Options, Report};
use ptrust_facts::{Fact, Walk};
use ptrust_names::{Question, Records};
use schemars::JsonSchema;
use serde::Serialize;
use std::io;

/// What `ptrust lookup` found: the authoritative view and the resolver's, each where it was asked.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Lookup<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// The delegation walk with the authoritative answer.
    pub walk: Option<&'a Walk>,
    /// What the resolvers said.
    pub resolver: Option<&'a Fact<Records>>,
}

/// Writes one object for one report, an array for several.
pub(crate) fn render(reports: &[Report], out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    match reports {
        [report] if !options.array => value(report, out, options.pretty),
        _ => value(&reports, out, options.pretty),
    }
}

/// Writes one report per line.
pub(crate) fn render_lines(reports: &[Report], out: &mut dyn io::Write) -> io::Result<()> {
    reports.iter().try_for_each(|report| value(report, out, false))
}

/// Writes any value as JSON with a line end: walks, owners and lookups have no other form.
pub fn value<T: Serialize + ?Sized>(value: &T, out: &mut dyn io::Write, pretty: bool) -> io::Result<()> {
    if pretty {
        serde_json::to_writer_pretty(&mut *out, value)?;
    } else {
        serde_json::to_writer(&mut *out, value)?;
    }
    out.write_all(b"\n")
}
