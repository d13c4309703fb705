//! Signed zones, judged by `domain`'s validator.

mod common;

use bytes::Bytes;
use common::{raw, world};
use domain::base::Message;
use domain::dnssec::validator::anchor::TrustAnchors;
use domain::dnssec::validator::context::{ValidationContext, ValidationState};
use domain::net::client::request::{ComposeRequest, Error, GetResponse, RequestMessage, SendRequest};
use ptrust_facts::Trust;
use ptrust_observe::ports::Channel;
use ptrust_observe::wire::Flags;
use ptrust_world::World;
use std::pin::Pin;
use tokio::task::JoinHandle;

const SIGNED: &str = "
zone 113.0.203.in-addr.arpa ns1.example.net signed
25 PTR mail.example.com.
26 CNAME 25
27 CNAME 27.0/25
zone 0/25.113.0.203.in-addr.arpa ns1.example.net
27 PTR mail.example.com.
zone example.com ns1.example.net signed
mail A 203.0.113.25
*.wild A 203.0.113.26
@ MX 10 mail
a.b.c TXT \"deep\"
old DNAME new
x.new A 203.0.113.27
zone example.org ns1.example.net
mail A 203.0.113.28
";

/// Sends the validator's questions to the world's resolver.
#[derive(Clone)]
struct Upstream(World);

#[derive(Debug)]
struct Fetching(JoinHandle<Result<Message<Bytes>, Error>>);

impl SendRequest<RequestMessage<Bytes>> for Upstream {
    fn send_request(&self, request: RequestMessage<Bytes>) -> Box<dyn GetResponse + Send + Sync> {
        let world = self.0.clone();
        Box::new(Fetching(tokio::spawn(async move {
            let message = request.to_message()?;
            let asked = message.sole_question().map_err(|_| Error::FormError)?;
            let question = format!("{}. {}", asked.qname(), asked.qtype());
            Ok(fetch(&world, &question).await)
        })))
    }
}

impl GetResponse for Fetching {
    fn get_response(&mut self) -> Pin<Box<dyn Future<Output = Result<Message<Bytes>, Error>> + Send + Sync + '_>> {
        Box::pin(async move { (&mut self.0).await.unwrap_or(Err(Error::ConnectionClosed)) })
    }
}

/// What the resolver says, with signatures and unchecked.
async fn fetch(world: &World, question: &str) -> Message<Bytes> {
    let flags = Flags { recurse: true, dnssec: true, unchecked: true, plain: false };
    let octets = raw(world, common::RESOLVER, question, Channel::Tcp, flags).await;
    Message::from_octets(Bytes::from(octets.expect("an answer"))).expect("a message")
}

/// What the validator says to each question.
async fn judged(text: &str, questions: &[&str]) -> Vec<ValidationState> {
    let world = world(text);
    let anchor = world.settings().trust_anchor.expect("an anchor");
    let anchors = TrustAnchors::from_u8(format!("{anchor}\n").as_bytes()).expect("anchors");
    let context = ValidationContext::new(anchors, Upstream(world.clone()));
    let mut states = Vec::new();
    for question in questions {
        let mut message = fetch(&world, question).await;
        let validated = context.validate_msg::<_, Bytes>(&mut message).await;
        states.push(validated.expect("a state").0);
    }
    states
}

#[tokio::test]
async fn signed_answers_are_secure() {
    let secure = [
        "25.113.0.203.in-addr.arpa PTR",
        "26.113.0.203.in-addr.arpa PTR",
        "mail.example.com A",
        "mail.example.com AAAA",
        "none.example.com A",
        "b.c.example.com A",
        "x.y.wild.example.com A",
        "x.y.wild.example.com MX",
        "example.com MX",
        "x.old.example.com A",
        "203.in-addr.arpa SOA",
        "99.203.in-addr.arpa PTR",
        "nosuch. A",
        "org DS",
    ];
    let states = judged(SIGNED, &secure).await;
    for (question, state) in secure.iter().zip(states) {
        assert_eq!(state, ValidationState::Secure, "{question}");
    }
}

#[tokio::test]
async fn unsigned_children_are_insecure() {
    let questions = ["mail.example.org A", "27.0/25.113.0.203.in-addr.arpa PTR", "none.example.org A"];
    assert_eq!(judged(SIGNED, &questions).await, [ValidationState::Insecure; 3]);
}

#[tokio::test]
async fn broken_chains_are_bogus() {
    for how in ["ds", "rrsig"] {
        let text = format!("{SIGNED}!bogus 113.0.203.in-addr.arpa {how}\n");
        let questions = ["25.113.0.203.in-addr.arpa PTR", "mail.example.com A"];
        let states = judged(&text, &questions).await;
        assert_eq!(states, [ValidationState::Bogus, ValidationState::Secure], "{how}");
        let world = world(&text);
        let reply = common::resolve(&world, questions[0]).await;
        assert_eq!(reply.rcode, 2, "a validating resolver");
    }
}

#[tokio::test]
async fn unsigned_worlds_have_no_anchor() {
    assert_eq!(world("zone example.com ns1.example.net").settings().trust_anchor, None);
}

#[tokio::test]
async fn the_walk_sees_the_same_chains() {
    let trust = async |text: &str| {
        let world = world(text);
        let walker = ptrust_observe::walk::Walker::new(world.ports(), world.settings());
        let chains = ptrust_observe::chain::Chains::new(&walker).expect("anchors");
        let fact = chains.chain(&common::question("25.113.0.203.in-addr.arpa PTR")).await;
        fact.observed.present().map(|chain| chain.trust.clone())
    };
    assert_eq!(trust(SIGNED).await, Some(Trust::Secure));
    let broken = format!("{SIGNED}!bogus 113.0.203.in-addr.arpa ds\n");
    assert_eq!(trust(&broken).await, Some(Trust::Bogus));
    assert_eq!(trust(&SIGNED.replace(" signed", "")).await, Some(Trust::Insecure));
}
