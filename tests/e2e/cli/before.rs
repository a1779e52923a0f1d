//! Everything can be set up before the server was ever started.

use super::{error, names, run_with, text, told};
use crate::support::{Cli, Server, alert};

#[test]
fn a_whole_instance_is_set_up_first_and_serves_at_once() {
    let cli = Cli::on_empty();
    cli.json(&["service", "add", "Checkout"]);
    let added = cli.json(&["integration", "add", "custom", "--service", "ser-00001"]);
    cli.json(&["integration", "link", "custom", "SER-00001", "--map", "high=SEV0"]);
    let created = cli.json(&["key", "create", "Dashboard"]);
    cli.json(&["migrate"]);
    let server = Server::builder_for(cli).start();
    let hook = format!("{}/webhooks/{}", server.url, added["routing_key"].as_str().unwrap());
    assert_eq!(server.post(&hook, &alert("a")).said(), "processed/created");
    let bearer = format!("Bearer {}", created["token"].as_str().unwrap());
    let url = format!("{}/api/v1/auth/verify", server.url);
    assert_eq!(server.client.get(&url, &[("authorization", &bearer)]).unwrap().status, 200);
    let services = server.all("/api/v1/services");
    assert_eq!(services.len(), 1, "no demo in an instance that has something: {services:?}");
}

#[test]
fn programs_read_the_same_names_every_time() {
    let cli = Cli::on_empty();
    let service = cli.json(&["service", "add", "Checkout", "--key", "svc_CHECKOUT1"]);
    let of_service = [
        "created_at",
        "default_severity",
        "description",
        "environment",
        "is_active",
        "legacy_key",
        "name",
        "repository",
        "service_key",
        "slug",
        "team",
        "type",
        "url",
    ];
    assert_eq!(names(&service), of_service);
    assert_eq!(names(&cli.json(&["service", "list"])["services"][0]), of_service);
    let added = cli.json(&["integration", "add", "custom", "--generate-secret"]);
    let shown = cli.json(&["integration", "show", "custom"]);
    let of_integration = [
        "accept_over_limit",
        "created_at",
        "default_service",
        "id",
        "linked_only",
        "name",
        "options",
        "provider",
        "rate_limit",
        "routing_keys",
        "services",
        "signing_secrets",
        "state",
    ];
    assert_eq!(names(&shown), of_integration);
    assert_eq!(names(&cli.json(&["integration", "list"])["integrations"][0]), of_integration);
    let mut with_secrets = [of_integration.as_slice(), &["routing_key", "secret", "url"]].concat();
    with_secrets.sort_unstable();
    assert_eq!(names(&added), with_secrets);
    let revealed = cli.json(&["integration", "show", "custom", "--reveal"]);
    assert!(revealed["secret"].is_null(), "a signing secret is shown once: {revealed}");
    let mut changed = [of_integration.as_slice(), &["changed"]].concat();
    changed.sort_unstable();
    for command in ["disable", "enable", "disconnect", "reconnect"] {
        let done = cli.json(&["integration", command, "custom"]);
        assert_eq!((names(&done), &done["changed"]), (changed.clone(), &true.into()), "{command}");
        let again = cli.json(&["integration", command, "custom"]);
        assert_eq!(again["changed"], false, "{command} again");
    }
    let key = cli.json(&["key", "create", "Dashboard", "--expires-in-days", "90"]);
    let of_key =
        ["created_at", "expires_at", "hint", "id", "name", "revoked_at", "scopes", "state"];
    assert_eq!(names(&cli.json(&["key", "list"])["api_keys"][0]), of_key);
    assert_eq!(names(&key).len(), of_key.len() + 1);
    assert_eq!(names(&cli.json(&["migrate"])), ["applied", "database"]);
    assert_eq!(names(&cli.json(&["migrate", "--status"])), ["database", "pending"]);
    let setting = &cli.json(&["config", "print"])["settings"][0];
    assert_eq!(names(setting), ["name", "source", "value"]);
}

#[test]
fn no_command_tells_a_key_that_was_not_asked_for() {
    let cli = Cli::on_empty();
    cli.json(&["service", "add", "Checkout"]);
    let added = cli.json(&["integration", "add", "custom", "--generate-secret"]);
    let token = cli.json(&["key", "create", "Dashboard"])["token"].clone();
    let secrets = [&added["routing_key"], &added["secret"], &token];
    let check = |line: &[&str]| {
        for json in [false, true] {
            let line = if json { [&["--json"], line].concat() } else { line.to_vec() };
            let (_, out, err) = told(&cli.run(&line));
            for secret in secrets {
                let secret = secret.as_str().unwrap();
                assert!(!out.contains(secret) && !err.contains(secret), "{line:?}: {out}{err}");
            }
        }
    };
    check(&["integration", "list"]);
    check(&["integration", "show", "custom"]);
    check(&["integration", "disable", "custom"]);
    check(&["integration", "enable", "custom"]);
    check(&["integration", "set", "custom", "--rate-limit", "7"]);
    check(&["integration", "link", "custom", "SER-00001"]);
    check(&["integration", "unlink", "custom", "SER-00001"]);
    check(&["key", "list"]);
    check(&["service", "list"]);
    check(&["doctor"]);
    check(&["config", "print"]);
    check(&["migrate", "--status"]);
    check(&["send", "custom", "--list"]);
    check(&["send", "custom", "--url", "http://127.0.0.1:9"]);
    let key = added["routing_key"].as_str().unwrap();
    let (_, out, _) = told(&cli.run(&["integration", "show", "custom"]));
    assert!(out.contains(&format!("cu_…{}", key.get(31..).unwrap())), "its end is shown: {out}");
    let (_, out, _) = told(&cli.run(&["integration", "show", "custom", "--reveal"]));
    assert!(out.contains(key), "{out}");
}

#[test]
fn a_key_is_brought_along_if_it_is_long_and_secret_enough() {
    let cli = Cli::on_empty();
    cli.json(&["service", "add", "Checkout"]);
    let add = |key: &str| run_with(&cli, &["integration", "add", "custom", "--key", "-"], key);
    let check = |key: &str, expected: i32, says: &str| {
        let (code, out, err) = told(&add(key));
        assert_eq!(code, expected, "{key}: {out}{err}");
        assert!(format!("{out}{err}").contains(says), "{key}: {out}{err}");
    };
    check("a-key-of-19-letters", 1, "20");
    check("a-key-of-20-letters_\n", 0, "a-key-of-20-letters_");
    check("a-key-of-20-letters_", 1, "already used");
    check("a key with blanks in it", 1, "with others among them");
    check(&"k".repeat(200), 0, "kkk");
    check(&"k".repeat(201), 1, "200");
    // OpsKnight shows such ids openly: alone they prove nothing.
    check("clh1234567890abcdefghijkl", 1, "secret");
    let line =
        ["integration", "add", "custom", "--key", "clh1234567890abcdefghijkl", "--generate-secret"];
    assert_eq!(cli.run(&line).status.code(), Some(0));
    std::fs::write(cli.dir().join("key.txt"), "a-key-that-is-in-a-file\n").unwrap();
    let added = cli.json(&["integration", "add", "custom", "--key-file", "key.txt"]);
    assert_eq!(added["routing_key"], "a-key-that-is-in-a-file");
    let server = Server::builder_for(cli).start();
    let hook = format!("{}/webhooks/a-key-of-20-letters_", server.url);
    assert_eq!(server.post(&hook, &alert("a")).said(), "processed/created");
}

#[test]
fn a_service_keeps_the_key_that_it_brings() {
    let cli = Cli::on_empty();
    let check = |key: &str, field: &str, expected: &str| {
        let added = cli.json(&["service", "add", "Some", "--key", key]);
        assert_eq!(added[field], expected, "{key}: {added}");
    };
    check("SER-00042", "legacy_key", "SER-00042");
    check("ser-00007", "legacy_key", "SER-00007");
    check("svc_CHECKOUT1", "slug", "svc_CHECKOUT1");
    check("pay-roll", "slug", "pay-roll");
    let next = cli.json(&["service", "add", "Next"]);
    assert_eq!(next["legacy_key"], "SER-00045", "after the greatest: {next}");
    for taken in ["ser-00042", "PAY-ROLL", "svc_checkout1", next["service_key"].as_str().unwrap()] {
        let (code, error) = error(&cli, &["service", "add", "Other", "--key", taken]);
        assert_eq!((code, error["code"].as_str()), (1, Some("conflict")), "{taken}: {error}");
    }
    for odd in ["", "with blank", "ä", &"k".repeat(51)] {
        let (code, error) = error(&cli, &["service", "add", "Other", "--key", odd]);
        assert_eq!(code, 1, "{odd}: {error}");
        assert_eq!(error["details"][0]["path"], "key", "{odd}: {error}");
    }
}

#[test]
fn help_tells_every_command_and_exit_code() {
    let cli = Cli::on_empty();
    let help = text(&cli.run(&["--help"]).stdout);
    for word in [
        "serve",
        "migrate",
        "service",
        "integration",
        "key",
        "send",
        "doctor",
        "config",
        "  69  ",
        "  78  ",
    ] {
        assert!(help.contains(word), "{word}: {help}");
    }
    let help = text(&cli.run(&["integration", "--help"]).stdout);
    for word in ["add", "list", "show", "rotate", "disable", "enable", "disconnect", "reconnect"] {
        assert!(help.contains(word), "{word}: {help}");
    }
}
