//! A notification service of the tests' own: it signs as Amazon does, with a key that it makes
//! itself, serves the certificate, and takes confirmations.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use tempfile::TempDir;
use watchbell_model::Timestamp;

use super::story::now_ms;

/// What is at the address of the certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Served {
    /// The certificate of the key that signs.
    Certificate,
    /// One that has expired, of the same key.
    Expired,
    /// One that is made out to somebody else, of the same key.
    WrongName,
    /// The right one, and the same once more after it.
    TwoBlocks,
    /// A page that says that the service is away: status 503.
    Away,
}

impl Served {
    const fn file(self) -> Option<&'static str> {
        match self {
            Self::Certificate => Some("good.pem"),
            Self::Expired => Some("expired.pem"),
            Self::WrongName => Some("wrong-name.pem"),
            Self::TwoBlocks => Some("two.pem"),
            Self::Away => None,
        }
    }
}

/// The service, on a free port, until the test ends.
pub(crate) struct SnsOrigin {
    address: SocketAddr,
    folder: TempDir,
    state: Arc<Mutex<State>>,
    messages: AtomicU64,
}

struct State {
    served: Served,
    /// Whether confirmations succeed.
    confirms: bool,
    asked: Vec<String>,
}

impl SnsOrigin {
    /// Where it serves its certificate.
    pub(crate) const CERTIFICATE_PATH: &str = "/SimpleNotificationService-watchbell.pem";
    /// What its certificate is made out to.
    pub(crate) const CERTIFICATE_NAME: &str = "sns.watchbell.test";
    /// A token as it sends it.
    pub(crate) const TOKEN: &str =
        "2336412f37fb687f5d51e6e2425929f52e8e353134fe72d55ef8b330217d82da";

    /// Makes its key and its certificates, and starts it.
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_certificates(folder.path());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = State { served: Served::Certificate, confirms: true, asked: Vec::new() };
        let state = Arc::new(Mutex::new(state));
        let (shared, pems) = (Arc::clone(&state), folder.path().to_owned());
        thread::spawn(move || {
            for stream in listener.incoming() {
                // Whoever hangs up early learns nothing; the next one is served.
                drop(answer(&stream.unwrap(), &shared, &pems));
            }
        });
        Self { address, folder, state, messages: AtomicU64::new(0) }
    }

    /// One that signs, but is reached nowhere.
    pub(crate) fn gone() -> Self {
        // Nothing listens at the port that is reserved for a service that nobody has.
        Self { address: SocketAddr::from(([127, 0, 0, 1], 1)), ..Self::start() }
    }

    /// As it stands in the configuration: scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its port.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Serves something else as its certificate from now on.
    pub(crate) fn serve(&self, served: Served) {
        self.state.lock().unwrap().served = served;
    }

    /// Whether confirmations succeed from now on, or get status 500.
    pub(crate) fn confirm(&self, confirms: bool) {
        self.state.lock().unwrap().confirms = confirms;
    }

    /// What it was asked for so far: paths with their queries.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    /// The topics of which a subscription was confirmed with the token that was sent.
    pub(crate) fn confirmed(&self) -> Vec<String> {
        let wanted = format!("&Token={}", Self::TOKEN);
        let topic = |asked: &String| {
            let rest = asked.strip_prefix("/?Action=ConfirmSubscription&TopicArn=")?;
            Some(rest.strip_suffix(&wanted)?.to_owned())
        };
        self.asked().iter().filter_map(topic).collect()
    }

    /// The name of a topic in a region that Amazon has not.
    pub(crate) fn topic(name: &str) -> String {
        format!("arn:aws:sns:local:000000000000:{name}")
    }

    /// The question whether to subscribe to `topic`, signed with `version`.
    pub(crate) fn question(&self, topic: &str, version: u8) -> Value {
        self.asking("SubscriptionConfirmation", topic, version)
    }

    /// The news that the subscription to `topic` has ended, signed with `version`.
    pub(crate) fn ended(&self, topic: &str, version: u8) -> Value {
        self.asking("UnsubscribeConfirmation", topic, version)
    }

    fn asking(&self, kind: &str, topic: &str, version: u8) -> Value {
        let token = Self::TOKEN;
        let url =
            format!("{}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}", self.origin());
        self.signed(
            json!({
                "Type": kind,
                "MessageId": self.message_id(),
                "Token": token,
                "TopicArn": topic,
                "Message": format!("About {topic}.\nSee the SubscribeURL."),
                "SubscribeURL": url,
                "Timestamp": now(),
            }),
            version,
        )
    }

    /// A message on `topic`, signed with `version`.
    pub(crate) fn notification(
        &self,
        topic: &str,
        subject: Option<&str>,
        message: &str,
        version: u8,
    ) -> Value {
        let mut envelope = json!({
            "Type": "Notification",
            "MessageId": self.message_id(),
            "TopicArn": topic,
            "Message": message,
            "Timestamp": now(),
        });
        if let Some(subject) = subject {
            envelope["Subject"] = subject.into();
        }
        self.signed(envelope, version)
    }

    /// An alarm's change of state: `state` is `ALARM`, `OK` or `INSUFFICIENT_DATA`, `at` the time
    /// of the change, like `2026-11-21T12:00:00.000+0000`.
    pub(crate) fn alarm(&self, topic: &str, name: &str, state: &str, at: &str) -> Value {
        let message = json!({
            "AlarmName": name,
            "AlarmDescription": null,
            "AWSAccountId": "000000000000",
            "NewStateValue": state,
            "NewStateReason": "Threshold Crossed",
            "StateChangeTime": at,
            "Region": "local",
            "AlarmArn": format!("arn:aws:cloudwatch:local:000000000000:alarm:{name}"),
            "OldStateValue": "OK",
            "OKActions": [topic],
            "AlarmActions": [topic],
            "InsufficientDataActions": [topic],
            "Trigger": {"MetricName": "Errors", "Namespace": "Test", "Dimensions": []},
        });
        let subject = format!("{state}: \"{name}\" in local");
        self.notification(topic, Some(&subject), &message.to_string(), 1)
    }

    /// `envelope` with its signature (replacing one that is there) and what goes with it.
    pub(crate) fn signed(&self, mut envelope: Value, version: u8) -> Value {
        let asks = envelope["Type"] != "Notification";
        let names: &[&str] = if asks {
            &["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        } else {
            &["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]
        };
        let fields = names.iter().filter_map(|name| Some([name, envelope[*name].as_str()?]));
        let mut text = fields.flatten().collect::<Vec<_>>().join("\n");
        text.push('\n');
        envelope["Signature"] = self.signature(&text, version).into();
        envelope["SignatureVersion"] = version.to_string().into();
        let url = format!("{}{}", self.origin(), Self::CERTIFICATE_PATH);
        envelope["SigningCertURL"] = url.into();
        if !asks {
            let topic = envelope["TopicArn"].as_str().unwrap_or_default().to_owned();
            let url = format!("{}/?Action=Unsubscribe&SubscriptionArn={topic}:1", self.origin());
            envelope["UnsubscribeURL"] = url.into();
        }
        envelope
    }

    /// An id that no other message has.
    fn message_id(&self) -> String {
        let number = self.messages.fetch_add(1, Ordering::SeqCst);
        format!("{:08x}-0000-4000-8000-{number:012x}", self.port())
    }

    fn signature(&self, text: &str, version: u8) -> String {
        let digest = if version == 1 { "-sha1" } else { "-sha256" };
        let mut process = Command::new("sh")
            .args(["-c", "openssl dgst \"$0\" -sign key.pem | openssl base64 -A", digest])
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success() && !output.stdout.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

/// This moment, as the service writes it.
fn now() -> String {
    let now = Timestamp::from_timestamp_millis(now_ms()).unwrap();
    now.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Answers one request.
fn answer(mut stream: &TcpStream, state: &Mutex<State>, pems: &Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let (served, confirms) = {
        let mut state = state.lock().unwrap();
        state.asked.push(target.clone());
        (state.served, state.confirms)
    };
    let is_certificate = target == SnsOrigin::CERTIFICATE_PATH;
    let (status, body) = match served.file() {
        Some(file) if is_certificate => ("200 OK", std::fs::read(pems.join(file))?),
        None if is_certificate => ("503 Service Unavailable", b"away".to_vec()),
        _ if target.starts_with("/?Action=ConfirmSubscription&") && confirms => {
            let arn = "arn:aws:sns:local:000000000000:topic:1";
            let body = format!(
                "<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>{arn}\
                 </SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>"
            );
            ("200 OK", body.into_bytes())
        }
        _ => ("500 Internal Server Error", b"no".to_vec()),
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}

/// Makes one key and the certificates of it.
fn make_certificates(folder: &Path) {
    let script = "set -e
        openssl req -new -nodes -newkey rsa:2048 -subj /CN=test -keyout key.pem -out request.csr
        make() {
            printf 'subjectAltName=DNS:%s\\nbasicConstraints=critical,CA:FALSE\\n' \"$2\" > extensions
            openssl x509 -req -in request.csr -signkey key.pem -days \"$3\" -extfile extensions -out \"$1\"
        }
        make good.pem \"$0\" 30
        make expired.pem \"$0\" -1
        make wrong-name.pem other.example 30
        cat good.pem good.pem > two.pem";
    let output = Command::new("sh")
        .args(["-c", script, SnsOrigin::CERTIFICATE_NAME])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
