//! `ptrust lookup`: one question, answered by the name's own servers and by the resolvers.

use super::walk::question;
use crate::setup::Setup;
use crate::usage::UNDETERMINED;
use ptrust_names::Observed;
use ptrust_observe::resolver;
use ptrust_observe::walk::Policy;
use ptrust_report::{Lookup, text};

/// Options of `lookup`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A name, or an address for its reverse name
    #[arg(value_name = "NAME")]
    name: String,
    /// Record type [default: PTR of addresses and reverse names, A of others]
    #[arg(value_name = "TYPE")]
    rtype: Option<String>,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let question = question(&args.name, args.rtype.as_deref())?;
    let (walk, seen) = setup.block_on(async {
        let engine = setup.engine()?;
        let walk = async {
            if !engine.settings().walk {
                return None;
            }
            Some(engine.walker().start(question.clone(), Policy::Answer).walk().await)
        };
        let seen = resolver::view(engine.ports(), engine.settings(), &question);
        anyhow::Ok(futures_util::future::join(walk, seen).await)
    })??;
    let walk = walk.as_ref().and_then(|fact| fact.observed.present());
    let resolver = Some(&seen).filter(|fact| !fact.sources.is_empty());
    let lookup = Lookup { question: &question, walk, resolver };
    setup.show("lookup", &lookup, |out, options| text::lookup(&question, walk, resolver, out, options))?;
    let known = walk.is_some_and(|walk| !matches!(walk.answer, Observed::Unknown(_)));
    Ok(if known || seen.observed.cause().is_none() { 0 } else { UNDETERMINED })
}
