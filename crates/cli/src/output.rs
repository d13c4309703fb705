//! Standard output and error: color where wanted, closed pipes without a fuss.

use crate::args::Color;
use crate::setup::Setup;
use crate::usage::Usage;
use ptrust_report::{Format, Options, json_value};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Columns of text, unless the terminal says otherwise.
const WIDTH: usize = 80;

impl Setup {
    /// Standard output, with color or without.
    pub(crate) fn out(&self) -> anstream::AutoStream<io::Stdout> {
        let choice = match self.global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        anstream::AutoStream::new(io::stdout(), choice)
    }

    /// How reports are written. Color is always put in; [`Setup::out`] takes it out where it is not wanted.
    pub(crate) fn render_options(&self) -> Options {
        let width = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let width = width.filter(|_| io::stdout().is_terminal()).unwrap_or(WIDTH);
        Options { width, color: true, fail_on: self.global.fail_on, ..Options::default() }
    }

    /// Writes through a buffer. A reader that has seen enough is no error.
    pub(crate) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = io::BufWriter::new(self.out());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                // What is left in the buffer has no reader either.
                let _ = out.into_parts();
                Ok(())
            }
            other => other,
        }
    }

    /// Writes a value in the format chosen, for commands that write text or JSON only.
    pub(crate) fn show<T: Serialize + ?Sized>(
        &self,
        command: &str,
        value: &T,
        text: impl FnOnce(&mut dyn Write, &Options) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        match self.global.format {
            Format::Text => self.write(|out| text(out, &self.render_options()))?,
            Format::Json => self.write(|out| json_value(value, out, true))?,
            Format::Ndjson => self.write(|out| json_value(value, out, false))?,
            other => {
                let line = format!("--format {other}: {command} writes text, json or ndjson; {other} is for check");
                return Err(Usage(line).into());
            }
        }
        Ok(())
    }
}

/// Progress on standard error: only at a terminal, gone when it ends.
pub(crate) struct Progress {
    total: usize,
    shown: bool,
}

impl Progress {
    /// Progress over so many targets; for one there is nothing to show.
    pub(crate) fn new(total: usize) -> Self {
        Self { total, shown: total > 1 && io::stderr().is_terminal() }
    }

    /// Shows how many are done.
    pub(crate) fn show(&self, done: usize) {
        if self.shown {
            anstream::eprint!("\r\x1b[K{done} of {} checked", self.total);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            anstream::eprint!("\r\x1b[K");
        }
    }
}
