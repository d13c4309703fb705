//! `ptrust headers`: a message, its way, and what authenticates its author.

use super::check::write_all;
use crate::files;
use crate::setup::Setup;
use crate::usage::Usage;
use clap::ValueHint;
use futures_util::stream;
use ptrust_checks::LetterTarget;
use std::net::IpAddr;
use std::path::PathBuf;

/// Options of `headers`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The message as it was received, or its header, or - for standard input
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// The address that sent it, where the hops do not tell
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    /// The name that address gave in HELO or EHLO
    #[arg(long, value_name = "NAME", requires = "ip")]
    helo: Option<String>,
    /// The envelope sender, where there is no Return-Path; empty for bounces
    #[arg(long, value_name = "MAILBOX")]
    mail_from: Option<String>,
    /// Do not connect to the sending address by SMTP
    #[arg(long)]
    no_smtp: bool,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let text = files::read("headers", &args.file)?;
    let any = setup.target(args.ip.unwrap_or(IpAddr::from([0, 0, 0, 0])), None);
    let target = LetterTarget {
        address: args.ip,
        helo: args.helo.clone(),
        mail_from: args.mail_from.clone(),
        smtp_port: any.smtp_port.filter(|_| !args.no_smtp),
        scope: any.scope,
        ptr_limit: any.ptr_limit,
    };
    setup.block_on(async {
        let report = setup.engine()?.letter(&text, target).await.map_err(|error| {
            Usage(format!("headers {}: {error}; save the message with all of its header", args.file.display()))
        })?;
        write_all(setup, 1, stream::iter([(0, report)]), &[]).await
    })?
}
