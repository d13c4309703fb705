//! Lines that start with `!`.

use super::text::{self, Word};
use super::{MAX_LINES, MAX_SERVERS, Parser, record, server_names};
use crate::draft::{Bogus, Fault, FaultLine, Kind, Loss, ServerRef};
use crate::rr::Rr;
use crate::{Audit, Check};
use ptrust_names::{Name, RecordType};
use ptrust_observe::wire::rcode;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::time::Duration;

/// Round trip time at most: far beyond every timeout.
const MAX_LATENCY: Duration = Duration::from_mins(10);
/// Lines that give one server other delegation data at most, since each copies a zone.
const MAX_DELEGATE_AT: usize = 64;

impl Parser {
    /// Reads one directive.
    pub(super) fn directive(&mut self, line: usize, keyword: &str, words: &[Word]) -> Result<(), String> {
        match keyword {
            "audit" => self.audit(words)?,
            "check" => self.check(words)?,
            "resolver" => {
                let [word] = take(words, "ADDRESS")?;
                let resolver = socket(&word.text)?;
                self.draft.resolvers.get_or_insert_default().push(resolver);
            }
            "no-resolver" => {
                let [] = take(words, "nothing")?;
                self.draft.resolvers.get_or_insert_default();
            }
            "undelegated" => {
                let [zone] = take(words, "ZONE")?;
                self.draft.undelegated.insert(text::name(&zone.text)?, line);
            }
            "delegate" => {
                let (zone, servers) = one_and_more(words, "ZONE SERVER…")?;
                let servers = server_names(servers)?;
                self.draft.delegate.insert(text::name(&zone.text)?, servers);
            }
            "delegate-at" => self.delegate_at(line, words)?,
            "glueless" => {
                let [zone, count] = take(words, "ZONE COUNT")?;
                let count = number(count, "a count up to 1000", 1..=MAX_SERVERS)?;
                let names: Result<Vec<Name>, _> =
                    (1..=count).map(|i| text::name(&format!("ns{i}.glueless.example"))).collect();
                let names = names?;
                if self.draft.delegate.values().map(Vec::len).sum::<usize>() + names.len() > MAX_SERVERS {
                    return Err(format!("more than {MAX_SERVERS} servers are delegated to in all"));
                }
                self.draft.no_address.extend(names.iter().cloned());
                self.draft.delegate.insert(text::name(&zone.text)?, names);
            }
            "glue" => {
                let (name, words) = one_and_more(words, "NAME ADDRESS…")?;
                let addresses: Result<Vec<IpAddr>, _> = words.iter().map(address).collect();
                self.draft.glue.insert(text::name(&name.text)?, addresses?);
            }
            "no-address" => {
                let [name] = take(words, "NAME")?;
                self.draft.no_address.insert(text::name(&name.text)?);
            }
            "dual" => {
                let [] = take(words, "nothing")?;
                self.draft.dual = true;
            }
            "registry" => {
                let [zone] = take(words, "ZONE")?;
                self.draft.registry.push(text::name(&zone.text)?);
            }
            "latency" => {
                let [who, time] = take(words, "SERVER TIME")?;
                let time = duration(&time.text)?;
                self.draft.latency.push((line, server(who)?, time));
            }
            "loss" => self.loss(line, words)?,
            "conflict" => {
                let (owner, data) = one_and_more(words, "OWNER TYPE DATA")?;
                let owner = text::name(&owner.text)?;
                self.extra(line, record::record(owner, data, &Name::root())?)?;
            }
            "huge" => self.huge(line, words)?,
            "closed" => {
                let [port] = take(words, "PORT")?;
                self.draft.network.closed.insert(parsed(port, "a port")?);
            }
            "intercepted" => {
                let [port] = take(words, "53")?;
                if !port.is("53") {
                    return Err("only port 53 can be intercepted".into());
                }
                self.draft.network.intercepted = true;
            }
            "no-ipv4" => {
                let [] = take(words, "nothing")?;
                self.draft.network.no_ipv4 = true;
            }
            "no-ipv6" => {
                let [] = take(words, "nothing")?;
                self.draft.network.no_ipv6 = true;
            }
            "bogus" => {
                let (zone, how) = one_and_more_or_none(words, "ZONE [ds|rrsig]")?;
                let how = match how.map(|word| word.text.as_str()) {
                    Some("ds") => Bogus::Ds,
                    Some("rrsig") | None => Bogus::Rrsig,
                    Some(other) => return Err(format!("{other:?} is neither ds nor rrsig")),
                };
                self.draft.bogus.insert(text::name(&zone.text)?, (line, how));
            }
            "now" => {
                let [time] = take(words, "TIME")?;
                let now = time.text.parse();
                self.draft.now =
                    Some(now.map_err(|_| format!("{:?} is not a time such as 2026-11-23T12:00:00Z", time.text))?);
            }
            _ => self.fault(line, keyword, words)?,
        }
        Ok(())
    }

    /// `!audit NAME [host] [selector=TEXT]… [bimi=TEXT] [seen=ADDRESS]…`.
    fn audit(&mut self, words: &[Word]) -> Result<(), String> {
        const USAGE: &str = "!audit needs NAME [host] [selector=…] [bimi=…] [seen=ADDRESS]";
        let (first, options) = words.split_first().ok_or_else(|| USAGE.to_owned())?;
        let mut audit =
            Audit { name: text::name(&first.text)?, host: false, selectors: Vec::new(), bimi: None, seen: Vec::new() };
        for option in options {
            match option.text.split_once('=') {
                None if option.is("host") => audit.host = true,
                Some(("selector", selector)) => audit.selectors.push(selector.to_owned()),
                Some(("bimi", selector)) => audit.bimi = Some(selector.to_owned()),
                Some(("seen", seen)) => audit.seen.push(seen.parse().map_err(|_| USAGE.to_owned())?),
                _ => return Err(USAGE.to_owned()),
            }
        }
        self.draft.audits.push(audit);
        Ok(())
    }

    /// `!check ADDRESS [helo=TEXT] [host=NAME] [port=PORT]`.
    fn check(&mut self, words: &[Word]) -> Result<(), String> {
        let (first, options) =
            words.split_first().ok_or_else(|| "!check needs ADDRESS [helo=…] [host=…] [port=…]".to_owned())?;
        let mut check = Check { address: address(first)?, helo: None, host: None, port: None };
        for option in options {
            match option.text.split_once('=') {
                Some(("helo", helo)) => {
                    let octets = text::unescape(helo)?;
                    check.helo = Some(String::from_utf8_lossy(&octets).into_owned());
                }
                Some(("host", host)) => check.host = Some(text::name(host)?),
                Some(("port", port)) => {
                    let port = port.parse();
                    check.port = Some(port.map_err(|_| "port= needs a port".to_owned())?);
                }
                _ => {
                    return Err(format!("{:?} is none of helo=, host=, port=", option.text));
                }
            }
        }
        self.draft.checks.push(check);
        Ok(())
    }

    /// `!delegate-at SERVER ZONE SERVER…|none`.
    fn delegate_at(&mut self, line: usize, words: &[Word]) -> Result<(), String> {
        let (who, words) = one_and_more(words, "SERVER ZONE SERVER…|none")?;
        let (zone, servers) = one_and_more(words, "SERVER ZONE SERVER…|none")?;
        let servers = match servers {
            [word] if word.is("none") => Vec::new(),
            _ => server_names(servers)?,
        };
        if self.draft.delegate_at.len() >= MAX_DELEGATE_AT {
            return Err(format!("more than {MAX_DELEGATE_AT} lines of this kind"));
        }
        let zone = text::name(&zone.text)?;
        self.draft.delegate_at.push((line, server(who)?, zone, servers));
        Ok(())
    }

    /// `!loss SERVER|* PERCENT% [seed=N]`.
    fn loss(&mut self, line: usize, words: &[Word]) -> Result<(), String> {
        let (who, words) = one_and_more(words, "SERVER PERCENT% [seed=N]")?;
        let (percent, seed) = one_and_more_or_none(words, "SERVER PERCENT% [seed=N]")?;
        let share = percent.text.strip_suffix('%').and_then(|n| n.parse().ok());
        let percent =
            share.filter(|n| *n <= 100).ok_or_else(|| format!("{:?} is not a share such as 30%", percent.text))?;
        let seed = match seed {
            None => 0,
            Some(word) => {
                let number = word.text.strip_prefix("seed=").and_then(|n| n.parse().ok());
                number.ok_or_else(|| format!("{:?} is not seed=NUMBER", word.text))?
            }
        };
        let loss = Loss { percent, seed };
        self.draft.loss.push((line, server(who)?, loss));
        Ok(())
    }

    /// `!huge OWNER PTR COUNT [DOMAIN]`.
    fn huge(&mut self, line: usize, words: &[Word]) -> Result<(), String> {
        let (words, domain) = match words {
            [head @ .., domain] if head.len() == 3 => (head, text::name(&domain.text)?),
            _ => (words, text::name("pool.example.com")?),
        };
        let [owner, rtype, count] = take(words, "OWNER PTR COUNT [DOMAIN]")?;
        if !rtype.is("PTR") {
            return Err("!huge makes PTR records only".into());
        }
        let owner = text::name(&owner.text)?;
        for i in 1..=number(count, "a count", 1..=MAX_LINES)? {
            let target = domain.prepend(format!("host{i}").as_bytes());
            let target = target.map_err(|error| error.to_string())?;
            self.extra(line, Rr::of_name(owner.clone(), RecordType::PTR, &target))?;
        }
        Ok(())
    }

    /// A fault line.
    fn fault(&mut self, line: usize, keyword: &str, words: &[Word]) -> Result<(), String> {
        if keyword == "resolver-says" {
            return self.resolver_says(line, words);
        }
        let kind = match keyword {
            "timeout" => Kind::Timeout,
            "udp-timeout" => Kind::UdpTimeout,
            "tcp-refused" => Kind::TcpRefused,
            "servfail" => Kind::Rcode(rcode::SERVFAIL),
            "refused" => Kind::Rcode(rcode::REFUSED),
            "formerr" => Kind::Rcode(rcode::FORMERR),
            "notauth" => Kind::Rcode(rcode::NOTAUTH),
            "notimp" => Kind::Rcode(rcode::NOTIMP),
            "no-edns" => Kind::NoEdns,
            "noaa" => Kind::NoAa,
            "truncate" => Kind::Truncate,
            "wrong-id" => Kind::WrongId,
            "wrong-question" => Kind::WrongQuestion,
            "garbage" => Kind::Garbage,
            "loop" => Kind::Loop,
            "recursive" => Kind::Recursive,
            "upward" => Kind::Upward,
            "nxdomain" => Kind::NxDomain,
            "nodata" => Kind::NoData,
            "answer" => {
                let (who, words) = one_and_more(words, "SERVER NAME TYPE DATA")?;
                let (name, data) = one_and_more(words, "SERVER NAME TYPE DATA")?;
                return self.answer(line, server(who)?, name, data);
            }
            _ => return Err(format!("there is no line !{keyword}")),
        };
        let shape = "SERVER [NAME [TYPE]]";
        let (who, words) = words.split_first().ok_or_else(|| format!("!{keyword} needs {shape}"))?;
        let (name, rtype) = match words {
            [] => (None, None),
            [name] => (Some(text::name(&name.text)?), None),
            [name, rtype] => (Some(text::name(&name.text)?), Some(record_type(rtype)?)),
            _ => return Err(format!("!{keyword} takes {shape}")),
        };
        if name.is_none() && matches!(kind, Kind::Upward | Kind::NxDomain | Kind::NoData) {
            return Err(format!("!{keyword} needs SERVER and a name"));
        }
        // An upward referral is given for a whole zone, everything else for one name.
        let (name, below) = if kind == Kind::Upward { (None, name) } else { (name, None) };
        let fault = Fault { name, below, rtype, kind };
        let server = server(who)?;
        self.draft.faults.push(FaultLine { line, server, fault });
        Ok(())
    }

    /// `!resolver-says ADDRESS NAME TYPE DATA|nxdomain|nodata|servfail`.
    fn resolver_says(&mut self, line: usize, words: &[Word]) -> Result<(), String> {
        let shape = "ADDRESS NAME TYPE DATA|nxdomain|nodata|servfail";
        let (who, words) = one_and_more(words, shape)?;
        let server = server(who)?;
        let (name, data) = one_and_more(words, shape)?;
        let kind = match data {
            [_, word] if word.is("nxdomain") => Kind::NxDomain,
            [_, word] if word.is("nodata") => Kind::NoData,
            [_, word] if word.is("servfail") => Kind::Rcode(rcode::SERVFAIL),
            _ => return self.answer(line, server, name, data),
        };
        let fault = Fault {
            name: Some(text::name(&name.text)?),
            below: None,
            rtype: data.first().map(record_type).transpose()?,
            kind,
        };
        self.draft.faults.push(FaultLine { line, server, fault });
        Ok(())
    }

    /// Other data from one server.
    fn answer(&mut self, line: usize, server: ServerRef, name: &Word, data: &[Word]) -> Result<(), String> {
        let name = text::name(&name.text)?;
        let record = record::record(name.clone(), data, &Name::root())?;
        self.count(1)?;
        let fault = Fault {
            name: Some(name),
            below: None,
            // An alias answers questions of every type.
            rtype: Some(record.rtype).filter(|rtype| *rtype != RecordType::CNAME),
            kind: Kind::Answer(record),
        };
        self.draft.faults.push(FaultLine { line, server, fault });
        Ok(())
    }
}

/// Exactly so many words.
fn take<'a, const N: usize>(words: &'a [Word], shape: &str) -> Result<&'a [Word; N], String> {
    words.try_into().map_err(|_| format!("this line takes {shape}"))
}

/// A word and at least one more.
fn one_and_more<'a>(words: &'a [Word], shape: &str) -> Result<(&'a Word, &'a [Word]), String> {
    match words.split_first() {
        Some((first, rest)) if !rest.is_empty() => Ok((first, rest)),
        _ => Err(format!("this line takes {shape}")),
    }
}

/// A word and perhaps one more.
fn one_and_more_or_none<'a>(words: &'a [Word], shape: &str) -> Result<(&'a Word, Option<&'a Word>), String> {
    match words {
        [first] => Ok((first, None)),
        [first, second] => Ok((first, Some(second))),
        _ => Err(format!("this line takes {shape}")),
    }
}

/// A server: `*`, `resolver`, an address or a name.
fn server(word: &Word) -> Result<ServerRef, String> {
    Ok(match word.text.as_str() {
        "*" => ServerRef::All,
        "resolver" => ServerRef::Resolvers,
        text => match text.parse() {
            Ok(address) => ServerRef::Address(address),
            Err(_) => ServerRef::Name(text::name(text)?),
        },
    })
}

/// A word as something.
fn parsed<T: FromStr>(word: &Word, what: &str) -> Result<T, String> {
    word.text.parse().map_err(|_| format!("{:?} is not {what}", word.text))
}

/// A word as a number within a range.
fn number(word: &Word, what: &str, range: std::ops::RangeInclusive<usize>) -> Result<usize, String> {
    parsed(word, what)
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| format!("{:?} is not {what}", word.text))
}

/// A word as an address.
fn address(word: &Word) -> Result<IpAddr, String> {
    parsed(word, "an address")
}

/// A word as a record type.
fn record_type(word: &Word) -> Result<RecordType, String> {
    parsed(word, "a record type")
}

/// An address, with port 53 unless it has one.
fn socket(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .or_else(|_| text.parse().map(|address: IpAddr| (address, 53).into()))
        .map_err(|_| format!("{text:?} is not an address"))
}

/// A time such as `20ms` or `3s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let time = if let Some(number) = text.strip_suffix("ms") {
        number.parse().ok().map(Duration::from_millis)
    } else if let Some(number) = text.strip_suffix('s') {
        number.parse().ok().map(Duration::from_secs)
    } else {
        None
    };
    time.filter(|time| *time <= MAX_LATENCY).ok_or_else(|| format!("{text:?} is not a time such as 20ms or 3s"))
}
