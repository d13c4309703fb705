//! Asking a world.
#![allow(dead_code, reason = "each test binary uses some of it")]

use ptrust_names::{Name, Question, RecordType};
use ptrust_observe::ports::{Channel, PathError};
use ptrust_observe::wire::{self, Flags, Reply};
use ptrust_world::World;
use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

pub(crate) const RESOLVER: &str = "198.51.100.53";

pub(crate) fn world(text: &str) -> World {
    World::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn name(text: &str) -> Name {
    text.parse().expect("a name")
}

/// `NAME TYPE`.
pub(crate) fn question(text: &str) -> Question {
    let (name_text, rtype) = text.split_once(' ').expect("a name and a type");
    Question::new(name(name_text), rtype.parse::<RecordType>().expect("a type"))
}

/// Sends one query and returns what came back unread.
pub(crate) async fn raw(
    world: &World,
    server: &str,
    asked: &str,
    channel: Channel,
    flags: Flags,
) -> Result<Vec<u8>, PathError> {
    let ports = world.ports();
    let query = wire::query(&question(asked), 4711, flags);
    let server = SocketAddr::new(server.parse().expect("an address"), 53);
    let timeout = Duration::from_secs(2);
    ports.exchange.exchange(server, channel, &query, timeout).await
}

/// Asks a server, as the walk does.
pub(crate) async fn ask(world: &World, server: &str, asked: &str) -> Result<Reply, PathError> {
    let octets = raw(world, server, asked, Channel::Udp, Flags::default()).await?;
    Ok(wire::parse(&octets).expect("a reply"))
}

/// Asks the default resolver.
pub(crate) async fn resolve(world: &World, asked: &str) -> Reply {
    let flags = Flags { recurse: true, ..Flags::default() };
    let octets = raw(world, RESOLVER, asked, Channel::Udp, flags).await;
    wire::parse(&octets.expect("an answer")).expect("a reply")
}

/// A reply in a few lines: code, flags, and sections as zone file lines.
pub(crate) fn show(reply: &Reply) -> String {
    let mut out = format!("rcode {}", reply.rcode);
    let flags = [(reply.aa, "aa"), (reply.tc, "tc"), (reply.ra, "ra")];
    for (_, flag) in flags.iter().filter(|(set, _)| *set) {
        out.push(' ');
        out.push_str(flag);
    }
    let sections = [("answer", &reply.answer), ("authority", &reply.authority), ("additional", &reply.additional)];
    for (title, section) in sections {
        for record in section {
            write!(out, "\n{title} {record}").expect("room");
        }
    }
    out
}

/// The data of a section.
pub(crate) fn data(section: &[ptrust_names::Record]) -> Vec<String> {
    let records = section.iter();
    records.map(|r| format!("{} {}", r.data.rtype(), r.data)).collect()
}

/// The address of a server, from the root's point of view: by the world's resolver.
pub(crate) async fn address(world: &World, server: &str) -> String {
    let reply = resolve(world, &format!("{server} A")).await;
    let record = reply.answer.iter().find_map(|r| r.data.address());
    record.unwrap_or_else(|| panic!("{server} has no address")).to_string()
}
