//! Exit codes 1, 2, 69 and 78, and what is said with them.

use std::os::unix::fs::PermissionsExt;

use super::{error, told};
use crate::support::Cli;

#[test]
fn what_is_refused_is_1_and_what_makes_no_sense_is_2() {
    let cli = Cli::new();
    cli.json(&["service", "add", "Checkout"]);
    cli.json(&["integration", "add", "custom"]);
    let check = |line: &[&str], expected: i32, code: &str| {
        let (exit, error) = error(&cli, line);
        assert_eq!((exit, error["code"].as_str().unwrap()), (expected, code), "{line:?}: {error}");
    };
    check(&["integration", "show", "nowhere"], 1, "not_found");
    check(&["integration", "add", "custom", "--service", "nowhere"], 1, "validation_error");
    check(&["integration", "link", "custom", "nowhere"], 1, "not_found");
    check(&["key", "revoke", "nowhere"], 1, "not_found");
    check(&["service", "add", ""], 1, "validation_error");
    check(&["integration", "add", "custom", "--secret", "short"], 1, "validation_error");
    check(&["integration", "enable", "nowhere"], 1, "not_found");
    let usage = |line: &[&str]| {
        let (code, out, err) = told(&cli.run(line));
        assert_eq!(code, 2, "{line:?}: {out}{err}");
        assert!(out.is_empty() && !err.is_empty(), "{line:?}: {out}{err}");
    };
    usage(&["nonsense"]);
    usage(&["service"]);
    usage(&["service", "add"]);
    usage(&["service", "add", "x", "--severity", "SEV9"]);
    usage(&["service", "add", "x", "--type", "toaster"]);
    usage(&["integration", "add", "custom", "--rate-limit", "many"]);
    usage(&["integration", "rotate", "custom", "--grace", "-1"]);
    usage(&["integration", "link", "custom", "SER-00001", "--map", "warning"]);
    usage(&["integration", "link", "custom", "SER-00001", "--map", "warning=SEV9"]);
    usage(&["integration", "secret", "remove", "custom"]);
    usage(&["integration", "secret", "remove", "custom", "nonsense"]);
    usage(&["key", "create", "x", "--scope", "everything"]);
    usage(&["key", "create", "x", "--expires-in-days", "0"]);
    usage(&["send"]);
    usage(&["send", "custom", "nonsense"]);
    usage(&["send", "--provider", "nonsense", "--list"]);
    usage(&["--set"]);
}

#[test]
fn a_wrong_configuration_is_78_with_every_problem() {
    let cli = Cli::new();
    let wrong = "
        [server]
        listen = \"everywhere\"
        public_url = \"ftp://x\"
        worker = 3
        [intake]
        max_body_bytes = 1
        [incidents]
        default_severity = \"high\"
        [log]
        format = \"xml\"
        [nonsense]
        key = 1
    ";
    std::fs::write(cli.dir().join("watchbell.toml"), wrong).unwrap();
    let expected = [
        "server.listen",
        "server.public_url",
        "server.worker",
        "intake.max_body_bytes",
        "incidents.default_severity",
        "log.format",
        "nonsense",
    ];
    for line in [vec![], vec!["serve"], vec!["config", "check"], vec!["service", "list"]] {
        let (code, out, err) = told(&cli.run(&line));
        assert_eq!(code, 78, "{line:?}: {out}{err}");
        for setting in expected {
            assert!(err.contains(setting), "{line:?} {setting}: {err}");
        }
        assert!(err.contains("did you mean server.workers?"), "{err}");
    }
    let (code, error) = error(&cli, &["config", "check"]);
    assert_eq!(code, 78);
    assert_eq!(error["details"].as_array().unwrap().len(), expected.len(), "{error}");
    let left: Vec<_> = std::fs::read_dir(cli.dir()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing was made: {left:?}");
}

#[test]
fn every_place_of_a_setting_is_checked_and_named() {
    let cli = Cli::new();
    let check = |line: &[&str], variable: Option<(&str, &str)>, says: &str| {
        let mut command = cli.command(line);
        command.envs(variable);
        let (code, out, err) = told(&command.output().unwrap());
        assert_eq!(code, 78, "{line:?}: {out}{err}");
        assert!(err.contains(says), "{line:?} {says}: {err}");
    };
    let line = ["config", "check"];
    check(&["config", "check", "--listen", "x"], None, "--listen");
    check(&["config", "check", "--database", "mysql://h/d"], None, "database.url");
    check(&["config", "check", "--config", "nowhere.toml"], None, "nowhere.toml");
    check(&["config", "check", "--set", "server.workers=many"], None, "--set");
    check(&line, Some(("WATCHBELL__SERVER__WORKERS", "-1")), "WATCHBELL__SERVER__WORKERS");
    check(&line, Some(("WATCHBELL__SERVER__WORKER", "1")), "did you mean");
    check(&line, Some(("WATCHBELL_CONFIG", "nowhere.toml")), "nowhere.toml");
    std::fs::write(cli.dir().join("watchbell.toml"), "[vault]\nkey = \"geheim\n").unwrap();
    check(&line, None, "watchbell.toml");
    let (_, _, err) = told(&cli.run(&line));
    assert!(!err.contains("geheim"), "{err}");
}

#[cfg(not(feature = "postgres"))]
#[test]
fn without_postgres_its_address_is_78_for_the_server_too_and_tells_no_password() {
    let cli = Cli::new();
    for scheme in ["postgres", "postgresql"] {
        let url = format!("{scheme}://user:geheim@127.0.0.1/db");
        for line in [vec![], vec!["serve"], vec!["doctor"], vec!["migrate"]] {
            let line = [line.as_slice(), &["--database", &url]].concat();
            let (code, out, err) = told(&cli.run(&line));
            // The doctor tells what is wrong, and that something is, is its 1.
            let expected = if line.first() == Some(&"doctor") { 1 } else { 78 };
            assert_eq!(code, expected, "{line:?}: {out}{err}");
            assert!(format!("{out}{err}").contains("--features postgres"), "{line:?}: {out}{err}");
            assert!(!format!("{out}{err}").contains("geheim"), "{line:?}: {out}{err}");
        }
    }
}

#[test]
fn print_shows_where_each_setting_is_from_and_no_secret() {
    let cli = Cli::new();
    std::fs::write(cli.dir().join("watchbell.toml"), "[log]\nformat = \"text\"\n").unwrap();
    let key = "00".repeat(32);
    let mut command = cli.command(&["--json", "config", "print", "--set", "server.workers=3"]);
    command.env("WATCHBELL__VAULT__KEY", &key).env("WATCHBELL__DATABASE__READERS", "2");
    let (code, out, err) = told(&command.output().unwrap());
    assert_eq!(code, 0, "{err}");
    assert!(!out.contains(&key), "{out}");
    let printed: serde_json::Value = serde_json::from_str(&out).unwrap();
    let check = |name: &str, value: &str, source: &str| {
        let settings = printed["settings"].as_array().unwrap();
        let found = settings.iter().find(|setting| setting["name"] == name).unwrap();
        assert_eq!(found["value"].as_str().unwrap(), value, "{found}");
        assert!(found["source"].as_str().unwrap().contains(source), "{found}");
    };
    check("vault.key", "(hidden)", "WATCHBELL__VAULT__KEY");
    check("database.readers", "2", "WATCHBELL__DATABASE__READERS");
    check("server.workers", "3", "--set");
    check("log.format", "\"text\"", "watchbell.toml");
    check("intake.max_body_bytes", "10485760", "default");
}

#[test]
fn a_master_key_that_others_can_read_is_refused() {
    let cli = Cli::new();
    cli.json(&["integration", "add", "custom"]);
    let path = cli.dir().join("data/master.key");
    let mode = |mode: u32| {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for open in [0o640, 0o604, 0o660, 0o644] {
        mode(open);
        for line in [vec!["integration", "list"], vec!["serve", "--listen", "127.0.0.1:0"]] {
            let (code, out, err) = told(&cli.run(&line));
            assert_eq!(code, 1, "{open:o} {line:?}: {out}{err}");
            assert!(err.contains("chmod 600"), "{open:o} {line:?}: {err}");
        }
        let (code, out, _) = told(&cli.run(&["doctor"]));
        assert!(code == 1 && out.contains("FAIL  master key"), "{out}");
    }
    for closed in [0o600, 0o400] {
        mode(closed);
        cli.json(&["integration", "list"]);
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_69() {
    let cli = Cli::on_empty();
    std::fs::create_dir(cli.dir().join("folder")).unwrap();
    let (code, _) = error(&cli, &["service", "list", "--database", "sqlite:folder"]);
    assert_eq!(code, 69);
    let (code, _) = error(&cli, &["service", "list", "--set", "database.migrate=false"]);
    assert_eq!(code, 69);
}
