//! `ptrust walk`: the delegation from the root, with every server on the way.

use crate::setup::Setup;
use crate::targets::{self, Item};
use crate::usage::{UNDETERMINED, Usage};
use ptrust_facts::WalkState;
use ptrust_names::{Name, Observed, Question, RecordType, reverse_name};
use ptrust_observe::walk::Policy;
use ptrust_report::text;

/// Options of `walk`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// An address, for its reverse name, or a name
    #[arg(value_name = "ADDRESS|NAME")]
    name: String,
    /// Record type [default: PTR of addresses and reverse names, A of others]
    #[arg(value_name = "TYPE")]
    rtype: Option<String>,
}

/// Runs the command.
pub(crate) fn run(setup: &Setup, args: &Args) -> anyhow::Result<u8> {
    let question = question(&args.name, args.rtype.as_deref())?;
    if setup.global.no_walk {
        return Err(Usage("--no-walk: there is nothing to walk then; use ptrust lookup".into()).into());
    }
    if !setup.walks() {
        return Err(Usage("dns.walk: there is nothing to walk then; use ptrust lookup".into()).into());
    }
    let (fact, state) = setup.block_on(async {
        let engine = setup.engine()?;
        let fact = engine.walker().start(question.clone(), Policy::Census).walk().await;
        let state = if fact.observed.cause().is_some() { engine.run().await.walk } else { WalkState::Open };
        anyhow::Ok((fact, state))
    })??;
    match &fact.observed {
        Observed::Present(walk) => {
            setup.show("walk", walk, |out, options| text::walk(walk, out, options))?;
            Ok(if walk.answer.cause().is_some() { UNDETERMINED } else { 0 })
        }
        Observed::Absent(_) | Observed::Unknown(_) => {
            let cause = match state {
                WalkState::Closed => "no root server answers: outbound port 53 seems closed here".into(),
                WalkState::Intercepted => {
                    "something else answers for the root servers: port 53 is intercepted here".into()
                }
                _ => fact.observed.cause().map(|cause| cause.to_string()).unwrap_or_default(),
            };
            anstream::eprintln!("ptrust: {question}: no walk from here: {cause}");
            Ok(UNDETERMINED)
        }
    }
}

/// The question that a word and perhaps a type ask.
pub(super) fn question(word: &str, rtype: Option<&str>) -> Result<Question, Usage> {
    let name = match targets::parse(word) {
        Ok(Item::Address(address)) => reverse_name(address),
        _ => word.parse::<Name>().map_err(|error| {
            Usage(format!("{}: neither an address nor a domain name: {error}", ptrust_names::escape(word)))
        })?,
    };
    let rtype = match rtype {
        Some(text) => text.parse().map_err(|_| {
            Usage(format!("{}: no record type; write one such as PTR, A, AAAA, NS", ptrust_names::escape(text)))
        })?,
        None if name.labels().next_back() == Some(b"arpa") => RecordType::PTR,
        None => RecordType::A,
    };
    Ok(Question::new(name, rtype))
}

#[cfg(test)]
mod tests {
    use super::question;

    #[test]
    fn questions_have_sensible_types() {
        let asked = |word, rtype| question(word, rtype).map(|question| question.to_string());
        assert_eq!(asked("203.0.113.25", None), Ok("25.113.0.203.in-addr.arpa PTR".into()));
        assert_eq!(asked("113.0.203.in-addr.arpa", Some("ns")), Ok("113.0.203.in-addr.arpa NS".into()));
        assert_eq!(asked("example.com", None), Ok("example.com A".into()));
        assert!(asked("a..b", None).is_err());
        assert!(asked("example.com", Some("PTRR")).is_err());
    }
}
