//! `ptrust man`: the manual pages, made of the command line's own help.

use crate::setup::Setup;
use crate::usage::Usage;
use clap::{CommandFactory, ValueHint};
use std::path::PathBuf;

/// Options of `man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write one page per command into this directory, instead of the main page to standard output
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let command = crate::args::Args::command();
    if let Some(directory) = &args.out {
        let written = std::fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(command, directory));
        written.map_err(|error| Usage(format!("--out {}: {error}", directory.display())))?;
    } else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        setup.write(|out| out.write_all(&page))?;
    }
    Ok(0)
}
