//! Signatures and proofs of absence (RFC 4034, RFC 4035 3), made when they are asked for.
//!
//! Each signed zone has one ECDSA P-256 key (RFC 6605), made when the world is: keys and signatures are the only things
//! in a world that differ from run to run. `domain`'s validator does not take Ed25519, whose signatures would not.

use crate::draft::Bogus;
use crate::rr::{NSEC, Rr};
use crate::zone::{Found, Proof, Zone};
use ptrust_names::{Hex, Name, RecordType};
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use std::collections::BTreeSet;
use std::ops::Bound;
use std::sync::Arc;

/// Algorithm number of ECDSA P-256 with SHA-256.
const ECDSA_P256: u8 = 13;
/// Digest type of SHA-256.
const SHA_256: u8 = 2;
/// Signatures hold from 2000-01-01 …
const INCEPTION: u32 = 946_684_800;
/// … until 2060-01-01: around the world's clock and the real one, since validators may read the latter.
const EXPIRATION: u32 = 2_840_140_800;

/// The key of a zone, which signs keys and data alike.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pair: Arc<EcdsaKeyPair>,
    tag: u16,
    /// Whether its signatures are damaged.
    broken: bool,
}

impl Key {
    /// A new key; `None` when the system has no randomness to give.
    pub(crate) fn new(bogus: Option<Bogus>) -> Option<Self> {
        let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(kind, &random).ok()?;
        let pair = EcdsaKeyPair::from_pkcs8(kind, made.as_ref(), &random).ok()?;
        let mut key = Self { pair: Arc::new(pair), tag: 0, broken: bogus == Some(Bogus::Rrsig) };
        key.tag = tag(&key.dnskey());
        Some(key)
    }

    /// Data of the DNSKEY record: flags, protocol, algorithm, key.
    pub(crate) fn dnskey(&self) -> Vec<u8> {
        // Without the octet that says that the point is not compressed (RFC 6605 4).
        let point = self.pair.public_key().as_ref().get(1..);
        [&[1, 1, 3, ECDSA_P256], point.unwrap_or_default()].concat()
    }

    /// The root's DS record in zone file form, as a trust anchor.
    pub(crate) fn anchor(&self) -> String {
        let ds = self.ds(&Name::root(), None);
        let digest = Hex(ds.get(4..).unwrap_or_default().to_vec());
        format!(". 3600 IN DS {} {ECDSA_P256} {SHA_256} {digest}", self.tag)
    }

    /// Data of the DS record; a bogus one has another digest.
    pub(crate) fn ds(&self, zone: &Name, bogus: Option<Bogus>) -> Vec<u8> {
        let hashed = digest(&SHA256, &[zone.wire(), &self.dnskey()].concat());
        let mut data = self.tag.to_be_bytes().to_vec();
        data.extend([ECDSA_P256, SHA_256]);
        data.extend(hashed.as_ref());
        if let (Some(Bogus::Ds), Some(last)) = (bogus, data.last_mut()) {
            *last ^= 0xff;
        }
        data
    }

    /// The RRSIG record of one set; `owner` is what is signed, which for wildcards is not the set's owner.
    fn sign(&self, zone: &Name, owner: &Name, set: &[Rr]) -> Option<Rr> {
        let first = set.first()?;
        let star = owner.labels().next() == Some(b"*".as_slice());
        let labels = owner.label_count() - usize::from(star);
        let mut data = first.rtype.0.to_be_bytes().to_vec();
        data.extend([ECDSA_P256, u8::try_from(labels).ok()?]);
        data.extend(first.ttl.to_be_bytes());
        data.extend(EXPIRATION.to_be_bytes());
        data.extend(INCEPTION.to_be_bytes());
        data.extend(self.tag.to_be_bytes());
        data.extend(zone.wire());
        let sorted: BTreeSet<Vec<u8>> = set.iter().map(canonical).collect();
        let mut message = data.clone();
        for rdata in sorted {
            message.extend(owner.wire());
            message.extend(first.rtype.0.to_be_bytes());
            message.extend([0, 1]);
            message.extend(first.ttl.to_be_bytes());
            message.extend(u16::try_from(rdata.len()).ok()?.to_be_bytes());
            message.extend(rdata);
        }
        let signature = self.pair.sign(&SystemRandom::new(), &message).ok()?;
        data.extend(signature.as_ref());
        if let (true, Some(last)) = (self.broken, data.last_mut()) {
            *last ^= 0xff;
        }
        Some(Rr { owner: first.owner.clone(), rtype: RecordType::RRSIG, ttl: first.ttl, rdata: data })
    }
}

/// The key tag (RFC 4034, appendix B).
fn tag(dnskey: &[u8]) -> u16 {
    let sum: u32 =
        dnskey.iter().enumerate().map(|(index, octet)| u32::from(*octet) << if index % 2 == 0 { 8 } else { 0 }).sum();
    let folded = (sum + (sum >> 16)) & 0xffff;
    u16::try_from(folded).unwrap_or_default()
}

/// Data in canonical form: names in lower case (RFC 4034 6.2).
fn canonical(record: &Rr) -> Vec<u8> {
    match record.target() {
        Some(name) if record.rtype == RecordType::MX => {
            let preference = record.rdata.get(..2).unwrap_or_default();
            [preference, name.wire()].concat()
        }
        Some(name) => name.wire().to_vec(),
        None => record.rdata.clone(),
    }
}

/// Adds signatures and proofs to what a zone says.
pub(crate) fn sign(zone: &Zone, found: &mut Found) {
    let Some(key) = &zone.key else { return };
    for proof in found.proofs.clone() {
        prove(zone, found, &proof);
    }
    let wild = found.wild.clone();
    for section in [&mut found.answer, &mut found.authority] {
        let mut signatures = Vec::new();
        let mut done: Vec<(Name, RecordType)> = Vec::new();
        for record in section.iter() {
            let set_of = (record.owner.clone(), record.rtype);
            if done.contains(&set_of) {
                continue;
            }
            let star = wild.iter().find(|(owner, _)| *owner == record.owner);
            let owner = star.map_or(&record.owner, |(_, star)| star);
            if is_ours(zone, owner, record.rtype) {
                let set: Vec<Rr> = section
                    .iter()
                    .filter(|other| other.owner == record.owner && other.rtype == record.rtype)
                    .cloned()
                    .collect();
                signatures.extend(key.sign(&zone.apex, owner, &set));
            }
            done.push(set_of);
        }
        section.extend(signatures);
    }
}

/// Whether a set is the zone's own: not a delegation, and not made up from a DNAME.
fn is_ours(zone: &Zone, owner: &Name, rtype: RecordType) -> bool {
    if rtype == NSEC {
        return true;
    }
    let cut = zone.cut_above(owner);
    let on_our_side = cut.is_none_or(|cut| cut == owner && rtype == RecordType::DS);
    on_our_side && !zone.set(owner, rtype).is_empty()
}

/// Adds the NSEC records of one proof (RFC 4035 3.1.3).
fn prove(zone: &Zone, found: &mut Found, proof: &Proof) {
    let mut records = Vec::new();
    match proof {
        Proof::NoName(name) => {
            records.extend(covering(zone, name));
            let made = found.wild.iter().any(|(owner, _)| owner == name);
            let encloser = name.ancestors().find(|at| zone.exists(at));
            if let (false, Some(star)) = (made, encloser.and_then(|at| at.prepend(b"*").ok())) {
                records.extend(covering(zone, &star));
            }
        }
        Proof::NoData(name) => {
            let star = found.wild.iter().find(|(owner, _)| owner == name);
            records.extend(covering(zone, star.map_or(name, |(_, star)| star)));
        }
    }
    for record in records {
        if !found.authority.contains(&record) {
            found.authority.push(record);
        }
    }
}

/// The NSEC record at the name, or else the one whose gap holds it.
fn covering(zone: &Zone, name: &Name) -> Option<Rr> {
    let up_to = (Bound::Unbounded, Bound::Included(name));
    let signed = |(at, _): &(&Name, _)| zone.cut_above(at).is_none_or(|cut| cut == *at);
    let mut before = zone.nodes.range::<Name, _>(up_to);
    let (owner, node) = before.rfind(signed)?;
    let after = (Bound::Excluded(owner), Bound::Unbounded);
    let next = zone.nodes.range::<Name, _>(after).find(signed);
    let next = next.map_or(&zone.apex, |(next, _)| next);
    let cut = *owner != zone.apex && node.contains_key(&RecordType::NS);
    let held = node.keys().copied().filter(|rtype| {
        // At a cut only what the parent answers for (RFC 4035 2.3).
        !cut || matches!(*rtype, RecordType::NS | RecordType::DS)
    });
    let types: BTreeSet<RecordType> = held.chain([RecordType::RRSIG, NSEC]).collect();
    let soa = zone.negative_soa()?;
    let minimum = soa.rdata.last_chunk::<4>().map(|octets| u32::from_be_bytes(*octets));
    Some(Rr {
        owner: owner.clone(),
        rtype: NSEC,
        ttl: soa.ttl.min(minimum.unwrap_or(soa.ttl)),
        rdata: [next.wire(), &bitmap(&types)].concat(),
    })
}

/// The types of an NSEC record (RFC 4034 4.1.2).
fn bitmap(types: &BTreeSet<RecordType>) -> Vec<u8> {
    let mut out = Vec::new();
    let windows: BTreeSet<u8> = types.iter().map(|rtype| rtype.0.to_be_bytes()[0]).collect();
    for window in windows {
        let mut bits = [0u8; 32];
        let mut used = 0u8;
        for rtype in types {
            let [high, low] = rtype.0.to_be_bytes();
            if high == window
                && let Some(octet) = bits.get_mut(usize::from(low / 8))
            {
                *octet |= 0x80 >> (low % 8);
                used = used.max(low / 8 + 1);
            }
        }
        out.extend([window, used]);
        out.extend(bits.iter().take(usize::from(used)));
    }
    out
}
