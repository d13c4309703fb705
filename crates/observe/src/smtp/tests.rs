//! The probe against servers in memory.

use super::*;
use crate::fake::{FakeDial, closed, settings};
use std::sync::Arc;
use tokio::io::{DuplexStream, duplex};
use tokio::sync::mpsc;

/// What a server in memory does.
#[derive(Clone, Copy)]
enum Act {
    /// Says this.
    Say(&'static str),
    /// Waits for a line that begins so.
    Hear(&'static str),
    /// Says nothing for so many seconds.
    Sleep(u64),
}
use Act::{Hear, Say, Sleep};

/// Plays a server's part, then closes. Lines heard go to `heard`.
async fn play(mut stream: DuplexStream, acts: &'static [Act], heard: mpsc::UnboundedSender<String>) {
    for act in acts {
        match act {
            Say(text) => stream.write_all(text.as_bytes()).await.expect("a client"),
            Sleep(seconds) => tokio::time::sleep(Duration::from_secs(*seconds)).await,
            Hear(start) => {
                let mut line = Vec::new();
                while !line.ends_with(b"\r\n") {
                    line.push(stream.read_u8().await.expect("a line"));
                }
                let line = String::from_utf8(line).expect("text");
                assert!(line.starts_with(start), "{line:?} is not {start}");
                heard.send(line).expect("a listener");
            }
        }
    }
}

/// The fact about a server with a part, and what it heard.
async fn probed(acts: &'static [Act]) -> (Fact<Smtp>, Vec<String>) {
    let (tell, mut heard) = mpsc::unbounded_channel();
    let dial = FakeDial(move |address: SocketAddr| {
        assert_eq!(address.port(), 25);
        let (ours, theirs) = duplex(1_024);
        tokio::spawn(play(theirs, acts, tell.clone()));
        Ok(Box::new(ours) as Box<dyn Stream>)
    });
    let ports = Ports { dial: Arc::new(dial), ..closed() };
    let address = "192.0.2.25".parse().expect("an address");
    let fact = probe(&ports, &settings(Vec::new()), address, 25).await;
    drop(ports);
    let mut lines = Vec::new();
    while let Ok(Some(line)) = tokio::time::timeout(Duration::from_mins(1), heard.recv()).await {
        lines.push(line);
    }
    (fact, lines)
}

#[tokio::test(start_paused = true)]
async fn names_of_greeting_and_ehlo_are_taken() {
    let (fact, heard) = probed(&[
        Say("220-mail.example.com ESM"),
        Sleep(2),
        Say("TP\r\n220 hello\r\n"),
        Hear("EHLO probe.example\r\n"),
        Say("250-mx.example.com at your service\r\n250-PIPELINING\r\n250 8BITMIME\r\n"),
        Hear("QUIT\r\n"),
        Say("221 bye\r\n"),
    ])
    .await;
    let smtp = fact.observed.present().expect("an identity");
    assert_eq!(
        (smtp.code, smtp.greeting.as_deref(), smtp.ehlo.as_deref()),
        (220, Some("mail.example.com"), Some("mx.example.com"))
    );
    let said: Vec<_> = smtp.transcript.iter().map(|line| (line.at_ms, line.party, line.text.as_str())).collect();
    assert_eq!(said[0], (2_000, Party::Server, "220-mail.example.com ESMTP"));
    assert_eq!(said[2], (2_000, Party::Client, "EHLO probe.example"));
    assert_eq!(said.last(), Some(&(2_000, Party::Server, "221 bye")));
    assert_eq!(heard.len(), 2);
    assert_eq!(fact.sources[0].rtt_us, Some(2_000_000));
}

#[tokio::test(start_paused = true)]
async fn helo_follows_a_refused_ehlo() {
    let (fact, _) = probed(&[
        Say("220 old.example\n"),
        Hear("EHLO"),
        Say("502 what?\n"),
        Hear("HELO probe.example\r\n"),
        Say("250 old.example\n"),
        Hear("QUIT"),
    ])
    .await;
    assert_eq!(fact.observed.present().and_then(|smtp| smtp.ehlo.as_deref()), Some("old.example"));
}

#[tokio::test(start_paused = true)]
async fn error_greetings_are_kept_and_only_quit_follows() {
    for (acts, code) in [
        (&[Say("554 mx.example no\r\n"), Hear("QUIT")] as &[Act], 554),
        (&[Say("421 mx.example busy\r\n"), Hear("QUIT")], 421),
    ] {
        let (fact, heard) = probed(acts).await;
        let smtp = fact.observed.present().expect("an identity");
        assert_eq!((smtp.code, smtp.greeting.as_deref(), smtp.ehlo.as_deref()), (code, Some("mx.example"), None));
        assert_eq!(heard, ["QUIT\r\n"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_fails_after_the_greeting_does_not_matter() {
    for acts in [
        &[Say("220 mx.example\r\n"), Hear("EHLO")] as &[Act],
        &[Say("220 mx.example\r\n"), Hear("EHLO"), Sleep(30)],
        &[Say("220 mx.example\r\n"), Hear("EHLO"), Say("nonsense\r\n"), Sleep(30)],
        &[Say("220 mx.example\r\n"), Hear("EHLO"), Say("451 later\r\n"), Hear("QUIT"), Sleep(30)],
    ] {
        let (fact, _) = probed(acts).await;
        let smtp = fact.observed.present().expect("an identity");
        assert_eq!((smtp.greeting.as_deref(), smtp.ehlo.as_deref()), (Some("mx.example"), None));
    }
}

#[tokio::test(start_paused = true)]
async fn failures_before_it_are_not_known() {
    assert_eq!(probed(&[Sleep(60)]).await.0.observed, Observed::Unknown(Cause::Timeout));
    assert_eq!(probed(&[]).await.0.observed, Observed::Unknown(Cause::Refused));
    assert_eq!(probed(&[Say("SSH-2.0-x\r\n"), Sleep(1)]).await.0.observed, Observed::Unknown(Cause::Garbled));
    let address = "192.0.2.25".parse().expect("an address");
    for (error, cause) in
        [(PathError::Refused, Cause::Refused), (PathError::Timeout, Cause::Timeout), (PathError::Local, Cause::Local)]
    {
        let dial = Arc::new(FakeDial(move |_| Err(error)));
        let fact = probe(&Ports { dial, ..closed() }, &settings(Vec::new()), address, 25).await;
        assert_eq!(fact.observed, Observed::Unknown(cause));
    }
}

#[tokio::test(start_paused = true)]
async fn special_addresses_are_not_probed() {
    let dial = Arc::new(FakeDial(|_| panic!("dialed")));
    let ports = Ports { dial, ..closed() };
    for address in ["127.0.0.1", "::ffff:10.0.0.1", "fe80::1"] {
        let fact = probe(&ports, &settings(Vec::new()), address.parse().expect("an address"), 25).await;
        assert_eq!(fact.observed, Observed::Unknown(Cause::NotAsked));
    }
}

#[tokio::test(start_paused = true)]
async fn the_name_given_cannot_smuggle_commands() {
    let (ours, mut theirs) = duplex(1_024);
    let mut session = Session::new(Box::new(ours), Instant::now());
    session.say("EHLO a\r\nMAIL FROM:<>\u{7}").await.expect("written");
    drop(session);
    let mut sent = String::new();
    theirs.read_to_string(&mut sent).await.expect("text");
    assert_eq!(sent, "EHLO aMAIL FROM:<>\r\n");
}
