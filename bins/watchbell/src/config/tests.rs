use std::io;

use super::*;
use crate::settings::DEFAULT_TOML;

const DOCS: &str = include_str!("../../../../docs/configuration.md");

/// Loads with this file, these variables and these flags.
fn load_with(file: &str, variables: &[(&str, &str)], flags: &Flags) -> Result<Config, ConfigError> {
    let environment = variables.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    load(flags, &environment, |_| {
        if file.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(file.to_owned()) }
    })
}

/// Every problem, one a line.
fn problems(file: &str, variables: &[(&str, &str)], set: &[&str]) -> String {
    let set = set.iter().map(|entry| (*entry).to_owned()).collect();
    let error = load_with(file, variables, &Flags { set, ..Flags::default() }).unwrap_err();
    let lines: Vec<_> = error.0.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

#[test]
fn the_defaults_are_right_and_as_documented() {
    let config = load_with("", &[], &Flags::default()).unwrap();
    assert_eq!(config.server.public_url(), "http://127.0.0.1:3000");
    assert_eq!(config.intake.max_body_bytes, 10 * 1024 * 1024);
    assert_eq!(config.database.url.to_string(), "sqlite:data/watchbell.db");
    assert!(config.vault.key.is_none() && config.server.workers > 0);
    assert!(config.shown.iter().all(|shown| shown.source == "default"));
    let names: Vec<_> = config.shown.iter().map(|shown| shown.name.as_str()).collect();
    let defaults = Layer::toml("default", DEFAULT_TOML).unwrap();
    assert_eq!(names.len(), defaults.names().count());
    for shown in &config.shown {
        let row = format!("| `{}` | `{}` |", shown.name, shown.value.trim_matches('"'));
        let empty = format!("| `{}` | empty |", shown.name);
        assert!(DOCS.contains(&row) || DOCS.contains(&empty), "missing in the docs: {row}");
    }
    let documented = DOCS.lines().filter(|line| line.starts_with("| `")).count();
    assert_eq!(documented, names.len(), "the docs list something that is no setting");
}

#[test]
fn every_default_has_a_comment_before_it() {
    let lines: Vec<_> = DEFAULT_TOML.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ")) {
        assert!(pair[0].starts_with("# ") || pair[1].starts_with('#'), "no comment: {}", pair[1]);
    }
}

#[test]
fn file_then_environment_then_flags() {
    let file = "[server]\nlisten = \"127.0.0.1:1\"\nworkers = 2\n[log]\nformat = \"json\"";
    let variables =
        [("WATCHBELL__SERVER__LISTEN", "0.0.0.0:2"), ("WATCHBELL__LOG__FORMAT", "text")];
    let flags = Flags { listen: Some("0.0.0.0:3".to_owned()), ..Flags::default() };
    let config = load_with(file, &variables, &flags).unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.server.public_url(), "http://127.0.0.1:3");
    assert_eq!((config.server.workers, config.log.format), (2, LogFormat::Text));
    let source = |name| &config.shown.iter().find(|s| s.name == name).unwrap().source;
    assert_eq!(source("server.listen"), "--listen");
    assert_eq!(source("log.format"), "WATCHBELL__LOG__FORMAT");
    assert_eq!(source("server.workers"), "watchbell.toml");
    assert_eq!(source("log.filter"), "default");
}

#[test]
fn texts_from_outside_become_what_the_setting_is() {
    let variables = [
        ("WATCHBELL__SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("WATCHBELL__FIRST_RUN__DEMO", "false"),
        ("WATCHBELL__VAULT__KEY", "12345678"),
        ("WATCHBELL__ORGANIZATION__NAME", "42"),
    ];
    let config = load_with("", &variables, &Flags::default()).unwrap();
    let proxies = &config.server.trusted_proxies;
    assert_eq!(proxies[0].to_string(), "10.0.0.0/8");
    assert_eq!(proxies[1].to_string(), "::1/128");
    assert!(!config.first_run.demo);
    assert_eq!(config.organization.name, "42");
    assert_eq!(config.vault.key.map(|key| key.expose().to_owned()), Some("12345678".to_owned()));
}

#[cfg(not(feature = "postgres"))]
#[test]
fn without_postgres_the_command_that_builds_it_in_is_told() {
    let url = [("WATCHBELL__DATABASE__URL", "postgres://me:geheim@host/db")];
    let told = problems("", &url, &[]);
    assert!(told.contains("`cargo build --release --features postgres`"), "{told}");
    assert!(!told.contains("geheim"), "{told}");
}

#[cfg(feature = "postgres")]
#[test]
fn the_address_of_a_postgresql_database_is_one() {
    for scheme in ["postgres", "postgresql"] {
        let url = format!("{scheme}://me:geheim@host/db?sslmode=require");
        let variables = [("WATCHBELL__DATABASE__URL", url.as_str())];
        let config = load_with("", &variables, &Flags::default()).unwrap();
        let shown = config.database.url.to_string();
        assert_eq!(shown, format!("{scheme}://me@host/db?sslmode=require"));
        assert!(!format!("{config:?}").contains("geheim"), "{config:?}");
    }
}

#[test]
fn every_problem_is_told_at_once_with_its_source() {
    let file = "[server]\nworkers = \"four\"\n[databse]\nurl = \"x\"\n[intake]\nqueue_entries = 0";
    let variables = [("WATCHBELL__DATABASE__URL", "mysql://me:geheim@host/db")];
    let told = problems(file, &variables, &["log.format=yaml", "intake.max_in_flight_bytes=2000"]);
    let told = told.replace(typed::DATABASE_EXPECTED, "(an address)");
    assert_eq!(
        told,
        "databse.url: expected a known setting; did you mean database.url?, got an unknown name \
         (from watchbell.toml)\n\
         server.workers: expected a whole number from 0 to 1024, got \"four\" (from watchbell.toml)\n\
         intake.max_in_flight_bytes: expected at least intake.max_body_bytes, got 2000 (from --set)\n\
         intake.queue_entries: expected a whole number from 1 to 1000000, got 0 (from watchbell.toml)\n\
         database.url: expected (an address), got \"mysql://me:(hidden)@host/db\" (from \
         WATCHBELL__DATABASE__URL)\n\
         log.format: expected one of auto, text, json, got \"yaml\" (from --set)\n"
    );
}

#[test]
fn an_identity_provider_is_whole_or_not_there() {
    assert!(load_with("", &[], &Flags::default()).unwrap().oidc.is_none());
    let told = problems(
        "[oidc]\nclient_id = \"us\"\nclient_secret = \"geheim\"\nnew_user_role = \"owner\"",
        &[],
        &["oidc.name="],
    );
    assert_eq!(
        told,
        "oidc.name: expected 1 to 100 characters, got \"\" (from --set)\n\
         oidc.new_user_role: expected viewer, responder or admin, got \"owner\" (from watchbell.toml)\n\
         oidc.client_id: expected nothing while oidc.issuer is not set, got \"us\" (from watchbell.toml)\n\
         oidc.client_secret: expected nothing while oidc.issuer is not set, got (hidden) (from \
         watchbell.toml)\n"
    );
    let told = problems("", &[], &["oidc.issuer=https://id.example.com"]);
    assert!(
        told.contains("oidc.client_id: expected") && told.contains("oidc.client_secret:"),
        "{told}"
    );
    let told = problems("", &[], &["oidc.issuer=http://id.example.com"]);
    assert!(told.contains("oidc.issuer: expected https://"), "{told}");
    let both = ["oidc.issuer=https://id.example.com", "oidc.client_id=us", "oidc.client_secret=a"];
    let told = problems("", &[], &[&both[..], &["oidc.client_secret_file=b"]].concat());
    assert!(told.starts_with("oidc.client_secret_file: expected nothing"), "{told}");
    let set = both.map(str::to_owned).to_vec();
    let config = load_with("", &[], &Flags { set, ..Flags::default() }).unwrap();
    let oidc = config.oidc.unwrap();
    assert_eq!((oidc.name.as_str(), oidc.new_user_role), ("Single sign-on", None));
}

#[test]
fn secrets_are_never_shown() {
    let told = problems("vault = { key = 7 }", &[], &[]);
    assert_eq!(told, "vault.key: expected a text in quotes, got (hidden) (from watchbell.toml)\n");
    let told = problems("[vault]\nkey = \"geheim", &[], &[]);
    assert!(told.contains("TOML") && told.contains("line 2") && !told.contains("geheim"), "{told}");
    let set = vec!["vault.key=geheim".to_owned()];
    let config = load_with("", &[], &Flags { set, ..Flags::default() }).unwrap();
    assert!(!format!("{config:?}").contains("geheim"));
}

#[test]
fn odd_names_and_values_are_refused_with_advice() {
    for (set, part) in [
        ("server=3", "server: expected a section with server."),
        ("server.listen.port=3", "server.listen.port: expected"),
        ("zzz=1", "`watchbell config print` lists them"),
        ("a[0=1", "a[0: expected a known setting"),
        ("server.listen", "--set: expected section.key=value"),
        ("server.public_url=watchbell.example", "server.public_url: expected http://"),
        ("server.trusted_proxies=10.0.0.0/33", "server.trusted_proxies: expected a list"),
        ("database.url=data/watchbell.db", "like sqlite:data/watchbell.db"),
        ("database.url=sqlite::memory:", "like sqlite:data/watchbell.db"),
        ("vault.key_file=", "vault.key_file: expected the path of a file, got \"\""),
        ("intake.max_body_bytes=99999999999999999999", "a whole number from"),
    ] {
        let told = problems("", &[], &[set]);
        assert!(told.contains(part), "{set} gave {told}");
        assert_eq!(told.lines().count(), 1, "{set} gave {told}");
    }
}

#[test]
fn a_file_that_is_named_must_be_there() {
    let flags = Flags { file: Some("own.toml".into()), ..Flags::default() };
    let error = load_with("", &[], &flags).unwrap_err();
    assert!(error.0[0].to_string().starts_with("own.toml: expected a file that can be read"));
    let variables = [("WATCHBELL_CONFIG", "other.toml")];
    let error = load_with("", &variables, &Flags::default()).unwrap_err();
    assert_eq!(error.0[0].source.as_deref(), Some("WATCHBELL_CONFIG"));
}

#[test]
fn incidents_are_kept_as_long_as_any_deliveries_and_these_as_long_as_repeats_are_known() {
    let check = |set: &[&str], expected: &str| {
        let all = set.iter().map(|entry| format!("retention.{entry}")).collect();
        let result = load_with("", &[], &Flags { set: all, ..Flags::default() });
        let lines = result.map_or_else(|error| error.0, |_| Vec::new());
        let lines: Vec<_> = lines.iter().map(ToString::to_string).collect();
        assert_eq!(lines.join("; "), expected, "{set:?}");
    };
    check(&["incidents_days=365"], "");
    check(&["incidents_days=0", "failed_days=0", "ignored_days=8"], "");
    let longer = "retention.incidents_days: expected 0, or at least as many days as any deliveries are kept, got";
    check(&["incidents_days=364"], &format!("{longer} 364 (from --set)"));
    check(&["failed_days=0"], &format!("{longer} 730 (from default)"));
    check(
        &["ignored_days=7"],
        "retention.ignored_days: expected 0, or more days than retention.remembered_days, got 7 (from --set)",
    );
    check(&["duplicate_days=1", "rejected_days=1"], "");
}
