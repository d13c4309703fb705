//! `ptrust generate mta-sts`.

use super::{domain, now, usage};
use crate::setup::Setup;
use crate::usage::{UNDETERMINED, Usage};
use clap::ValueEnum;
use ptrust_configure::generate::{DEFAULT_MAX_AGE, Generated, MtaSts, mx_pattern};
use ptrust_mail::mta_sts::{self, MxPattern};
use ptrust_names::{Name, Observed, Question, RecordType, Records};
use ptrust_observe::resolver;
use ptrust_observe::walk::Policy;

/// The command in messages.
const COMMAND: &str = "generate mta-sts";

/// Options of `generate mta-sts`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The domain
    #[arg(value_name = "DOMAIN")]
    domain: String,
    /// A host that receives its mail, or *.DOMAIN for every host right below; repeat for several
    #[arg(long, value_name = "HOST", value_delimiter = ',', required_unless_present = "from_mx")]
    mx: Vec<String>,
    /// Look the MX records of the domain up, and take their hosts
    #[arg(long)]
    from_mx: bool,
    /// What senders do when a host does not fit
    #[arg(long, value_name = "MODE", default_value = "testing")]
    mode: Mode,
    /// Seconds that senders keep the policy
    #[arg(long, value_name = "SECONDS", default_value_t = DEFAULT_MAX_AGE)]
    max_age: u32,
}

/// What senders do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// They deliver, and report
    Testing,
    /// They do not deliver
    Enforce,
    /// As if there were no policy: to end one
    None,
}

/// Makes the record and the policy; an exit code when the MX records are not known.
pub(super) fn make(setup: &Setup, args: &Args) -> anyhow::Result<Result<Generated, u8>> {
    let domain = domain(COMMAND, &args.domain)?;
    let given = args.mx.iter().map(|word| mx_pattern(word).map_err(|error| Usage(format!("{COMMAND} --mx {error}"))));
    let mut mx = given.collect::<Result<Vec<_>, _>>()?;
    let mut published = None;
    if args.from_mx {
        match exchangers(setup, &domain)? {
            Observed::Present(records) => {
                mx.extend(hosts(&domain, &records, &mx)?);
                published = Some(records);
            }
            Observed::Absent(_) => {
                let line = format!("{COMMAND} --from-mx: {domain} has no MX records; name the host with --mx");
                return Err(Usage(line).into());
            }
            Observed::Unknown(cause) => {
                anstream::eprintln!("ptrust: {COMMAND} --from-mx: the MX records of {domain} are not known: {cause}");
                return Ok(Err(UNDETERMINED));
            }
        }
    }
    let mode = match args.mode {
        Mode::Testing => mta_sts::Mode::Testing,
        Mode::Enforce => mta_sts::Mode::Enforce,
        Mode::None => mta_sts::Mode::None,
    };
    let sts = MtaSts { domain, mx, published, mode, max_age: args.max_age };
    Ok(Ok(sts.make(now()).map_err(|error| usage(COMMAND, &error))?))
}

/// The hosts of the MX records that no pattern covers yet.
fn hosts(domain: &Name, records: &Records, given: &[MxPattern]) -> Result<Vec<MxPattern>, Usage> {
    let mut found: Vec<MxPattern> = Vec::new();
    for (_, host) in records.exchangers() {
        if host.is_root() {
            return Err(Usage(format!("{COMMAND} --from-mx: {domain} takes no mail (null MX)")));
        }
        if !given.iter().chain(&found).any(|pattern| pattern.covers(host)) {
            found.push(MxPattern { wildcard: false, name: host.clone() });
        }
    }
    Ok(found)
}

/// The MX records, by their own servers, or by the resolvers where there is no walk.
fn exchangers(setup: &Setup, domain: &Name) -> anyhow::Result<Observed<Records>> {
    let question = Question::new(domain.clone(), RecordType::MX);
    setup.block_on(async {
        let engine = setup.engine()?;
        if engine.settings().walk {
            let walk = engine.walker().start(question.clone(), Policy::Answer).walk().await;
            if let Observed::Present(walk) = &walk.observed
                && walk.answer.cause().is_none()
            {
                return Ok(walk.answer.clone());
            }
        }
        Ok(resolver::view(engine.ports(), engine.settings(), &question).await.observed)
    })?
}
