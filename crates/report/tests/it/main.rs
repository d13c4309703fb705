//! Reports of hand-made facts, in every format.

mod hostile;
mod json;
mod judged;
mod machine;
mod situations;
mod text;

use ptrust_report::{Format, Options, Report, render};

/// Reports in a format, as text.
fn rendered(format: Format, reports: &[Report], options: &Options) -> String {
    let mut out = Vec::new();
    render(format, reports, &mut out, options).expect("memory takes all");
    String::from_utf8(out).expect("every format is UTF-8")
}
