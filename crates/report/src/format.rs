//! The output formats by name.

use crate::{Report, github, json, junit, nagios, sarif, text};
use ptrust_checks::Severity;
use std::fmt;
use std::io;
use std::str::FromStr;

/// How reports are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// One object, or an array of several.
    Json,
    /// One object per line.
    Ndjson,
    /// JUnit XML.
    Junit,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// One status line for Nagios and its kin.
    Nagios,
}

/// A word that names no format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no output format is called {0:?}; there are {names}", names = Format::ALL.map(Format::as_str).join(", "))]
pub struct UnknownFormat(String);

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Json, Self::Ndjson, Self::Junit, Self::Sarif, Self::Github, Self::Nagios];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Nagios => "nagios",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().find(|format| format.as_str() == text);
        known.ok_or_else(|| UnknownFormat(text.to_owned()))
    }
}

/// How the chosen format is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Columns of text output; kept between [`text::MIN_WIDTH`] and [`text::MAX_WIDTH`].
    pub width: usize,
    /// Whether text has ANSI colors. Color only adds: without it the words are the same.
    pub color: bool,
    /// Findings from this severity on are failures to JUnit.
    pub fail_on: Severity,
    /// Whether JSON and SARIF are indented.
    pub pretty: bool,
    /// Whether an array is written even for one report, as for a target that expanded to one address.
    pub array: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 80, color: false, fail_on: Severity::Error, pretty: true, array: false }
    }
}

/// Writes the reports in a format.
pub fn render(format: Format, reports: &[Report], out: &mut dyn io::Write, options: &Options) -> io::Result<()> {
    match format {
        Format::Text => text::render(reports, out, options),
        Format::Json => json::render(reports, out, options),
        Format::Ndjson => json::render_lines(reports, out),
        Format::Junit => junit::render(reports, out, options),
        Format::Sarif => sarif::render(reports, out, options),
        Format::Github => github::render(reports, out),
        Format::Nagios => nagios::render(reports, out),
    }
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn names_read_back() {
        for format in Format::ALL {
            assert_eq!(format.as_str().parse(), Ok(format));
        }
        let error = "xml".parse::<Format>().expect_err("not a format").to_string();
        assert_eq!(
            error,
            "no output format is called \"xml\"; there are text, json, ndjson, junit, sarif, github, nagios"
        );
    }
}
