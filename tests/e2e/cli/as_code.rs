//! Configuration as code: a file is applied, exported, and refused as a whole.

use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{error, run_with, text, told};
use crate::support::{Cli, NOTICED, Server, alert, eventually};

const MANUAL: &str = include_str!("../../../docs/configuration-as-code.md");
const SECRET: &str = "a secret from the environment";

/// The file in the manual.
fn example() -> &'static str {
    let (_, rest) = MANUAL.split_once("```yaml\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// An instance in which the manual's file can be applied.
fn prepare(cli: &Cli) {
    cli.json(&["user", "invite", "ada@example.com", "--name", "Ada"]);
    std::fs::write(cli.dir().join("watchbell.yaml"), example()).unwrap();
    std::fs::write(cli.dir().join("prometheus.key"), "am_from_another_system\n").unwrap();
}

fn run(cli: &Cli, line: &[&str]) -> Output {
    command(cli, line).output().unwrap()
}

fn command(cli: &Cli, line: &[&str]) -> Command {
    let mut command = cli.command(line);
    command.env("ERRORS_SECRET", SECRET).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn the_file_of_the_manual_is_planned_applied_and_acted_upon() {
    let server = Server::start();
    let cli = &server.cli;
    prepare(cli);
    let lines = "~ settings: default_severity none -> SEV3, organization_name none -> \"Example Ltd\"\n\
                 + team \"Payments\"\n\
                 + service \"Checkout\" (checkout)\n\
                 + service \"Ledger\" (ledger)\n\
                 + integration \"Errors\"\n\
                 + integration \"Prometheus\"\n\n";
    let planned = told(&run(cli, &["config", "plan", "-f", "watchbell.yaml"]));
    let end = "5 to add, 1 to change, 0 to remove; nothing was changed\n";
    assert_eq!(planned, (0, format!("{lines}{end}"), String::new()));
    let (code, applied, _) = told(&run(cli, &["config", "apply", "-f", "watchbell.yaml"]));
    assert_eq!(code, 0);
    assert!(applied.starts_with(&format!("{lines}5 added, 1 changed, 0 removed\n")), "{applied}");
    let again = told(&run(cli, &["config", "apply", "-f", "watchbell.yaml"]));
    let nothing = "nothing to do: everything is as the file says\n".to_owned();
    assert_eq!(again, (0, nothing, String::new()));

    let hook = format!("{}/webhooks/am_from_another_system", server.url);
    let group = crate::support::group("firing", &json!({"alertname": "Slow"}));
    let opened = eventually("the key is known", NOTICED, || {
        let reply = server.post(&hook, &group);
        (reply.status == 202).then_some(reply)
    });
    assert_eq!(opened.said(), "processed/created");
    let incident = &server.all("/api/v1/incidents")[0];
    let services = incident["services"].to_string();
    assert!(services.contains("Ledger"), "{incident}");
    assert_eq!(
        server.post(&server.hook("Errors"), &alert("a")).status,
        401,
        "it asks for a signature"
    );
}

#[test]
fn an_export_is_a_file_that_changes_nothing() {
    let server = Server::start();
    let cli = &server.cli;
    prepare(cli);
    assert!(run(cli, &["config", "apply", "-f", "watchbell.yaml"]).status.success());
    let export = text(&cli.run(&["config", "export"]).stdout);
    assert!(!export.contains(SECRET) && !export.contains("am_from_another_system"), "{export}");
    let applied = told(&run_with(cli, &["config", "apply", "--prune", "-f", "-"], &export));
    let nothing = "nothing to do: everything is as the file says\n".to_owned();
    assert_eq!(applied, (0, nothing, String::new()));
    let json = cli.json(&["config", "export"]);
    let done = run_with(cli, &["--json", "config", "apply", "-f", "-"], &json.to_string());
    let done: Value = serde_json::from_slice(&done.stdout).unwrap();
    let none = json!({"applied": true, "changed": false, "add": 0, "change": 0, "remove": 0, "changes": []});
    assert_eq!(done, none);

    let other = Cli::new();
    other.json(&["user", "invite", "ada@example.com", "--name", "Ada"]);
    let done = run_with(&other, &["config", "apply", "-f", "-"], &export);
    assert!(done.status.success(), "{done:?}");
    assert_eq!(text(&other.run(&["config", "export"]).stdout), export);
    other.assert_sound();
}

#[test]
fn a_file_that_is_wrong_changes_nothing_and_shows_no_secret() {
    let cli = Cli::new();
    prepare(&cli);
    let before = text(&cli.run(&["config", "export"]).stdout);
    let check = |file: &str, expected: &[(&str, &str)]| {
        std::fs::write(cli.dir().join("wrong.yaml"), file).unwrap();
        let (code, error) = error(&cli, &["config", "apply", "-f", "wrong.yaml"]);
        assert_eq!((code, &error["code"]), (1, &json!("validation_error")), "{error}");
        let problems = error["details"].as_array().unwrap().iter();
        let problems: Vec<_> = problems
            .map(|one| (one["path"].as_str().unwrap(), one["got"].as_str().unwrap()))
            .collect();
        assert_eq!(
            problems.iter().map(|one| one.0).collect::<Vec<_>>(),
            expected.iter().map(|one| one.0).collect::<Vec<_>>()
        );
        for ((path, got), (_, start)) in problems.iter().zip(expected) {
            assert!(got.starts_with(start), "{path}: {got}");
        }
        assert!(!error.to_string().contains("hunter2"), "{error}");
    };
    let variable = "integrations[0].signing_secrets[0].env";
    check(example(), &[(variable, "none of that name")]);
    check(
        &example().replace("prometheus.key", "nowhere.key"),
        &[(variable, "none"), ("integrations[1].routing_key.file", "No such file")],
    );
    check(
        &example().replace("- env: ERRORS_SECRET", "- hunter2"),
        &[("integrations[0].signing_secrets[0]", "a text")],
    );
    check("version: 1\nservices: [hunter2", &[("wrong.yaml:2:11", "")]);
    check("version: 1\nversion: 1\n", &[("wrong.yaml:2:1", "")]);
    check("", &[("version", "nothing")]);
    assert_eq!(text(&cli.run(&["config", "export"]).stdout), before);
    let (code, missing) = error(&cli, &["config", "plan", "-f", "nowhere.yaml"]);
    assert_eq!((code, &missing["code"]), (1, &json!("failed")), "{missing}");
    let (code, _, usage) = told(&cli.run(&["config", "apply"]));
    assert!(code == 2 && usage.contains("--file"), "{usage}");
}

#[test]
fn settings_are_shown_set_and_unset() {
    let cli = Cli::new();
    let none = json!({"organization_name": null, "default_severity": null, "reopen_days": null});
    assert_eq!(cli.json(&["settings", "show"]), none);
    let set = cli.json(&["settings", "set", "--organization-name", "Org", "--reopen-days", "3"]);
    let expected = json!({"organization_name": "Org", "default_severity": null, "reopen_days": 3, "changed": true});
    assert_eq!(set, expected);
    let set = cli.json(&[
        "settings",
        "set",
        "--unset",
        "organization-name",
        "--default-severity",
        "SEV4",
    ]);
    let expected = json!({"organization_name": null, "default_severity": "SEV4", "reopen_days": 3, "changed": true});
    assert_eq!(set, expected);
    assert_eq!(cli.json(&["settings", "set", "--reopen-days", "3"])["changed"], false);
    let both = ["settings", "set", "--reopen-days", "3", "--unset", "reopen-days"];
    for line in
        [&both[..], &["settings", "set"], &["settings", "set", "--default-severity", "high"]]
    {
        assert_eq!(told(&cli.run(line)).0, 2, "{line:?}");
    }
    let (code, wrong) = error(&cli, &["settings", "set", "--reopen-days", "9999"]);
    assert_eq!((code, &wrong["details"][0]["path"]), (1, &json!("reopen_days")));
}
