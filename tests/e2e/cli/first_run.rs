//! The first start: a demo, an address, a `curl` that works; once, however many start.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Cli, Server, eventually};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn keys_are_in_a_file_for_the_owner_only_and_its_commands_work() {
    let server = Server::start();
    let data = server.cli.dir().join("data");
    assert_eq!(mode(&data.join("first-run.txt")), 0o600);
    assert_eq!(mode(&data.join("master.key")), 0o600);
    let text = std::fs::read_to_string(data.join("first-run.txt")).unwrap();
    for integration in ["custom", "alertmanager"] {
        let key = server.cli.routing_key(integration);
        assert!(text.contains(&key), "{text}");
        let log = std::fs::read_to_string(server.cli.dir().join("server.log")).unwrap();
        assert!(!log.contains(&key), "{log}");
    }
    // The paragraphs that are commands, as a person would paste them.
    let commands: Vec<_> = text.split("\n\n").filter(|part| part.starts_with("curl")).collect();
    assert_eq!(commands.len(), 2, "{text}");
    let answers = commands.iter().map(|command| -> Value {
        let output = Command::new("bash").args(["-c", command]).output().unwrap();
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|e| panic!("{e}: {command}: {output:?}"))
    });
    let answers: Vec<_> = answers.collect();
    assert_eq!(answers[0]["data"]["reason"], "created", "{answers:?}");
    let number = &answers[0]["data"]["alerts"][0]["incident_number"];
    assert_eq!(&answers[1]["data"]["items"][0]["incident_number"], number, "{answers:?}");
}

#[test]
fn the_demo_is_made_once_and_never_again() {
    let mut server = Server::start();
    let services = server.all("/api/v1/services");
    let keys: Vec<_> = services.iter().map(|s| s["legacy_key"].as_str().unwrap()).collect();
    assert_eq!(keys, ["SER-00001", "SER-00002"]);
    server.kill();
    std::fs::remove_file(server.cli.dir().join("data/first-run.txt")).unwrap();
    server.restart();
    assert_eq!(server.all("/api/v1/services").len(), 2);
    assert!(!server.cli.dir().join("data/first-run.txt").exists());
}

#[test]
fn an_instance_can_begin_empty() {
    let server = Server::builder().set("first_run.demo", "false").start();
    assert!(server.all("/api/v1/services").is_empty());
    assert!(!server.cli.dir().join("data/first-run.txt").exists());
}

#[test]
fn without_arguments_it_serves() {
    let cli = Cli::new();
    let mut command = cli.command(&["--listen", "127.0.0.1:0"]);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let first = cli.dir().join("data/first-run.txt");
    eventually("the first run is told", Duration::from_secs(20), || first.exists().then_some(()));
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn servers_and_commands_that_start_at_once_make_one_demo() {
    let cli = Cli::new();
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starting: Vec<_> =
            (0..3).map(|_| scope.spawn(|| Server::builder_for(cli.clone()).start())).collect();
        let asking: Vec<_> =
            (0..3).map(|_| scope.spawn(|| cli.run(&["integration", "list"]))).collect();
        for asked in asking {
            let output = asked.join().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        starting.into_iter().map(|started| started.join().unwrap()).collect()
    });
    let services = &cli.json(&["service", "list"])["services"];
    assert_eq!(services.as_array().unwrap().len(), 2, "{services}");
    let integrations = cli.json(&["integration", "list"])["integrations"].clone();
    let mut providers: Vec<_> =
        integrations.as_array().unwrap().iter().map(|i| i["provider"].as_str().unwrap()).collect();
    providers.sort_unstable();
    let mut each: Vec<_> = watchbell_providers::PROVIDERS.iter().map(|p| p.slug()).collect();
    each.sort_unstable();
    assert_eq!(providers, each, "{integrations}");
    let key = cli.routing_key("custom");
    for server in &servers {
        let hook = format!("{}/webhooks/{key}", server.url);
        eventually("each knows the key", Duration::from_secs(5), || {
            (server.post(&hook, &crate::support::alert("a")).status == 202).then_some(())
        });
    }
    let incidents = servers[0].all("/api/v1/incidents");
    assert_eq!(incidents.len(), 1, "three servers, one incident: {incidents:?}");
    let text = std::fs::read_to_string(cli.dir().join("data/first-run.txt")).unwrap();
    assert!(text.contains(&key), "the file holds the keys that live: {text}");
    cli.assert_sound();
}
