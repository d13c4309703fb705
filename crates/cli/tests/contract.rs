//! The command line's contract: exit codes, key lines, formats. All over worlds; nothing here touches a network.

use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A pool with one sound address, one without a PTR, one that nobody can tell, and two hosts.
const WORLD: &str = "\
!check 203.0.113.25 helo=mail.example.com
zone 113.0.203.in-addr.arpa rev1.example.org rev2.example.org
25 PTR mail.example.com.
27 PTR mail.example.com.
zone example.com ns1.example.net ns2.example.net
mail A 203.0.113.25
both A 203.0.113.25
both A 203.0.113.26
gone TXT nothing
!servfail rev1.example.org 27.113.0.203.in-addr.arpa PTR
!servfail rev2.example.org 27.113.0.203.in-addr.arpa PTR
rdap 203.0.113.0/24 holder=\"Example Ltd\" registry=apnic
";

/// A directory of one test, gone when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("ptrust-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A command that sees no configuration of this machine.
fn command(scratch: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ptrust"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PTRUST_") {
            command.env_remove(name);
        }
    }
    command.env("XDG_CONFIG_HOME", scratch).env("XDG_CACHE_HOME", scratch).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// What a run did.
struct Ran {
    code: i32,
    out: String,
    error: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code().expect("an exit code"),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            error: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.error))
    }
}

/// Runs ptrust over the world above.
fn ptrust(arguments: &[&str]) -> Ran {
    let scratch = Scratch::new(&format!("{:?}", std::thread::current().id()).replace(['(', ')'], ""));
    let world = scratch.file("test.world", WORLD);
    let mut all = vec!["--world", &world];
    all.extend(arguments);
    Ran::of(command(&scratch.0).args(all).output().expect("ptrust runs"))
}

/// Runs ptrust without a world; only for what asks nobody.
fn plain(arguments: &[&str]) -> Ran {
    let scratch = Scratch::new("plain");
    Ran::of(command(&scratch.0).args(arguments).output().expect("ptrust runs"))
}

#[test]
fn exit_codes_follow_the_gravest_target() {
    for (arguments, code) in [
        (&["check", "203.0.113.25"][..], 0),
        (&["check", "203.0.113.26"], 1),
        (&["check", "203.0.113.27"], 3),
        (&["check", "203.0.113.25", "203.0.113.27"], 3),
        (&["check", "203.0.113.25", "203.0.113.26", "203.0.113.27"], 1),
        (&["check", "not a target", "203.0.113.25"], 2),
        (&["check", "not a target", "203.0.113.27"], 2),
        (&["check", "not a target", "203.0.113.26"], 1),
        (&["check", "203.0.113.25", "--helo", "mail", "--fail-on", "warning"], 1),
        (&["check", "203.0.113.25", "--helo", "mail"], 0),
    ] {
        let ran = ptrust(arguments);
        assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.out, ran.error);
    }
}

#[test]
fn one_address_is_an_object_and_several_an_array() {
    let one = ptrust(&["check", "203.0.113.25", "--format", "json"]).json();
    assert_eq!(one["schema"], "ptrust.report/1");
    assert_eq!(one["verdict"], "pass");
    let host = ptrust(&["check", "mail.example.com", "--format", "json"]).json();
    assert_eq!(host["subject"]["value"], "203.0.113.25");
    let both = ptrust(&["check", "both.example.com", "--format", "json"]).json();
    let addresses: Vec<&str> =
        both.as_array().expect("an array").iter().filter_map(|report| report["subject"]["value"].as_str()).collect();
    assert_eq!(addresses, ["203.0.113.25", "203.0.113.26"]);
    let block = ptrust(&["check", "203.0.113.24/29", "--format", "json", "--no-smtp"]).json();
    assert_eq!(block.as_array().map(Vec::len), Some(8));
    assert_eq!(block[7]["subject"]["value"], "203.0.113.31");
}

#[test]
fn lines_come_in_the_order_of_the_input() {
    let ran = ptrust(&["check", "203.0.113.27", "203.0.113.25", "203.0.113.26", "--format", "ndjson"]);
    let order: Vec<String> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["subject"]["value"].to_string())
        .collect();
    assert_eq!(order, ["\"203.0.113.27\"", "\"203.0.113.25\"", "\"203.0.113.26\""]);
}

#[test]
fn a_bad_target_is_refused_alone_in_one_line() {
    let ran = ptrust(&["check", "300.1.1.1", "203.0.113.25", "203.0.0.0/16", "gone.example.com", "--format", "json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["verdict"], "pass");
    let lines: Vec<&str> = ran.error.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.error);
    assert!(
        lines[0].contains("300.1.1.1") && lines[1].contains("203.0.0.0/16") && lines[2].contains("gone.example.com")
    );
}

#[test]
fn lists_come_from_files_and_standard_input() {
    let scratch = Scratch::new("lists");
    let world = scratch.file("test.world", WORLD);
    let list = scratch.file("pool.txt", "# the pool\n203.0.113.25 # first\n\nmail.example.com\n");
    for argument in [list.clone(), format!("@{list}")] {
        let ran = command(&scratch.0).args(["--world", &world, "--format", "json", "check", &argument]).output();
        assert_eq!(Ran::of(ran.expect("ptrust runs")).json().as_array().map(Vec::len), Some(2));
    }
    let mut child = command(&scratch.0)
        .args(["--world", &world, "check", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ptrust runs");
    child.stdin.take().expect("a pipe").write_all(b"203.0.113.26\n").expect("written");
    let ran = Ran::of(child.wait_with_output().expect("ended"));
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("203.0.113.26") && ran.out.contains("ptr-missing"), "{}", ran.out);
    let missing = ptrust(&["check", "@/no/such/file"]);
    assert_eq!(missing.code, 2);
    assert!(missing.error.contains("@/no/such/file"), "{}", missing.error);
}

#[test]
fn usage_errors_are_one_line_that_names_the_option() {
    for (arguments, part) in [
        (&["check"][..], "nothing to check"),
        (&["check", "--format", "xml", "203.0.113.25"], "--format"),
        (&["check", "--fail-on", "fatal", "203.0.113.25"], "--fail-on"),
        (&["check", "--timeout", "soon", "203.0.113.25"], "--timeout"),
        (&["check", "--resolver", "dns.example", "203.0.113.25"], "--resolver"),
        (&["check", "--select", "ptr-mising", "203.0.113.25"], "did you mean ptr-missing"),
        (&["check", "--ignore", "nonsense", "203.0.113.25"], "--ignore nonsense"),
        (&["check"], "a host or a block, or use --here"),
        (&["check", "--select", "", "203.0.113.25"], "--select: an empty word"),
        (&["check", "--select", "ptr", "--ignore", "ptr", "203.0.113.25"], "--select/--ignore leave no check to run"),
        (&["check", "--helo", "", "203.0.113.25", "--world", "demo"], "--helo"),
        (&["check", "", "--world", "demo"], "an empty word is no target"),
        (&["check", "/no/such/file", "--world", "demo"], "the file does not exist"),
        (&["check", "--assume", "203.0.113.25 PTR mail.example.com extra", "203.0.113.25"], "behind the data"),
        (&["demo", "--world", "/no/such/file"], "its own world"),
        (&["check", "--port", "0", "203.0.113.25"], "--port"),
        (&["check", "--port", "25", "--no-smtp", "203.0.113.25"], "--no-smtp"),
        (&["check", "--assume", "example.com NS ns.example.net", "203.0.113.25"], "--assume"),
        (&["check", "--assume", "nonsense", "203.0.113.25"], "OWNER TYPE DATA"),
        (&["check", "--root-hints", "/no/such/file", "203.0.113.25"], "--root-hints"),
        (&["check", "--trust-anchor", "/no/such/file", "203.0.113.25"], "--trust-anchor"),
        (&["check", "--world", "/no/such/file", "203.0.113.25"], "--world"),
        (&["check", "--config", "/no/such/file", "203.0.113.25"], "--config"),
        (&["check", "--here", "--world", "demo"], "--here"),
        (&["walk", "a..b", "--world", "demo"], "a..b"),
        (&["walk", "example.com", "PTRR", "--world", "demo"], "PTRR"),
        (&["walk", "203.0.113.25", "--world", "demo", "--format", "junit"], "--format junit"),
        (&["owner", "example.com", "--world", "demo"], "not an address"),
        (&["owner", "10.0.0.1", "--world", "demo"], "10.0.0.1"),
        (&["blocklists", "203.0.113.0/24", "--world", "demo"], "a block; name the addresses one by one"),
        (&["blocklists", "10.0.0.1", "--world", "demo"], "not a public address"),
        (&["blocklists", "fe80::1", "--world", "demo"], "not a public address"),
        (&["spf", "203.0.113.25", "--world", "demo"], "an address, not a domain"),
        (&["explain", "ptr-mising"], "did you mean ptr-missing"),
        (&["nonsense"], "nonsense"),
        (&[], "no command"),
    ] {
        let ran = plain(arguments);
        assert_eq!(ran.code, 2, "{arguments:?}\n{}", ran.error);
        assert_eq!(ran.error.lines().count(), 1, "{arguments:?}\n{}", ran.error);
        assert!(ran.error.contains(part), "{arguments:?}\n{}", ran.error);
        assert!(ran.out.is_empty(), "{arguments:?}\n{}", ran.out);
    }
}

#[test]
fn a_configuration_file_is_read_and_its_mistakes_are_named() {
    let scratch = Scratch::new("config");
    let world = scratch.file("test.world", WORLD);
    let run = |text: &str, more: &[&str]| {
        let config = scratch.file("config.toml", text);
        let mut all = vec!["--world", &world, "--config", &config, "check", "203.0.113.26"];
        all.extend(more);
        Ran::of(command(&scratch.0).args(all).output().expect("ptrust runs"))
    };
    assert_eq!(run("", &[]).code, 1);
    assert_eq!(run("[checks]\nignore = [\"ptr-missing\"]\n", &[]).code, 0);
    assert_eq!(run("[checks.severity]\nptr-missing = \"notice\"\n", &[]).code, 0);
    // Options go over the file.
    assert_eq!(run("[checks]\nignore = [\"ptr-missing\"]\n", &["--ignore", "helo"]).code, 1);
    let unknown = run("[dns]\nresolver = []\n", &[]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.error.contains("config.toml:2: unknown key `resolver`"), "{}", unknown.error);
    let misspelt = run("[checks.severity]\nptr-mising = \"notice\"\n", &[]);
    assert!(misspelt.code == 2 && misspelt.error.contains("did you mean ptr-missing"), "{}", misspelt.error);
}

#[test]
fn the_environment_stands_between_options_and_file() {
    let scratch = Scratch::new("environment");
    let world = scratch.file("test.world", WORLD);
    let config = scratch.file("config.toml", "[checks]\nignore = [\"ptr-missing\"]\n");
    let run = |more: &[&str]| {
        let mut command = command(&scratch.0);
        command.env("PTRUST_WORLD", &world).env("PTRUST_CONFIG", &config).env("PTRUST_IGNORE", "helo");
        // A resolver of the real network means nothing to a world.
        command.env("PTRUST_RESOLVER", "127.0.0.9").args(["check", "203.0.113.26"]).args(more);
        Ran::of(command.output().expect("ptrust runs"))
    };
    assert_eq!(run(&[]).code, 1);
    assert_eq!(run(&["--ignore", "ptr"]).code, 0);
}

#[test]
fn color_comes_only_where_it_is_wanted() {
    let escape = '\u{1b}';
    assert!(!ptrust(&["check", "203.0.113.26"]).out.contains(escape));
    assert!(ptrust(&["check", "203.0.113.26", "--color", "always"]).out.contains(escape));
    assert!(!ptrust(&["check", "203.0.113.26", "--color", "never"]).out.contains(escape));
    for line in ptrust(&["check", "203.0.113.26", "203.0.113.25"]).out.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn an_assumed_record_is_judged_and_said_to_be_assumed() {
    let assume = "203.0.113.26 PTR both.example.com";
    let ran = ptrust(&["check", "203.0.113.26", "--assume", assume]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(ran.out.contains("Assumed"), "{}", ran.out);
    let json = ptrust(&["check", "203.0.113.26", "--assume", assume, "--format", "json"]).json();
    assert_eq!(json["identity"]["technical"]["confirmed"][0], "both.example.com");
    assert_eq!(json["run"]["assumed"].as_array().map(Vec::len), Some(1));
}

#[test]
fn selection_and_resolver_only_runs() {
    let json = ptrust(&["check", "203.0.113.26", "--select", "ptr", "--format", "json"]).json();
    let kinds: Vec<&str> =
        json["facts"].as_array().expect("facts").iter().filter_map(|fact| fact["kind"].as_str()).collect();
    assert!(!kinds.contains(&"smtp"), "{kinds:?}");
    for flag in ["--no-walk", "--no-trace"] {
        let json = ptrust(&["check", "203.0.113.26", flag, "--format", "json"]).json();
        assert_eq!(json["findings"][0]["id"], "ptr-missing");
        let facts = json["facts"].as_array().expect("facts");
        assert!(facts.iter().all(|fact| fact["kind"] != "walk" && fact["kind"] != "answer"));
    }
}

#[test]
fn the_smaller_commands_answer() {
    let walk = ptrust(&["walk", "203.0.113.25"]);
    assert!(walk.code == 0 && walk.out.contains("203.in-addr.arpa") && walk.out.contains("rev2.example.org"));
    let trace = ptrust(&["trace", "203.0.113.25", "--format", "json"]);
    assert_eq!(trace.json()["question"]["rtype"], "PTR");
    assert_eq!(ptrust(&["walk", "203.0.113.27"]).code, 3);
    let lookup = ptrust(&["lookup", "both.example.com", "--format", "json"]).json();
    assert_eq!(lookup["walk"]["answer"]["present"]["set"].as_array().map(Vec::len), Some(2), "{lookup}");
    let owner = ptrust(&["owner", "203.0.113.25"]);
    assert!(owner.code == 0 && owner.out.contains("Example Ltd"), "{}", owner.out);
    let suggested = ptrust(&["check"]);
    assert!(suggested.code == 0 && suggested.out.contains("mail.example.com"), "{}", suggested.out);
}

#[test]
fn the_catalogue_explains_itself() {
    let checks = plain(&["checks", "--format", "json"]).json();
    let ids: Vec<&str> = checks.as_array().expect("an array").iter().filter_map(|check| check["id"].as_str()).collect();
    assert!(ids.contains(&"ptr-missing") && ids.len() > 40);
    let page = plain(&["explain", "ptr-missing"]);
    assert!(page.code == 0 && page.out.contains("How to fix") && !page.out.contains("```"), "{}", page.out);
    assert_eq!(plain(&["explain", "ptr-missing", "--format", "json"]).json()["severity"], "error");
    assert!(plain(&["schema"]).json()["properties"]["verdict"].is_object());
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(plain(&["completions", shell]).out.contains("ptrust"), "{shell}");
    }
    assert!(plain(&["man"]).out.starts_with(".ie"), "a roff page");
    let scratch = Scratch::new("man");
    let directory = scratch.0.join("pages").display().to_string();
    assert_eq!(plain(&["man", "--out", &directory]).code, 0);
    assert!(scratch.0.join("pages/ptrust-check.1").is_file());
    assert_eq!(plain(&["--version"]).code, 0);
    assert!(plain(&["--help"]).out.contains("--assume"));
}

#[test]
fn the_demo_shows_a_pool_and_its_failures() {
    let ran = plain(&["demo"]);
    assert_eq!(ran.code, 0, "what it shows is no failure of the demo");
    for part in ["confirmed", "fcrdns-mismatch", "ptr-missing", "delegation-missing", "delegation-lame"] {
        assert!(ran.out.contains(part), "{part}\n{}", ran.out);
    }
    assert!(plain(&["demo", "--format", "json"]).json().as_array().is_some_and(|reports| reports.len() > 5));
    for format in ["junit", "sarif", "github", "nagios", "ndjson"] {
        assert!(!plain(&["demo", "--format", format]).out.is_empty(), "{format}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let scratch = Scratch::new("pipe");
    let mut child = command(&scratch.0)
        .args(["demo", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("ptrust runs");
    drop(child.stdout.take());
    let ran = Ran::of(child.wait_with_output().expect("ended"));
    assert_eq!((ran.code, ran.error.as_str()), (0, ""));
}

/// Runs ptrust over some other world.
fn over(name: &str, world: &str, arguments: &[&str]) -> Ran {
    let scratch = Scratch::new(name);
    let world = scratch.file("other.world", world);
    Ran::of(command(&scratch.0).args(["--world", &world]).args(arguments).output().expect("ptrust runs"))
}

#[test]
fn a_target_without_a_report_is_unknown_to_a_monitor() {
    let mute = "zone example.com ns1.example.com\nmail A 203.0.113.25\n!timeout ns1.example.com\n";
    let ran = over("mute", mute, &["check", "mail.example.com", "--format", "nagios"]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert_eq!(ran.out, "PTRUST UNKNOWN - mail.example.com: its addresses are not known: no answer\n");
    let json = over("mute-json", mute, &["check", "mail.example.com", "--format", "json"]);
    assert_eq!((json.code, json.out.trim()), (3, "[]"));
    for (more, code, first) in [
        (&[][..], 3, "PTRUST UNKNOWN - 300.1.1.1"),
        (&["203.0.113.25"], 3, "PTRUST UNKNOWN - 300.1.1.1"),
        (&["203.0.113.26"], 2, "PTRUST CRITICAL - 203.0.113.26"),
    ] {
        let ran = ptrust(&[&["check", "300.1.1.1", "--format", "nagios"], more].concat());
        assert_eq!(ran.code, code, "{}", ran.out);
        assert!(ran.out.starts_with(first) && ran.out.matches("300.1.1.1").count() == 1, "{}", ran.out);
    }
}

#[test]
fn not_asked_is_no_absence() {
    let zone = "zone example.com ns1.example.net\nmail A 203.0.113.25\ngone TXT nothing\n";
    let closed = over("closed", &format!("{zone}!closed 53\n!no-resolver\n"), &["check", "mail.example.com"]);
    assert_eq!(closed.code, 3);
    assert!(closed.error.contains("its addresses are not known: not asked"), "{}", closed.error);
    let open = format!("{zone}!no-resolver\n");
    let walked = over("walked", &open, &["check", "mail.example.com"]);
    assert!(walked.out.contains("203.0.113.25"), "{}{}", walked.out, walked.error);
    let gone = over("gone", &open, &["check", "gone.example.com"]);
    assert!(gone.code == 2 && gone.error.contains("it has no address"), "{}", gone.error);
    let walk = over("walk", &format!("{zone}!closed 53\n"), &["walk", "mail.example.com"]);
    assert!(walk.code == 3 && walk.error.contains("port 53 seems closed here"), "{}", walk.error);
}

#[test]
fn assumed_records_are_zone_lines_and_missed_when_nobody_asks() {
    let line = "26.113.0.203.in-addr.arpa. 3600 IN PTR both.example.com.";
    let ran = ptrust(&["check", "203.0.113.26", "--assume", line]);
    assert_eq!((ran.code, ran.error.as_str()), (0, ""), "{}", ran.out);
    let ran = ptrust(&["check", "203.0.113.25", "--assume", "203.0.113.99 PTR both.example.com"]);
    assert!(ran.error.contains("was not used"), "{}", ran.error);
    let denied = ["check", "203.0.113.25", "--assume", "203.0.113.25 PTR mail.example.com"];
    let denied = over("denied", "zone example.com ns1.example.net\nmail A 203.0.113.25\n", &denied);
    assert!(!denied.out.contains("(assumed)"), "{}", denied.out);
}

#[test]
fn a_configuration_holds_in_a_world_and_is_named_for_its_mistakes() {
    let scratch = Scratch::new("config-world");
    let world = scratch.file("test.world", WORLD);
    let run = |text: &str| {
        let config = scratch.file("config.toml", text);
        let all = ["--world", &world, "--config", &config, "check", "203.0.113.25", "--format", "json"];
        Ran::of(command(&scratch.0).args(all).output().expect("ptrust runs"))
    };
    let facts = run("[dns]\nwalk = false\n").json()["facts"].clone();
    assert!(facts.as_array().expect("facts").iter().all(|fact| fact["kind"] != "walk"));
    for text in [
        "[checks]\nignore = [\"nonsense\"]\n",
        "[checks.severity]\nnonsense = \"notice\"\n",
        "[smtp]\nhelo = \"a\\r\\nQUIT\"\n",
        "[smtp]\nhelo = \"\"\n",
    ] {
        let ran = run(text);
        assert!(ran.code == 2 && ran.error.contains("config.toml: "), "{text}{}", ran.error);
        assert_eq!(ran.error.lines().count(), 1, "{}", ran.error);
    }
}

#[test]
fn blocklists_take_addresses_hosts_and_domains() {
    let world = "zone bl.example.org ns1.list.example\n2.0.0.127 A 127.0.0.2\n25.113.0.203 A 127.0.0.2\n\
                 zone example.com ns1.example.net\nmail A 203.0.113.26\n";
    let scratch = Scratch::new("lists");
    let config = scratch.file("config.toml", "[blocklists]\nzones = [\"bl.example.org\"]\n");
    let run = |words: &[&str]| over("lists-world", world, &[&["--config", &config, "blocklists"], words].concat());
    let listed = run(&["203.0.113.25"]);
    assert!(listed.out.starts_with("203.0.113.25   WARN"), "{}", listed.out);
    assert!(!listed.out.contains("Mail goes to") && !listed.out.contains("in-addr"), "{}", listed.out);
    let all = run(&["[2001:db8::25]", "::ffff:203.0.113.26", "mail.example.com", "--format", "json"]).json();
    let told = |index: usize| (all[index]["subject"]["kind"].clone(), all[index]["subject"]["value"].clone());
    assert_eq!(told(0), ("address".into(), "2001:db8::25".into()));
    assert_eq!(told(1), ("address".into(), "203.0.113.26".into()));
    assert_eq!(told(2), ("domain".into(), "mail.example.com".into()));
    assert!((0..3).all(|index| all[index]["verdict"] == "pass" && all[index]["mail"]["lists"]["heard"] == 1), "{all}");
    assert_eq!(all[0]["target"]["role"], "address");
    // Nothing was asked of their identity, so nothing is said of it.
    let two = ["203.0.113.25", "203.0.113.26"];
    for format in ["text", "nagios"] {
        let told = run(&[&two[..], &["--format", format]].concat()).out;
        assert!(told.contains("2 targets") && !told.contains("of 2"), "{told}");
    }
}

#[test]
fn roots_of_mark_authorities_are_certificates() {
    let scratch = Scratch::new("config-bimi");
    let world = scratch.file("test.world", WORLD);
    let roots = scratch.file("roots.pem", "no certificate");
    let config = scratch.file("config.toml", "[bimi]\nroots = \"roots.pem\"\n");
    let run = || {
        let all = ["--world", &world, "--config", &config, "bimi", "example.com", "--format", "json"];
        Ran::of(command(&scratch.0).args(all).output().expect("ptrust runs"))
    };
    for text in ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        std::fs::write(&roots, text).expect("written");
        let ran = run();
        assert!(ran.code == 2 && ran.error.contains("config.toml: bimi.roots "), "{}", ran.error);
        assert_eq!(ran.error.lines().count(), 1, "{}", ran.error);
    }
    std::fs::remove_file(&roots).expect("removed");
    assert!(run().error.contains("roots.pem: "), "{}", run().error);
    std::fs::write(&roots, include_str!("../../observe/src/net/fetch/root.pem")).expect("written");
    let told = run().json()["target"]["bimi_roots"].clone();
    assert_eq!(told.as_array().map(Vec::len), Some(1));
}

#[test]
fn checks_come_one_per_line() {
    let ran = plain(&["checks", "--format", "ndjson"]);
    assert!(ran.out.lines().count() > 40);
    assert!(ran.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok_and(|check| check["id"].is_string())));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_said() {
    let scratch = Scratch::new("full");
    let full = std::fs::File::options().write(true).open("/dev/full").expect("a full device");
    let ran = Ran::of(command(&scratch.0).arg("checks").stdout(full).output().expect("ptrust runs"));
    assert!(ran.code == 70 && ran.error.starts_with("ptrust: failed to write: "), "{} {}", ran.code, ran.error);
}
