//! The command line: before the server was ever started, while it runs, and when something is wrong.

mod as_code;
mod before;
mod first_run;
mod running;
mod samples;
mod wrong;

use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::Cli;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Exit code, standard output and standard error.
fn told(output: &Output) -> (i32, String, String) {
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

/// Runs a command that reads `input`.
fn run_with(cli: &Cli, line: &[&str], input: &str) -> Output {
    use std::io::Write;

    let mut command = cli.command(line);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that is refused may end before it has read anything.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    child.wait_with_output().unwrap()
}

/// The error that a command ends with, as programs see it, and its exit code.
fn error(cli: &Cli, line: &[&str]) -> (i32, Value) {
    let mut all = vec!["--json"];
    all.extend(line);
    let (code, out, err) = told(&cli.run(&all));
    assert!(out.is_empty(), "{line:?}: {out}");
    let json: Value = serde_json::from_str(&err).unwrap_or_else(|e| panic!("{e}: {line:?}: {err}"));
    let error = json["error"].clone();
    assert!(error["code"].is_string() && error["message"].is_string(), "{line:?}: {err}");
    (code, error)
}

/// The names of an object's fields, sorted.
fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
