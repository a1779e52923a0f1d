//! A real Alertmanager, as Debian packages it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::Client;

/// Long ago, so that no clock matters.
pub(crate) const STARTED: &str = "2024-01-01T00:00:00Z";
const ENDED: &str = "2024-01-01T01:00:00Z";

/// How an Alertmanager notifies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notify {
    /// At most so many alerts in a body; 0: all.
    pub(crate) max_alerts: u32,
    /// After how long it tells again what it has told, like `1s`.
    pub(crate) repeat: &'static str,
}

impl Default for Notify {
    fn default() -> Self {
        Self { max_alerts: 0, repeat: "1h" }
    }
}

/// A running Alertmanager with one receiver and groups by `alertname`. Killed when dropped.
#[derive(Debug)]
pub(crate) struct Alertmanager {
    url: String,
    client: Client,
    child: Child,
    _dir: TempDir,
}

impl Alertmanager {
    /// Starts one that notifies `webhook`.
    pub(crate) fn start(webhook: &str, notify: Notify) -> Self {
        let dir = TempDir::new().unwrap();
        let Notify { max_alerts, repeat } = notify;
        let config = format!(
            "route:
  receiver: watchbell
  group_by: [alertname]
  group_wait: 100ms
  group_interval: 500ms
  repeat_interval: {repeat}
receivers:
  - name: watchbell
    webhook_configs:
      - url: {webhook}
        max_alerts: {max_alerts}
"
        );
        let file = dir.path().join("alertmanager.yml");
        std::fs::write(&file, config).unwrap();
        let mut child = Command::new("prometheus-alertmanager")
            .arg(format!("--config.file={}", file.display()))
            .arg(format!("--storage.path={}", dir.path().join("data").display()))
            .args(["--cluster.listen-address=", "--web.listen-address=127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("prometheus-alertmanager is not installed: run ./scripts/test setup");
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut log = Vec::new();
        let address = lines.by_ref().find_map(|line| {
            let address =
                line.split_once("msg=\"Listening on\" address=").map(|(_, a)| a.to_owned());
            log.push(line);
            address
        });
        let address = address.unwrap_or_else(|| panic!("Alertmanager did not start: {log:#?}"));
        std::thread::spawn(move || lines.for_each(drop));
        Self { url: format!("http://{address}"), client: Client::new(), child, _dir: dir }
    }

    /// Tells it of alerts, as Prometheus does.
    pub(crate) fn tell(&self, alerts: &[Value]) {
        let url = format!("{}/api/v2/alerts", self.url);
        let headers = [("content-type", "application/json")];
        let body = Value::from(alerts).to_string();
        let reply = self.client.post(&url, &headers, body.as_bytes()).unwrap();
        assert_eq!(reply.status, 200, "{reply:?}");
    }

    /// The fingerprint that it gives to the only alert it has.
    pub(crate) fn fingerprint(&self) -> String {
        let url = format!("{}/api/v2/alerts", self.url);
        let alerts = self.client.get(&url, &[]).unwrap().json();
        assert_eq!(alerts.as_array().unwrap().len(), 1, "{alerts}");
        alerts[0]["fingerprint"].as_str().unwrap().to_owned()
    }

    /// One of its own counters about webhooks.
    pub(crate) fn counter(&self, name: &str) -> u64 {
        let text = self.client.get(&format!("{}/metrics", self.url), &[]).unwrap().body;
        let series = format!("{name}{{integration=\"webhook\"}} ");
        let value = text.lines().find_map(|line| line.strip_prefix(&series));
        value.map_or(0, |value| value.parse().unwrap())
    }
}

impl Drop for Alertmanager {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A firing alert with these labels.
pub(crate) fn firing(labels: &[(&str, &str)]) -> Value {
    let labels: serde_json::Map<String, Value> =
        labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect();
    json!({
        "labels": labels,
        "annotations": {
            "summary": "Latency is high",
            "description": "p99 is above 2 s.",
            "runbook_url": "https://runbooks.example/latency",
        },
        "startsAt": STARTED,
        "generatorURL": "http://prometheus.example/graph?g0.expr=latency",
    })
}

/// The same alert when it is over.
pub(crate) fn resolved(alert: &Value) -> Value {
    let mut alert = alert.clone();
    alert["endsAt"] = ENDED.into();
    alert
}
