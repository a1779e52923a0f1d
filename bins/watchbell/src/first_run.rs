//! What a person needs after the first start: addresses, keys, and a `curl` that works.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use watchbell_control::{Demo, IntegrationCreated, LinkMade, intake_url};
use watchbell_model::Timestamp;
use watchbell_provider::{Sample, SampleContext, ServicePolicy};

use crate::out;

/// Where the keys of the first run went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Told {
    /// To the person at the terminal.
    Terminal,
    /// Into this file, because a log is no place for keys.
    File(PathBuf),
}

/// Shows `demo` once: on the terminal if there is one, else in `file`, readable by its owner only.
pub(crate) fn tell(
    demo: &Demo,
    owner: &LinkMade,
    public_url: &str,
    file: &Path,
    now: Timestamp,
) -> io::Result<Told> {
    let text = text(demo, owner, public_url, now);
    if io::stdout().is_terminal() {
        out::line(&text);
        return Ok(Told::Terminal);
    }
    write(file, &text)?;
    Ok(Told::File(file.to_owned()))
}

/// The text about `demo`. Holds secrets.
fn text(demo: &Demo, owner: &LinkMade, public_url: &str, now: Timestamp) -> String {
    let base = public_url.trim_end_matches('/');
    let api_key = demo.api_key.token.expose();
    let mut lines = vec!["Watchbell is set up. What is written here is shown once.".to_owned()];
    lines.push(format!(
        "\nBecome the first owner (works once, until {}):\n\n  {}",
        out::time(owner.expires_at),
        owner.url(base).expose()
    ));
    lines.push("\nServices:".to_owned());
    for service in &demo.services {
        lines.push(format!("  {}  {}  {}", service.legacy_key, service.key, service.name));
    }
    lines.push("\nIntake addresses (an address is a password):".to_owned());
    for created in &demo.integrations {
        let url = intake_url(base, &created.routing_key);
        lines.push(format!("  {}: {}", created.view.integration.name, url.expose()));
    }
    if let Some(curl) = demo_curl(demo, base, now) {
        lines.push(format!("\nOpen an incident:\n\n{curl}"));
    }
    lines.push(format!(
        "\nList the incidents:\n\ncurl -s -H 'Authorization: Bearer {api_key}' {base}/api/v1/incidents"
    ));
    lines.push(format!(
        "\nAPI key (everything that can be read): {api_key}\n\n\
         Next:\n  \
         watchbell service add NAME             add a service of yours\n  \
         watchbell integration add PROVIDER     add a sender\n  \
         watchbell send INTEGRATION             send a sample\n  \
         watchbell doctor                       look for what is wrong\n"
    ));
    lines.join("\n")
}

/// A `curl` that opens an incident: the first sample of the provider that people write by hand.
fn demo_curl(demo: &Demo, base: &str, now: Timestamp) -> Option<String> {
    let provider_of = |created: &IntegrationCreated| {
        watchbell_providers::find(&created.view.integration.provider)
    };
    let by_hand = |created: &&IntegrationCreated| {
        provider_of(created).is_some_and(|p| p.service_policy() == ServicePolicy::AnyActive)
    };
    let created = demo.integrations.iter().find(by_hand).or(demo.integrations.first())?;
    let context = SampleContext {
        service_key: demo.services.first()?.legacy_key.to_string(),
        now,
        nonce: "first-run".to_owned(),
    };
    let sample = provider_of(created)?.samples(&context).into_iter().next()?;
    Some(curl(&sample, intake_url(base, &created.routing_key).expose()))
}

fn curl(sample: &Sample, url: &str) -> String {
    let mut text = "curl -s".to_owned();
    for (name, value) in &sample.headers {
        let _ = write!(text, " -H {}", quoted(&format!("{name}: {value}")));
    }
    let _ = write!(text, " \\\n  --data {} \\\n  {}", quoted(&sample.body), quoted(url));
    text
}

/// `text` as one word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Writes `file` anew, with mode 0600 from the first byte on.
fn write(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
        fs::create_dir_all(folder)?;
    }
    match fs::remove_file(file) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    new.write_all(text.as_bytes())?;
    new.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn quoting_survives_the_shell() {
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }

    #[test]
    fn the_file_is_the_owners_alone_even_if_it_was_open_before() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/first-run.txt");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "old").unwrap();
        write(&file, "new").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
