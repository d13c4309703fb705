//! `ptrust spf`: one sender's result, its exit code and its formats, over a world.

use std::process::{Command, Stdio};

/// A record with an include, a term for the HELO, and one that nobody can answer.
const WORLD: &str = "\
zone example.com ns1.example.net ns2.example.net
@ MX 0 .
@ TXT \"v=spf1 ip4:203.0.113.0/28 include:spf.example.org exists:%{l}.%{h}.x.example.com a:dark.example.com -all\"
bob.mail.example.com.x A 127.0.0.2
dark A 198.51.100.1
zone example.org ns1.example.net
spf TXT \"v=spf1 ip4:198.51.100.0/28 -all\"
zone example.net ns1.example.net
broken TXT \"v=spf1 ip4:203.0.113.300 -all\"
!servfail ns1.example.net dark.example.com
!servfail ns2.example.net dark.example.com
";

/// What a run printed, and its exit code.
fn ran(arguments: &[&str]) -> (String, Option<i32>) {
    let folder =
        std::env::temp_dir().join(format!("ptrust-spf-{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let world = folder.join("world");
    std::fs::write(&world, WORLD).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptrust"));
    command.arg("spf").args(arguments).arg("--world").arg(&world).env("XDG_CONFIG_HOME", &folder).stdin(Stdio::null());
    let output = command.output().expect("it starts");
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    (String::from_utf8(output.stdout).expect("UTF-8"), output.status.code())
}

#[test]
fn the_exit_code_says_whether_the_sender_passes() {
    for (arguments, word, code) in [
        (&["example.com", "--ip", "203.0.113.5"][..], "PASS", 0),
        (&["example.com", "--ip", "::ffff:198.51.100.5"], "PASS", 0),
        (&["bob@example.com", "--ip", "192.0.2.1", "--helo", "mail.example.com"], "PASS", 0),
        (&["example.com", "--ip", "192.0.2.1", "--sender", "bob"], "TEMPERROR", 3),
        (&["spf.example.org", "--ip", "192.0.2.1"], "FAIL", 1),
        (&["broken.example.net", "--ip", "192.0.2.1"], "PERMERROR", 1),
        (&["none.example.net", "--ip", "192.0.2.1"], "NONE", 1),
    ] {
        let (text, exit) = ran(arguments);
        let first = text.lines().next().unwrap_or_default();
        assert!(first.contains(&format!("   {word}   ")), "{arguments:?}: {text}");
        assert_eq!(exit, Some(code), "{arguments:?}: {text}");
    }
    for wrong in [
        &["example.com", "example.org", "--ip", "192.0.2.1"][..],
        &["example.com", "--ip", "192.0.2.1", "--sender", "bob@example.org"],
        &["example.com", "--helo", "mail.example.com"],
        &["example.com", "--ip", "192.0.2.1", "--format", "sarif"],
    ] {
        assert_eq!(ran(wrong).1, Some(2), "{wrong:?}");
    }
}

#[test]
fn the_json_is_the_whole_trace() {
    let (text, _) = ran(&["example.com", "--ip", "198.51.100.5", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["result"], "pass");
    assert_eq!(json["lookups"], 1);
    assert_eq!(json["record"]["terms"][1]["outcome"], "match");
    assert_eq!(json["record"]["terms"][1]["nested"]["domain"], "spf.example.org");
    assert_eq!(json["record"]["terms"][2]["outcome"], "not-evaluated");
}

#[test]
fn the_record_is_shown_as_a_tree() {
    let (text, exit) = ran(&["example.com"]);
    for words in ["3 of 10 lookups", "├─ include:spf.example.org", "│  └─ -all", "not known: SERVFAIL"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    // One host that nobody can find decides nothing about the record as a whole.
    assert_eq!(exit, Some(0), "{text}");
}
