//! The command line, run as a person or a script would: the real program in an empty folder.

#![expect(clippy::unwrap_used, reason = "a test helper that fails is a test that fails")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

struct Folder(TempDir);

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchbell"));
        command.args(line).current_dir(self.0.path()).env_clear();
        command
    }

    fn run(&self, line: &[&str]) -> Said {
        said(self.command(line).output().unwrap())
    }

    fn run_with_input(&self, line: &[&str], input: &str) -> Said {
        let mut command = self.command(line);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that is refused may end before it has read anything.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        said(child.wait_with_output().unwrap())
    }

    fn json(&self, line: &[&str]) -> Value {
        let said = self.run(&[line, &["--json"]].concat());
        assert_eq!(said.code, 0, "{line:?}: {}", said.err);
        serde_json::from_str(&said.out).unwrap()
    }
}

fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn the_first_command_makes_database_and_key() {
    let folder = Folder::new();
    let said = folder.run(&["service", "add", "Checkout", "--key", "svc_CHECKOUT1"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("SER-00001") && said.out.contains("svc_CHECKOUT1"), "{}", said.out);
    assert!(said.err.contains("data/master.key: keep a copy"), "{}", said.err);
    let key = folder.0.path().join("data/master.key");
    assert_eq!(fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);
    let services = folder.json(&["service", "list"]);
    assert_eq!(services["services"][0]["slug"], "svc_CHECKOUT1");
    assert_eq!(services["services"][0]["is_active"], true);
}

#[test]
fn an_integration_goes_through_its_life() {
    let folder = Folder::new();
    folder.json(&["service", "add", "Checkout"]);
    let added = folder.json(&[
        "integration",
        "add",
        "custom",
        "--service",
        "ser-00001",
        "--generate-secret",
    ]);
    let key = added["routing_key"].as_str().unwrap();
    assert_eq!(added["url"], format!("http://127.0.0.1:3000/webhooks/{key}"));
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_"));
    let shown = folder.run(&["integration", "show", "custom"]);
    assert!(shown.code == 0 && !shown.out.contains(key), "{}", shown.out);
    assert!(shown.out.contains(&format!("cu_…{}", key.get(31..).unwrap())), "{}", shown.out);
    assert!(!folder.run(&["integration", "list"]).out.contains(key));
    assert!(folder.run(&["integration", "show", "custom", "--reveal"]).out.contains(key));
    let rotated = folder.json(&["integration", "rotate", "custom", "--grace", "60"]);
    assert_ne!(rotated["routing_key"], added["routing_key"]);
    assert_eq!(rotated["routing_keys"].as_array().unwrap().len(), 2);
    assert_eq!(folder.json(&["integration", "disable", "custom"])["changed"], true);
    assert_eq!(folder.json(&["integration", "disable", "custom"])["changed"], false);
    let refused = folder.run(&["integration", "reconnect", "custom"]);
    assert!(refused.code == 1 && refused.err.contains("is disabled: use `enable`"));
    assert_eq!(folder.json(&["integration", "enable", "custom"])["state"], "connected");
    folder.json(&["integration", "set", "custom", "--name", "Mine", "--rate-limit", "0"]);
    folder.json(&["integration", "link", "mine", "SER-00001", "--map", "warning=SEV3"]);
    let shown = folder.json(&["integration", "show", "mine"]);
    assert_eq!(shown["services"][0]["mapping"]["warning"], "SEV3");
    assert_eq!(shown["rate_limit"], 0);
    let removed = folder.json(&["integration", "secret", "remove", "mine", "--all"]);
    assert_eq!(removed["secrets_left"], 0);
}

#[test]
fn secrets_come_from_standard_input_or_a_file() {
    let folder = Folder::new();
    let brought = "a_key_from_elsewhere-1";
    fs::write(folder.0.path().join("secret.txt"), "pasted-secret\n").unwrap();
    let line =
        ["integration", "add", "custom", "--key", "-", "--secret-file", "secret.txt", "--json"];
    let said = folder.run_with_input(&line, &format!("{brought}\n"));
    let added: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(added["routing_key"], brought);
    assert_eq!(added["signing_secrets"].as_array().unwrap().len(), 1);
    assert!(!said.out.contains("pasted-secret"));
    let twice = folder
        .run_with_input(&["integration", "add", "custom", "--key", "-", "--secret", "-"], "x");
    assert!(twice.code == 2 && twice.err.contains("only one secret"), "{}", twice.err);
    let short =
        folder.run_with_input(&["integration", "add", "custom", "--key", "-", "--json"], "short");
    let error: Value = serde_json::from_str(&short.err).unwrap();
    assert_eq!((short.code, error["error"]["code"].as_str()), (1, Some("validation_error")));
    assert_eq!(error["error"]["details"][0]["path"], "key");
}

#[test]
fn api_keys_are_shown_once() {
    let folder = Folder::new();
    let made = folder.json(&["key", "create", "Dashboard", "--scope", "incidents:read"]);
    let token = made["token"].as_str().unwrap();
    assert!(token.starts_with("wb_") && token.len() == 46);
    let listed = folder.run(&["key", "list"]);
    assert!(listed.out.contains("Dashboard") && !listed.out.contains(token));
    assert_eq!(folder.json(&["key", "revoke", "Dashboard"])["state"], "revoked");
    assert_eq!(folder.run(&["key", "revoke", "Dashboard"]).code, 1);
    assert_eq!(folder.run(&["key", "create", "X", "--scope", "all"]).code, 2);
}

#[test]
fn wrong_configuration_is_told_at_once_with_78() {
    let folder = Folder::new();
    let said =
        folder.run(&["config", "check", "--set", "server.worker=1", "--set", "log.format=xml"]);
    assert_eq!(said.code, 78);
    assert!(said.err.contains("did you mean server.workers?"), "{}", said.err);
    assert!(said.err.contains("log.format: expected one of auto, text, json"), "{}", said.err);
    let said = folder.run(&["service", "list", "--database", "mysql://localhost/x"]);
    assert!(said.code == 78 && said.err.contains("database.url: expected"), "{}", said.err);
    assert!(!folder.0.path().join("data").exists());
    let printed = folder.run(&["config", "print", "--set", "vault.key=geheim"]);
    assert!(
        printed.out.contains("[server]\nbody_timeout_seconds = 30  # default\n"),
        "{}",
        printed.out
    );
    assert!(printed.out.contains("key = (hidden)  # --set") && !printed.out.contains("geheim"));
}

#[test]
fn a_lost_master_key_is_not_replaced() {
    let folder = Folder::new();
    folder.json(&["integration", "add", "custom"]);
    fs::remove_file(folder.0.path().join("data/master.key")).unwrap();
    let said = folder.run(&["integration", "list"]);
    assert!(said.code == 1 && said.err.contains("put it back from your copy"), "{}", said.err);
    assert!(!folder.0.path().join("data/master.key").exists());
    let doctor = folder.run(&["doctor"]);
    assert!(doctor.out.contains("FAIL  secrets") && doctor.code == 1, "{}", doctor.out);
}

#[test]
fn the_doctor_changes_nothing_and_says_what_to_do() {
    let folder = Folder::new();
    // Port 9 (discard): nothing answers there.
    let line = ["doctor", "--set", "server.public_url=http://127.0.0.1:9"];
    let said = folder.run(&line);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("ok    configuration"), "{}", said.out);
    assert!(
        said.out.contains("warn  database") && said.out.contains("FAIL  server"),
        "{}",
        said.out
    );
    assert!(said.out.contains("warn  public_url"));
    assert_eq!(fs::read_dir(folder.0.path()).unwrap().count(), 0);
    let wrong = folder.run(&["doctor", "--set", "log.format=xml"]);
    assert!(wrong.code == 1 && wrong.out.contains("FAIL  configuration"));
}

#[test]
fn migrations_can_be_asked_for_and_applied() {
    let folder = Folder::new();
    let before = folder.json(&["migrate", "--status"]);
    assert!(!before["pending"].as_array().unwrap().is_empty());
    let refused = folder.run(&["service", "list", "--set", "database.migrate=false"]);
    assert!(refused.code == 69 && refused.err.contains("watchbell migrate"), "{}", refused.err);
    assert_ne!(folder.json(&["migrate"])["applied"], 0);
    assert_eq!(folder.json(&["migrate"])["applied"], 0);
    assert!(folder.json(&["migrate", "--status"])["pending"].as_array().unwrap().is_empty());
}

#[test]
fn a_sample_without_a_server_is_69_and_tells_no_key() {
    let folder = Folder::new();
    let added = folder.json(&["integration", "add", "custom"]);
    let said = folder.run(&["send", "custom", "--url", "http://127.0.0.1:9"]);
    assert_eq!(said.code, 69, "{}", said.err);
    assert!(said.err.contains("is the server running?"));
    assert!(!said.err.contains(added["routing_key"].as_str().unwrap()));
    assert!(!folder.json(&["send", "custom", "--list"])["samples"].as_array().unwrap().is_empty());
    let listed = Folder::new().run(&["send", "--provider", "custom", "--list"]);
    assert_eq!(listed.code, 0, "{}", listed.err);
    assert_eq!(folder.run(&["send"]).code, 2);
}

#[test]
fn people_teams_and_services_are_told_of_in_the_audit_log() {
    let folder = Folder::new();
    folder.json(&["service", "add", "Checkout"]);
    let link = folder.json(&["user", "owner-link"]);
    let url = link["url"].as_str().unwrap();
    assert!(url.starts_with("http://127.0.0.1:3000/sign-in/"), "{url}");
    let invited = folder.json(&["user", "invite", "bob@example.com", "--name", "Bob"]);
    assert_eq!(
        (&invited["purpose"], &invited["user"]["role"]),
        (&"invitation".into(), &"responder".into())
    );
    let changed = folder.json(&["user", "set", "BOB@example.com", "--role", "admin"]);
    assert_eq!((&changed["changed"], &changed["role"]), (&true.into(), &"admin".into()));
    assert_eq!(folder.json(&["user", "reset-link", "bob@example.com"])["purpose"], "invitation");
    folder.json(&["team", "add", "Payments", "--member", "bob@example.com"]);
    let set = folder.json(&["service", "set", "ser-00001", "--team", "payments", "--inactive"]);
    assert_eq!((&set["team"], &set["is_active"]), (&"Payments".into(), &false.into()));
    assert_eq!(folder.json(&["service", "show", "ser-00001"])["team"], "Payments");
    assert_eq!(
        folder.json(&["team", "set", "payments", "--no-members"])["members"],
        Value::Array(Vec::new())
    );
    folder.json(&["team", "remove", "payments"]);
    let unknown = folder.run(&["user", "set", "nobody@example.com", "--role", "admin"]);
    assert!(unknown.code == 1 && unknown.err.contains("no user"), "{}", unknown.err);

    let lines = folder.run(&["audit", "--jsonl"]).out;
    let entries: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    let expected = [
        "service.added",
        "link.made",
        "user.added",
        "link.made",
        "user.changed",
        "link.made",
        "team.added",
        "service.changed",
        "team.changed",
        "team.removed",
        "service.changed",
    ];
    assert_eq!(actions, expected);
    assert_eq!(entries[4]["before"]["role"], "responder");
    assert!(!lines.contains(url.rsplit('/').next().unwrap()), "a link is a password");
    assert_eq!(folder.json(&["audit"])["entries"].as_array().unwrap().len(), entries.len());
    let later = folder.run(&["audit", "--since", "2999-01-01T00:00:00Z"]);
    assert_eq!((later.code, later.out.as_str()), (0, ""));
}
