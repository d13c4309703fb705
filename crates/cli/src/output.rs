//! Standard output and error: color where wanted, closed pipes without a fuss.

use crate::args::Color;
use crate::setup::Setup;
use crate::usage::{Unwritten, Usage};
use ptrust_report::{Format, Options, json_value};
use serde::Serialize;
use std::io::{self, IsTerminal, Write};

/// Columns of text, unless the terminal says otherwise.
const WIDTH: usize = 80;
/// Fewest and most columns at a terminal: less breaks tables, more is hard to read.
const WIDTHS: (usize, usize) = (60, 100);

/// Columns of text: 80 into a file or pipe, else what the terminal has, or COLUMNS in its place.
fn width(terminal: bool, columns: Option<&str>, size: Option<u16>) -> usize {
    let columns = columns.and_then(|text| text.trim().parse().ok()).filter(|columns| *columns > 0);
    let wanted = columns.or(size.map(usize::from)).filter(|_| terminal);
    wanted.map_or(WIDTH, |columns| columns.clamp(WIDTHS.0, WIDTHS.1))
}

/// A writer that remembers whether its reader has left: formats that write through a library hide the kind of error.
struct Watched<W> {
    inner: W,
    left: bool,
}

impl<W: Write> Watched<W> {
    fn noted<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        self.left |= result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe);
        result
    }
}

impl<W: Write> Write for Watched<W> {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let result = self.inner.write(octets);
        self.noted(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.inner.flush();
        self.noted(result)
    }
}

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
        let columns = std::env::var("COLUMNS").ok();
        let size = terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0);
        let width = width(io::stdout().is_terminal(), columns.as_deref(), size);
        Options { width, color: true, fail_on: self.global.fail_on, ..Options::default() }
    }

    /// Writes through a buffer. A reader that has seen enough is no error.
    pub(crate) fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Unwritten> {
        let mut out = io::BufWriter::new(Watched { inner: self.out(), left: false });
        let written = write(&mut out).and_then(|()| out.flush());
        // What is left in the buffer has no reader either.
        let (Watched { left, .. }, _) = out.into_parts();
        if left { Ok(()) } else { Ok(written?) }
    }

    /// Writes a value in the format chosen, for commands that write text or JSON only.
    pub(crate) fn show<T: Serialize + ?Sized>(
        &self,
        command: &str,
        value: &T,
        text: impl FnOnce(&mut dyn Write, &Options) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        self.shows(command)?;
        match self.global.format {
            Format::Ndjson => self.write(|out| json_value(value, out, false))?,
            Format::Json => self.write(|out| json_value(value, out, true))?,
            _ => self.write(|out| text(out, &self.render_options()))?,
        }
        Ok(())
    }

    /// Refuses formats that a command which writes text or JSON only does not have.
    pub(crate) fn shows(&self, command: &str) -> Result<(), Usage> {
        match self.global.format {
            Format::Text | Format::Json | Format::Ndjson => Ok(()),
            other => {
                let line = format!("--format {other}: {command} writes text, json or ndjson; {other} is for check");
                Err(Usage(line))
            }
        }
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

#[cfg(test)]
mod tests {
    use super::width;

    #[test]
    fn text_fits_the_terminal() {
        assert_eq!(width(true, Some("72"), Some(120)), 72);
        assert_eq!(width(true, None, Some(120)), 100);
        assert_eq!(width(true, Some("0"), Some(20)), 60);
        assert_eq!(width(true, Some("wide"), None), 80);
        assert_eq!(width(false, Some("72"), Some(120)), 80);
    }
}
