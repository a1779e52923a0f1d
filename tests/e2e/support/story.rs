//! The words that stories about answers are told in: what is sent, what came of it, what the event
//! log says.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Cli, Reply, Server, eventually, eventually_every, raw};

/// How soon a running server notices what a command has changed: a second, and as much again because
/// the machine that runs the tests is busy.
pub(crate) const NOTICED: Duration = Duration::from_secs(2);

/// The least that opens an incident, with a key.
pub(crate) fn alert(dedup_key: &str) -> Value {
    json!({"title": "Disk full", "service_id": "SER-00001", "dedup_key": dedup_key})
}

/// `body` with one field set, or taken away by null.
pub(crate) fn with(mut body: Value, field: &str, value: impl Into<Value>) -> Value {
    body[field] = value.into();
    body
}

/// What Alertmanager sends about one alert with these labels.
pub(crate) fn group(status: &str, labels: &Value) -> Value {
    let fingerprint = labels
        .to_string()
        .bytes()
        .fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    json!({
        "version": "4", "groupKey": format!("{{}}:{labels}"), "status": status, "receiver": "tests",
        "groupLabels": {}, "commonLabels": labels, "commonAnnotations": {}, "truncatedAlerts": 0,
        "externalURL": "http://alertmanager.example:9093",
        "alerts": [{
            "status": status, "labels": labels, "annotations": {"summary": "it is slow"},
            "startsAt": "2026-11-21T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example:9090/graph",
            "fingerprint": format!("{fingerprint:016x}"),
        }],
    })
}

/// Seconds since 1970.
pub(crate) fn now_s() -> i64 {
    now_ms() / 1_000
}

/// Milliseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "a sender reads its own clock")]
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// The HMAC-SHA256 of `text` in hexadecimal, by openssl: not by what is tested.
pub(crate) fn hmac(secret: &str, text: &str) -> String {
    use std::io::Write;

    let mut child = Command::new("openssl")
        .args(["dgst", "-sha256", "-hmac", secret])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let line = String::from_utf8(output.stdout).unwrap();
    line.split_whitespace().next_back().unwrap().to_owned()
}

impl Reply {
    /// The facts of a success: `outcome/reason`.
    pub(crate) fn said(&self) -> String {
        let data = self.data();
        format!("{}/{}", data["outcome"].as_str().unwrap(), data["reason"].as_str().unwrap())
    }

    /// The facts of an error: `status code`.
    pub(crate) fn refused(&self) -> String {
        format!("{} {}", self.status, self.error()["code"].as_str().unwrap())
    }

    /// The number of the first alert's incident.
    pub(crate) fn incident(&self) -> String {
        self.data()["alerts"][0]["incident_number"].as_str().unwrap().to_owned()
    }

    /// The paths of an error's details, in order.
    pub(crate) fn paths(&self) -> Vec<String> {
        let error = self.error();
        let details = error["details"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        for detail in details {
            for field in ["path", "expected", "got"] {
                assert!(detail[field].is_string(), "{self:?}");
            }
        }
        details.iter().map(|d| d["path"].as_str().unwrap().to_owned()).collect()
    }
}

impl Cli {
    /// Adds an integration of `provider` with these flags, and gives its address at `server`.
    pub(crate) fn add(&self, provider: &str, name: &str, flags: &[&str]) -> Value {
        let mut line = vec!["integration", "add", provider, "--name", name];
        line.extend(flags);
        self.json(&line)
    }
}

impl Server {
    /// Adds an integration while the server runs, and waits until its address answers.
    pub(crate) fn add(&self, provider: &str, name: &str, flags: &[&str]) -> String {
        let added = self.cli.add(provider, name, flags);
        let url = format!("{}/webhooks/{}", self.url, added["routing_key"].as_str().unwrap());
        self.status_of_get_becomes(&url, 405);
        url
    }

    /// Waits until a GET of an intake address is answered so: 405 of a connected integration, 404 of
    /// a key that is not known. It proves nothing and stores nothing but itself. Who tries a key that is
    /// not known may do so sixty times a minute; here it is some twenty times at most.
    pub(crate) fn status_of_get_becomes(&self, url: &str, status: u16) {
        let pause = Duration::from_millis(100);
        eventually_every(pause, &format!("{status} at an address"), NOTICED, || {
            (self.client.get(url, &[]).unwrap().status == status).then_some(())
        });
    }

    /// A request with any method and headers, in bytes of our own.
    pub(crate) fn speak(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let path = url.strip_prefix(&self.url).unwrap_or(url);
        let mut lines = vec![
            format!("{method} {path} HTTP/1.1"),
            format!("host: {}", self.address()),
            "connection: close".to_owned(),
        ];
        let is_length = |name: &str| matches!(name, "content-length" | "transfer-encoding");
        if !headers.iter().any(|(name, _)| is_length(name)) {
            lines.push(format!("content-length: {}", body.len()));
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        let request = format!("{}\r\n\r\n", lines.join("\r\n"));
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        heard(&raw(self.address(), &bytes))
    }

    /// An incident with its timeline.
    pub(crate) fn incident(&self, number: &str) -> Value {
        self.api(&format!("/api/v1/incidents/{number}")).data()
    }

    /// A delivery of the event log with headers, body and trace.
    pub(crate) fn delivery(&self, id: &Value) -> Value {
        self.api(&format!("/api/v1/deliveries/{}", id.as_str().unwrap())).data()
    }

    /// The newest delivery with this reason, as soon as the event log has it: refusals are written
    /// after their answer.
    pub(crate) fn newest(&self, reason: &str) -> Value {
        let path = format!("/api/v1/deliveries?reason={reason}");
        eventually(reason, Duration::from_secs(5), || {
            let found = self.api(&path).data()["items"][0]["delivery_id"].clone();
            found.is_string().then(|| self.delivery(&found))
        })
    }
}

/// What came back, as far as it is read; an interim answer is passed over.
fn heard(text: &str) -> Reply {
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    if status == 100 {
        return heard(body);
    }
    let headers = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    Reply { status, headers, body: body.to_owned() }
}
