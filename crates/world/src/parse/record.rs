//! Record lines: `[owner] [ttl] [IN] TYPE DATA`.

use super::text::{Word, relative, unescape};
use crate::rr::{DEFAULT_TTL, Rr};
use ptrust_names::{Name, RecordType};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Octets of data in a record at most: the length field has two octets, and a message must hold more than it.
const MAX_RDATA: usize = 32 * 1024;

/// Reads what follows the owner.
pub(super) fn record(owner: Name, words: &[Word], origin: &Name) -> Result<Rr, String> {
    let mut ttl = None;
    let mut words = words;
    let (rtype, data) = loop {
        let (first, rest) = words.split_first().ok_or_else(|| format!("the record of {owner} has no type"))?;
        words = rest;
        if first.text.eq_ignore_ascii_case("IN") {
            continue;
        }
        if ttl.is_none() && first.text.starts_with(|c: char| c.is_ascii_digit()) {
            ttl = Some(seconds(&first.text)?);
            continue;
        }
        let rtype: RecordType = first.text.parse().map_err(|_| format!("{:?} is not a record type", first.text))?;
        break (rtype, words);
    };
    Ok(Rr { owner, rtype, ttl: ttl.unwrap_or(DEFAULT_TTL), rdata: rdata(rtype, data, origin)? })
}

/// A number of seconds, alone or with units: `300`, `1h30m`.
pub(super) fn seconds(text: &str) -> Result<u32, String> {
    let bad = || format!("{text:?} is not a time to live");
    let mut total = 0u32;
    let mut number: Option<u32> = None;
    for c in text.chars() {
        if let Some(digit) = c.to_digit(10) {
            let next = number.unwrap_or(0).checked_mul(10);
            number = Some(next.and_then(|n| n.checked_add(digit)).ok_or_else(bad)?);
            continue;
        }
        let unit = match c.to_ascii_lowercase() {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return Err(bad()),
        };
        let part = number.take().and_then(|n| n.checked_mul(unit));
        total = part.and_then(|n| total.checked_add(n)).ok_or_else(bad)?;
    }
    let total = total.checked_add(number.unwrap_or(0)).ok_or_else(bad)?;
    // RFC 2181 8: a time to live has 31 bits.
    (total <= 0x7fff_ffff).then_some(total).ok_or_else(bad)
}

/// Reads the data of one type into wire form.
fn rdata(rtype: RecordType, words: &[Word], origin: &Name) -> Result<Vec<u8>, String> {
    if let Some((first, rest)) = words.split_first()
        && first.is("\\#")
    {
        return generic(rest);
    }
    let need = |count: usize, what: &str| {
        if words.len() == count { Ok(()) } else { Err(format!("{rtype} needs {what}")) }
    };
    let mut out = Vec::new();
    match (rtype, words) {
        (RecordType::A, [word]) => {
            out.extend(number::<Ipv4Addr>(word, "an IPv4 address")?.octets());
        }
        (RecordType::AAAA, [word]) => {
            out.extend(number::<Ipv6Addr>(word, "an IPv6 address")?.octets());
        }
        (RecordType::A | RecordType::AAAA, _) => need(1, "one address")?,
        (RecordType::NS | RecordType::CNAME | RecordType::DNAME | RecordType::PTR, [word]) => {
            out.extend(relative(word, origin)?.wire());
        }
        (RecordType::NS | RecordType::CNAME | RecordType::DNAME | RecordType::PTR, _) => {
            need(1, "one name")?;
        }
        (RecordType::MX, [preference, host]) => {
            out.extend(number::<u16>(preference, "a preference")?.to_be_bytes());
            out.extend(relative(host, origin)?.wire());
        }
        (RecordType::MX, _) => need(2, "a preference and a host")?,
        (RecordType::SOA, [mname, rname, numbers @ ..]) if numbers.len() == 5 => {
            out.extend(relative(mname, origin)?.wire());
            out.extend(relative(rname, origin)?.wire());
            out.extend(number::<u32>(&numbers[0], "a serial")?.to_be_bytes());
            for word in &numbers[1..] {
                out.extend(seconds(&word.text)?.to_be_bytes());
            }
        }
        (RecordType::SOA, _) => need(7, "mname, rname, serial, refresh, retry, expire and minimum")?,
        (RecordType::TXT, []) => need(1, "at least one string")?,
        (RecordType::TXT, strings) => {
            for word in strings {
                let octets = unescape(&word.text)?;
                let len =
                    u8::try_from(octets.len()).map_err(|_| "a string of TXT is longer than 255 octets".to_owned())?;
                out.push(len);
                out.extend(octets);
            }
        }
        (RecordType::DS, [tag, algorithm, digest, octets @ ..]) if !octets.is_empty() => {
            out.extend(number::<u16>(tag, "a key tag")?.to_be_bytes());
            out.push(number(algorithm, "an algorithm number")?);
            out.push(number(digest, "a digest type")?);
            out.extend(hex(octets)?);
        }
        (RecordType::DS, _) => need(4, "key tag, algorithm, digest type and digest")?,
        // TLSA (RFC 6698 2.1).
        (RecordType(52), [usage, selector, matching, octets @ ..]) if !octets.is_empty() => {
            for word in [usage, selector, matching] {
                out.push(number(word, "a number up to 255")?);
            }
            out.extend(hex(octets)?);
        }
        (RecordType(52), _) => need(4, "usage, selector, matching type and data")?,
        _ => {
            return Err(format!("data of {rtype} is read only in the form \\# LENGTH HEX (RFC 3597)"));
        }
    }
    if out.len() > MAX_RDATA {
        return Err(format!("the data is longer than {MAX_RDATA} octets"));
    }
    Ok(out)
}

/// Data of any type (RFC 3597 5): `\# LENGTH HEX…`.
fn generic(words: &[Word]) -> Result<Vec<u8>, String> {
    let (len, octets) = words.split_first().ok_or_else(|| "\\# needs a length".to_owned())?;
    let len: usize = number(len, "a length")?;
    let octets = hex(octets)?;
    if octets.len() != len {
        return Err(format!("\\# says {len} octets, there are {}", octets.len()));
    }
    if len > MAX_RDATA {
        return Err(format!("the data is longer than {MAX_RDATA} octets"));
    }
    Ok(octets)
}

/// A word as a number or address.
fn number<T: FromStr>(word: &Word, what: &str) -> Result<T, String> {
    word.text.parse().map_err(|_| format!("{:?} is not {what}", word.text))
}

/// Hexadecimal octets, in one word or many.
fn hex(words: &[Word]) -> Result<Vec<u8>, String> {
    let digits: Option<Vec<u8>> = words
        .iter()
        .flat_map(|word| word.text.chars())
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect();
    let digits = digits.ok_or_else(|| "not hexadecimal".to_owned())?;
    let (pairs, odd) = digits.as_chunks::<2>();
    if !odd.is_empty() {
        return Err("an odd number of hexadecimal digits".into());
    }
    Ok(pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::text::words;

    fn read(line: &str) -> Result<Rr, String> {
        let origin: Name = "example.com".parse().expect("a name");
        let words = words(line)?;
        record(origin.clone(), &words, &origin)
    }

    #[test]
    fn types_are_read() {
        let soa = read("IN 1h SOA ns1 hostmaster 7 1d 2h 4w 300").expect("a SOA");
        assert_eq!((soa.ttl, soa.rdata.len()), (3600, 17 + 24 + 20));
        assert_eq!(read("MX 10 mail").expect("an MX").rdata.get(..2), Some(&[0, 10][..]));
        assert_eq!(read("TXT \"a b\" c").expect("a TXT").rdata, b"\x03a b\x01c");
        assert_eq!(read("TYPE65534 \\# 2 0a0B").expect("unknown").rdata, [10, 11]);
        assert_eq!(read("DS 1 15 2 00 ff").expect("a DS").rdata, [0, 1, 15, 2, 0, 255]);
        assert_eq!(read("TLSA 3 1 1 00").expect("a TLSA").rdata, [3, 1, 1, 0]);
    }

    #[test]
    fn faults_are_named() {
        let fault = |line: &str| read(line).expect_err("a fault");
        assert!(fault("A 1.2.3").contains("IPv4"));
        assert!(fault("PTRR x").contains("record type"));
        assert!(fault("300").contains("no type"));
        assert!(fault("SRV 1 2 3 x").contains("RFC 3597"));
        assert!(fault("TYPE99 \\# 3 00").contains("says 3"));
        assert!(fault("99999999999 A 1.2.3.4").contains("time to live"));
        assert!(fault("5x A 1.2.3.4").contains("time to live"));
    }
}
