//! `watchbell doctor`: looks for what is wrong, and changes nothing.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use watchbell_control::Control;
use watchbell_model::error_chain;
use watchbell_store::checks::Check;
use watchbell_store::{Finding, Store};

use super::Failure;
use super::send::{agent, no_answer};
use super::vault;
use crate::clock::{system_clock, system_ids};
use crate::config::{Config, ConfigError, DatabaseUrl};
use crate::out::{self, Out};
use crate::stores;

/// How long the server may take to answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The most findings of a database that are listed.
const MAX_FINDINGS: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl Verdict {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "FAIL",
        }
    }
}

/// What was looked at and found.
#[derive(Debug, Default)]
struct Report(Vec<(Verdict, &'static str, String)>);

impl Report {
    fn add(&mut self, verdict: Verdict, what: &'static str, text: impl Into<String>) {
        self.0.push((verdict, what, text.into()));
    }

    fn ok(&mut self, what: &'static str, text: impl Into<String>) {
        self.add(Verdict::Ok, what, text);
    }

    fn warn(&mut self, what: &'static str, text: impl Into<String>) {
        self.add(Verdict::Warn, what, text);
    }

    fn fail(&mut self, what: &'static str, text: impl Into<String>) {
        self.add(Verdict::Fail, what, text);
    }
}

pub(super) fn run(config: &Result<Config, ConfigError>, out: Out) -> Result<(), Failure> {
    let mut report = Report::default();
    match config {
        Ok(config) => {
            report.ok("configuration", "every setting is right");
            key_file(config, &mut report);
            database(config, &mut report);
            addresses(config, &mut report);
            first_run_file(config, &mut report);
        }
        Err(error) => {
            for problem in &error.0 {
                report.fail("configuration", problem.to_string());
            }
        }
    }
    let is_failed = report.0.iter().any(|(verdict, ..)| *verdict == Verdict::Fail);
    let items: Vec<_> = report
        .0
        .iter()
        .map(|(verdict, what, text)| {
            json!({"verdict": verdict.word().to_lowercase(), "check": what, "text": text})
        })
        .collect();
    out.result(&json!({"ok": !is_failed, "checks": items}), || {
        let width = report.0.iter().map(|(_, what, _)| what.len()).max().unwrap_or(0);
        let lines = report.0.iter().map(|(verdict, what, text)| {
            format!("{:<4}  {what:<width$}  {text}\n", verdict.word())
        });
        lines.collect()
    });
    if is_failed { Err(Failure::Told) } else { Ok(()) }
}

fn key_file(config: &Config, report: &mut Report) {
    const WHAT: &str = "master key";
    if config.vault.key.is_some() {
        return report.ok(WHAT, "set by vault.key; keep a copy apart from the database");
    }
    let path = &config.vault.key_file;
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(metadata) => match metadata.permissions().mode() & 0o777 {
            mode if (mode | 0o700) == 0o700 => {
                report.ok(WHAT, format!("{shown} is its owner's alone"));
            }
            mode => report.fail(
                WHAT,
                format!("{shown} is open to others (mode {mode:03o}): run `chmod 600 {shown}`"),
            ),
        },
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            report.warn(WHAT, format!("{shown} is not there yet: the first start makes it"));
        }
        Err(e) => report.fail(WHAT, format!("{shown} cannot be looked at: {e}")),
    }
}

fn database(config: &Config, report: &mut Report) {
    const WHAT: &str = "database";
    let shown = match &config.database.url {
        DatabaseUrl::Sqlite(path) if !path.exists() => {
            // Opening would make it.
            let text = format!("{} is not there yet: the first start makes it", path.display());
            return report.warn(WHAT, text);
        }
        DatabaseUrl::Sqlite(path) => path.display().to_string(),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(options) => options.shown(),
    };
    let opened = match stores::open(&config.database) {
        Ok(opened) => opened,
        Err(e) => {
            let why = error_chain(&e);
            return report.fail(WHAT, format!("{shown} cannot be opened: {why}"));
        }
    };
    match opened.migrations_pending() {
        Ok(pending) if pending.is_empty() => report.ok(WHAT, format!("{shown} is up to date")),
        Ok(pending) => {
            let count = pending.len();
            let text = format!("{shown} lacks {count} migrations: run `watchbell migrate`");
            // Otherwise the next start does it.
            let verdict = if config.database.migrate { Verdict::Warn } else { Verdict::Fail };
            return report.add(verdict, WHAT, text);
        }
        Err(e) => {
            return report.fail(WHAT, format!("{shown} does not answer: {}", error_chain(&e)));
        }
    }
    match opened.trouble() {
        Ok(trouble) => trouble.into_iter().for_each(|text| report.fail(WHAT, text)),
        Err(e) => report.fail(WHAT, format!("{shown} does not answer: {}", error_chain(&e))),
    }
    let store = opened.store();
    let checked = out::patiently("checking the content of the database", || store.check());
    match checked {
        Ok(findings) if findings.is_empty() => report.ok("content", "every promise holds"),
        Ok(findings) => {
            broken(&findings, report);
            if findings.len() > MAX_FINDINGS {
                let more = findings.len().saturating_sub(MAX_FINDINGS);
                report.fail("content", format!("and {more} more; keep a copy of the database"));
            }
        }
        Err(e) => report.fail("content", format!("could not be checked: {}", error_chain(&e))),
    }
    secrets(config, &store, report);
}

/// Lists what is wrong with the content; what to do stands at the first of each kind.
fn broken(findings: &[Finding], report: &mut Report) {
    let mut told = "";
    for Finding { check, what } in findings.iter().take(MAX_FINDINGS) {
        let mut text = format!("{check}: {what}");
        if let Some(kind) = Check::named(check).filter(|_| told != *check) {
            text.push_str(". ");
            text.push_str(kind.advice);
            told = check;
        }
        report.fail("content", text);
    }
}

/// Whether the master key opens what is sealed. Makes no key.
fn secrets(config: &Config, store: &Arc<dyn Store>, report: &mut Report) {
    const WHAT: &str = "secrets";
    if config.vault.key.is_none() && !config.vault.key_file.exists() {
        match store.config_load() {
            Ok(stored) if stored.routing_keys.is_empty() && stored.signing_secrets.is_empty() => {}
            Ok(_) => report.fail(
                WHAT,
                "the master key is gone, and the database holds secrets sealed with it: put it \
                 back from your copy",
            ),
            Err(e) => report.fail(WHAT, error_chain(&e)),
        }
        return;
    }
    let vault = match stores::vault(&config.vault, &**store) {
        Ok((vault, _)) => vault,
        Err(e) => return report.fail(WHAT, error_chain(&e)),
    };
    let Ok(ids) = system_ids() else {
        return report.fail(WHAT, "the system gives no random numbers");
    };
    let control = Control::new(Arc::clone(store), Arc::new(vault), system_clock(), ids);
    match control.vault_status() {
        Ok(status) if !status.unreadable.is_empty() => {
            report.fail(WHAT, vault::advice(&status).unwrap_or_default());
        }
        Ok(status) => {
            report.ok(WHAT, "the master key opens every routing key and signing secret");
            if let Some(advice) = vault::advice(&status) {
                report.warn(WHAT, advice);
            }
        }
        Err(e) => report.fail(WHAT, error_chain(&e)),
    }
}

fn addresses(config: &Config, report: &mut Report) {
    let base = config.server.public_url();
    if base.starts_with("https://") {
        report.ok("public_url", format!("{base} is encrypted"));
    } else {
        report.warn(
            "public_url",
            format!(
                "{base} is not https: routing keys can be read on the way; put a proxy with TLS in \
                 front and set server.public_url"
            ),
        );
    }
    match agent(TIMEOUT).get(format!("{base}/readyz")).call() {
        Ok(answer) if answer.status().is_success() => {
            report.ok("server", format!("{base} is ready"));
        }
        Ok(answer) => report.fail(
            "server",
            format!(
                "{base}/readyz answers {}: look into the server's log, or whether another program \
                 answers there",
                answer.status().as_u16()
            ),
        ),
        Err(e) => report.fail("server", format!("{}; start it: `watchbell`", no_answer(&base, &e))),
    }
}

fn first_run_file(config: &Config, report: &mut Report) {
    let file: &Path = &config.first_run.file;
    if file.exists() {
        report.warn(
            "first run",
            format!("{} still holds keys: keep them elsewhere and delete it", file.display()),
        );
    }
}
