//! The binary `ptrust`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ptrust_cli::start()
}
