//! The report of a domain as text.

use super::page::Page;
use super::words;
use crate::{DomainBody, Report};
use ptrust_checks::Finding;

pub(super) fn domain(_page: &mut Page, _report: &Report, _body: &DomainBody) {}
pub(super) fn summary(report: &Report) -> String {
    words::decapitalize(report.findings.first().map_or("", |f| f.title))
}
pub(super) fn who(_report: &Report, _finding: &Finding) -> String {
    String::new()
}
