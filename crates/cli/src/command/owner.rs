//! `ptrust owner`: who holds an address.

use crate::setup::Setup;
use crate::targets::{self, Item};
use crate::usage::{UNDETERMINED, Usage};
use ptrust_checks::remedy;
use ptrust_facts::{AnyFact, Facts, Key, Owner, Run};
use ptrust_report::text;

/// Options of `owner`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The address
    #[arg(value_name = "ADDRESS")]
    address: String,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let Ok(Item::Address(address)) = targets::parse(&args.address) else {
        return Err(Usage(format!("owner {}: not an address", ptrust_names::escape(&args.address))).into());
    };
    if let Some(special) = ptrust_knowledge::special_use::special_use(address)
        && !setup.target(address, None).scope.holds(address)
    {
        return Err(Usage(format!("owner {address}: nobody holds it; it is for {}", special.name)).into());
    }
    let target = setup.target(address, None);
    let facts = setup.block_on(async {
        let engine = setup.engine()?;
        let mut facts = Facts::new(target, engine.ports().clock.now(), Run::default());
        facts.insert(Key::Owner(address), AnyFact::Owner(engine.owner(address).await));
        anyhow::Ok(facts)
    })??;
    let owner = facts.owner();
    let shown = owner.present().copied();
    setup.show("owner", &shown, |out, options| {
        text::owner(address, &owner.clone().map(Owner::clone), remedy::provider(&facts), out, options)
    })?;
    Ok(if owner.cause().is_some() { UNDETERMINED } else { 0 })
}
