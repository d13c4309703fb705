//! Messages, refusals and reports through the binary: what is understood, and what is hostile. Nothing here touches a
//! network.

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A message of the demo's world that only SPF speaks for.
const MESSAGE: &str = "\
Return-Path: <news@example.com>
Received: from mail.example.com (mail.example.com [203.0.113.25])
 by mx.example.org (Postfix) with ESMTPS id 1;
 Mon, 23 Nov 2026 12:00:00 +0000 (UTC)
From: News <news@example.com>
Subject: Hello

Hello.
";
/// Gmail's words for an address without a name.
const REFUSAL: &str = "550-5.7.25 [203.0.113.27] The IP address sending this message does not have a PTR record setup";
/// An aggregate report with three sources: two that pass, and one that fails.
const REPORT: &str = include_str!("../../mail/src/report/samples/rfc9990.xml");
/// A TLS report with failures.
const TLS: &str = include_str!("../../mail/src/report/samples/tls.json");
/// How long a hostile file may keep a debug build busy.
const QUICK: Duration = Duration::from_secs(10);

/// KiB of address space for that: less than a bomb's content, which is why it must never be unpacked as a whole.
const MEMORY: usize = 200 << 10;

/// A directory of one test, gone when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ptrust-messages-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self, name: &str, octets: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, octets).expect("a file");
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a run did.
struct Ran {
    code: i32,
    out: String,
    error: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.error))
    }

    /// Whether it ended with one line of complaint.
    #[track_caller]
    fn complains(&self, code: i32, words: &str) {
        assert_eq!(self.code, code, "{}", self.error);
        assert!(self.out.is_empty(), "{}", self.out);
        assert_eq!(self.error.lines().count(), 1, "{}", self.error);
        assert!(self.error.contains(words), "{}", self.error);
    }
}

/// A command in the demo's world that sees no configuration of this machine.
fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptrust"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PTRUST_") {
            command.env_remove(name);
        }
    }
    command.env("XDG_CONFIG_HOME", home).env("XDG_CACHE_HOME", home).args(args).args(["--world", "demo"]);
    command
}

/// Runs it.
fn run(home: &Path, args: &[&str]) -> Ran {
    ran(command(home, args).stdin(Stdio::null()).output().expect("the binary runs"))
}

/// Runs it with no more memory than a hostile file may make it use.
fn limited(home: &Path, args: &[&str]) -> Ran {
    let wanted = command(home, args);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")]).arg(wanted.get_program());
    shell.args(wanted.get_args());
    for (name, value) in wanted.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    ran(shell.stdin(Stdio::null()).output().expect("the binary runs"))
}

/// What came of it.
fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        error: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn a_message_is_taken_apart() {
    let scratch = Scratch::new("headers");
    let file = scratch.file("message.eml", MESSAGE);
    let text = run(&scratch.0, &["headers", &file]);
    assert_eq!(text.code, 0, "{}", text.error);
    for line in [
        "message   WARN   the message has no DKIM signature",
        "  From            News <news@example.com>",
        "  Sent by         203.0.113.25, HELO mail.example.com   newest hop from outside",
        "  Envelope        news@example.com   from Return-Path",
        "  Identity        confirmed   mail.example.com leads back to it",
        "  SPF             pass   example.com, aligned",
        "  DKIM            none   the message is not signed",
        "  DMARC           pass   the domain asks for p=quarantine",
    ] {
        assert!(text.out.lines().any(|one| one == line), "{line}\n{}", text.out);
    }
    assert!(text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);

    let json = run(&scratch.0, &["headers", &file, "--format", "json"]).json();
    assert_eq!(json["subject"]["kind"], "message");
    assert_eq!(json["verdict"], "warn");
    assert_eq!(json["sender"]["address"], "203.0.113.25");
    assert_eq!(json["spf"]["trace"]["result"], "pass");
    assert_eq!(json["dmarc"]["authenticated"]["tree_walk"]["known"], true);
    assert_eq!(json["address"]["identity"]["technical"]["iprev"], "pass");
    assert_eq!(run(&scratch.0, &["headers", &file, "--fail-on", "warning"]).code, 1);
}

#[test]
fn what_a_message_does_not_tell_can_be_given() {
    let scratch = Scratch::new("given");
    let file = scratch.file("part.eml", "From: news@example.com\nSubject: Hello\n\nHello.\n");
    let unknown = run(&scratch.0, &["headers", &file]);
    assert_eq!(unknown.code, 3, "{}", unknown.out);
    let args = ["headers", &file, "--ip", "203.0.113.25", "--mail-from", "news@example.com", "--format", "json"];
    let json = run(&scratch.0, &args).json();
    assert_eq!((&json["verdict"], &json["sender"]["address_by"]), (&"warn".into(), &"given".into()));
}

#[test]
fn refusals_are_explained() {
    let scratch = Scratch::new("bounce");
    let known = run(&scratch.0, &["bounce", REFUSAL]);
    assert_eq!(known.code, 0, "{}", known.error);
    assert!(known.out.starts_with("550 5.7.25   REFUSED   by Gmail\n"), "{}", known.out);
    assert!(known.out.contains("203.0.113.27   FAIL   the address has no PTR record\n"), "{}", known.out);
    let json = run(&scratch.0, &["bounce", REFUSAL, "--no-check", "--format", "json"]).json();
    assert_eq!(json["refusals"][0]["meaning"]["receiver"], "gmail");
    assert_eq!(json["addresses"].as_array().map(Vec::len), Some(0));
    // A file with a bounce message names the recipient too.
    let bounce = scratch.file("bounce.eml", include_str!("../../mail/src/message/samples/bounce.eml"));
    let bounce = run(&scratch.0, &["bounce", &bounce, "--no-check"]);
    assert!(bounce.code == 0 && bounce.out.contains("  Recipient   bob@example.net\n"), "{}", bounce.out);

    assert_eq!(run(&scratch.0, &["bounce", "it", "came", "back"]).code, 3);
    run(&scratch.0, &["bounce", " "]).complains(2, "the text is empty");
    let mut child = command(&scratch.0, &["bounce", "-", "--no-check"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    child.stdin.take().expect("a pipe").write_all(REFUSAL.as_bytes()).expect("written");
    assert_eq!(child.wait_with_output().expect("it ends").status.code(), Some(0));
}

#[test]
fn reports_are_summed_up() {
    let scratch = Scratch::new("reports");
    let dmarc = scratch.file("report.xml", REPORT);
    let tls = scratch.file("tls.json", TLS);
    let one = run(&scratch.0, &["dmarc-report", &dmarc, "--format", "json"]).json();
    let two = run(&scratch.0, &["dmarc-report", &dmarc, &dmarc, "--format", "json"]).json();
    let messages = |json: &Value| json["total"]["messages"].as_u64().expect("a number");
    assert_eq!(messages(&two), 2 * messages(&one));
    assert_eq!(two["reports"].as_array().map(Vec::len), Some(2));
    let text = run(&scratch.0, &["dmarc-report", &dmarc]);
    assert!(text.code == 0 && text.out.lines().all(|line| line.chars().count() <= 80), "{}", text.out);
    let text = run(&scratch.0, &["tls-report", &tls]);
    assert!(text.out.starts_with("5326 sessions succeeded, 303 failed"), "{}", text.out);
    run(&scratch.0, &["tls-report", &dmarc]).complains(2, "report.xml: a DMARC report; ptrust dmarc-report reads it");
    // One that cannot be read does not hide the others.
    let mixed = run(&scratch.0, &["dmarc-report", &dmarc, &tls]);
    assert!(mixed.code == 2 && mixed.out.contains("pass DMARC") && mixed.error.contains("tls.json"), "{}", mixed.error);
}

#[test]
fn addresses_come_from_files() {
    let scratch = Scratch::new("from");
    let list = scratch.file("list.txt", "203.0.113.28\n10.0.0.1\n");
    let report = scratch.file("report.xml", REPORT);
    let message = scratch.file("message.eml", MESSAGE);
    let log = scratch.file(
        "mail.log",
        "Nov 23 12:00:00 mx postfix/smtpd[1]: 4A1B2C3D4E: client=mail.example.com[203.0.113.25]\n\
         Nov 23 12:00:00 mx postfix/qmgr[1]: 4A1B2C3D4E: from=<news@example.com>, size=1, nrcpt=1 (queue active)\n",
    );
    let args = ["pool", "example.com", "--format", "json"];
    let from = |files: &[&str]| {
        let files = files.iter().flat_map(|file| ["--from", file]);
        run(&scratch.0, &args.into_iter().chain(files).collect::<Vec<_>>())
    };
    let sources = |ran: &Ran, address: &str| {
        let json = ran.json();
        let all = json["addresses"].as_array().cloned().unwrap_or_default();
        all.into_iter().find(|one| one["address"] == address).map(|one| one["sources"].to_string()).unwrap_or_default()
    };
    let ran = from(&[&list, &report, &message, &log]);
    assert!(sources(&ran, "203.0.113.28").contains("\"list\""), "{}", ran.error);
    for source in ["dmarc-report", "log", "message"] {
        assert!(sources(&ran, "203.0.113.25").contains(source), "{source}: {}", ran.error);
    }
    assert!(ran.error.contains("list.txt: 1 mention left out: not reachable from the internet"), "{}", ran.error);
    from(&[&scratch.file("other.txt", "nothing here\n")]).complains(2, "other.txt: neither a list, a log");
    from(&["/nowhere/list"]).complains(2, "--from /nowhere/list");
}

/// A gzip file of so many MiB of spaces.
fn bomb(mib: usize) -> Vec<u8> {
    use flate2::{Compression, write::GzEncoder};
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..mib {
        gzip.write_all(&[b' '; 1 << 20]).expect("memory");
    }
    gzip.finish().expect("memory")
}

#[test]
fn hostile_files_end_quickly_with_one_line() {
    let scratch = Scratch::new("hostile");
    let entities = "<?xml version=\"1.0\"?><!DOCTYPE feedback [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]>\
                    <feedback><report_metadata><org_name>&b;</org_name></report_metadata></feedback>";
    let external = "<?xml version=\"1.0\"?><!DOCTYPE feedback [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><feedback>&x;</feedback>";
    let undefined = "<feedback><report_metadata><org_name>&b;</org_name></report_metadata></feedback>";
    let deep = format!("<feedback>{}", "<a>".repeat(100_000));
    let json = format!("{{\"policies\":{}", "[".repeat(1_000_000));
    let cases: [(&str, &str, Vec<u8>, &str); 7] = [
        ("dmarc-report", "bomb.xml.gz", bomb(32), "200 times as large"),
        ("tls-report", "bomb.json.gz", bomb(16), "200 times as large"),
        ("dmarc-report", "entities.xml", entities.into(), "document type declaration"),
        ("dmarc-report", "external.xml", external.into(), "document type declaration"),
        ("dmarc-report", "undefined.xml", undefined.into(), "refers to an entity"),
        ("dmarc-report", "deep.xml", deep.into(), "nest too deep"),
        ("tls-report", "deep.json", json.into(), "not a TLS report"),
    ];
    for (command, name, octets, words) in cases {
        let file = scratch.file(name, octets);
        let start = Instant::now();
        limited(&scratch.0, &[command, &file]).complains(2, words);
        run(&scratch.0, &["pool", "example.com", "--from", &file]).complains(2, name);
        assert!(start.elapsed() < QUICK, "{name} took {:?}", start.elapsed());
    }
    let start = Instant::now();
    let file = scratch.file(
        "headers.eml",
        format!("{MESSAGE}{}", "x".repeat(1 << 20)).replace("From:", &"Received: by a\nFrom:".repeat(3_000)),
    );
    let ran = run(&scratch.0, &["headers", &file, "--format", "json"]);
    assert_eq!((ran.code, &ran.json()["subject"]["kind"]), (1, &"message".into()), "{}", ran.error);
    run(&scratch.0, &["headers", &scratch.file("none.eml", bomb(1))]).complains(2, "not a message");
    assert!(start.elapsed() < QUICK, "headers took {:?}", start.elapsed());
}
