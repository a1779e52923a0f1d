//! `watchbell send`: what a sender would send.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use watchbell_control::intake_url;
use watchbell_model::{RoutingKey, Secret, Timestamp};
use watchbell_provider::{Options, Provider, Sample, SampleContext};
use watchbell_providers::PROVIDERS;
use watchbell_signature::{HmacKey, sign};
use watchbell_vault::random;

use super::input::Input;
use super::{Failure, failed, open};
use crate::clock::system_clock;
use crate::config::Config;
use crate::out::{self, Out};

/// How long an answer may take: longer than the server itself waits.
const TIMEOUT: Duration = Duration::from_secs(30);
/// More than any answer has.
const MAX_ANSWER: u64 = 1024 * 1024;
/// The service that samples name when nothing says which: the first one of a fresh database.
const FIRST_SERVICE: &str = "SER-00001";

#[derive(Debug, Args)]
pub(super) struct SendArgs {
    /// The integration: its id or name, or its provider if it is the only one of it.
    #[arg(required_unless_present = "provider", conflicts_with = "provider")]
    integration: Option<String>,
    /// The sample. None: the one that opens an incident.
    #[arg(long = "sample", value_name = "SAMPLE", conflicts_with = "sample")]
    sample_flag: Option<String>,
    /// The sample. None: the one that opens an incident.
    sample: Option<String>,
    /// Show the samples instead of sending one.
    #[arg(long)]
    list: bool,
    /// Make it a new problem each time. Else it is the same one every time, so that a sample can
    /// be repeated, and resolved by another one.
    #[arg(long)]
    new: bool,
    /// How many to send, one after the other.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    count: u32,
    /// The service that the sample names, by any of its keys. None: the default service.
    #[arg(long, value_name = "SERVICE")]
    service: Option<String>,
    /// The server, like `https://watchbell.example`. None: the setting `server.public_url`.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Send as this provider, without looking into the database. Needs --key.
    #[arg(long, value_name = "PROVIDER")]
    provider: Option<String>,
    /// With --provider: the routing key, or - to read it from standard input.
    #[arg(long, value_name = "KEY", requires = "provider")]
    key: Option<String>,
    /// With --provider: the signing secret, or - to read it from standard input.
    #[arg(long, value_name = "SECRET", requires = "provider", conflicts_with = "secret_file")]
    secret: Option<String>,
    /// With --provider: read the signing secret from this file.
    #[arg(long, value_name = "PATH", requires = "provider")]
    secret_file: Option<PathBuf>,
}

/// Who sends, and for which service.
struct Sender {
    provider: &'static dyn Provider,
    key: Option<RoutingKey>,
    secret: Option<Secret>,
    service_key: String,
    /// Whether each sample is a new problem.
    is_new: bool,
    /// The integration's settings: they may say how it is signed.
    options: BTreeMap<String, String>,
}

/// The answer to one request.
struct Answer {
    status: u16,
    body: String,
}

pub(super) fn run(args: &SendArgs, config: &Config, out: Out) -> Result<(), Failure> {
    let sender = sender(args, config)?;
    let clock = system_clock();
    if args.list {
        list(&sender, clock.now(), out)?;
        return Ok(());
    }
    let key = sender.key.as_ref().ok_or_else(|| Failure::Usage("--key is missing".to_owned()))?;
    let base = args.url.clone().unwrap_or_else(|| config.server.public_url());
    let url = intake_url(&base, key);
    let agent = agent(TIMEOUT);
    let mut answers = Vec::new();
    for _ in 0..args.count {
        let now = clock.now();
        let sample = pick(&sender, args.sample.as_ref().or(args.sample_flag.as_ref()), now)?;
        let answer = post(&agent, &sender, &sample, url.expose(), now)
            .map_err(|e| Failure::Unavailable(no_answer(&base, &e)))?;
        if out == Out::People {
            out::line(&format!("{} {}\n{}", answer.status, sample.name, pretty(&answer.body)));
        }
        answers.push((sample.name, answer));
    }
    let is_taken = answers.iter().all(|(_, answer)| (200..300).contains(&answer.status));
    if out == Out::Programs {
        let items: Vec<_> = answers
            .iter()
            .map(|(name, answer)| {
                let body = parse(&answer.body).unwrap_or_else(|| answer.body.as_str().into());
                json!({"sample": name, "status": answer.status, "answer": body})
            })
            .collect();
        out.result(&json!({"answers": items}), String::new);
    }
    if is_taken { Ok(()) } else { Err(Failure::Told) }
}

/// An HTTP client that gives every answer as it is, and never sends a key to another address.
pub(super) fn agent(timeout: Duration) -> ureq::Agent {
    ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .into()
}

fn sender(args: &SendArgs, config: &Config) -> Result<Sender, Failure> {
    let input = Input::default();
    if let Some(name) = &args.provider {
        let provider = watchbell_providers::find(name).ok_or_else(|| {
            let slugs: Vec<_> = PROVIDERS.iter().map(|p| p.slug()).collect();
            Failure::Usage(format!("no provider {name:?}: expected one of {}", slugs.join(", ")))
        })?;
        let key = args.key.as_deref().map(|text| input.secret("--key", text)).transpose()?;
        let key = key.map(|key| {
            RoutingKey::parse(key.expose().trim())
                .ok_or_else(|| Failure::Usage("--key is no routing key".to_owned()))
        });
        let secret = match (&args.secret, &args.secret_file) {
            (Some(text), _) => Some(input.secret("--secret", text)?),
            (None, Some(path)) => Some(Input::file(path)?),
            (None, None) => None,
        };
        let service_key = args.service.clone().unwrap_or_else(|| FIRST_SERVICE.to_owned());
        return Ok(Sender {
            provider,
            key: key.transpose()?,
            secret,
            service_key,
            is_new: args.new,
            options: BTreeMap::new(),
        });
    }
    let reference = args.integration.as_deref().unwrap_or_default();
    let control = open(config)?.control;
    let opened = control.integration_credentials(reference)?;
    let slug = &opened.view.integration.provider;
    let provider = watchbell_providers::find(slug)
        .ok_or_else(|| Failure::Failed(format!("this version does not know provider {slug:?}")))?;
    let links = opened.view.links.iter().map(|link| &link.service);
    let service = opened.view.default_service.as_ref().into_iter().chain(links).next();
    let service_key = match (&args.service, service) {
        (Some(service), _) => service.clone(),
        (None, Some(service)) => service.key.to_string(),
        (None, None) => FIRST_SERVICE.to_owned(),
    };
    Ok(Sender {
        provider,
        key: Some(opened.routing_key),
        secret: opened.secret,
        service_key,
        is_new: args.new,
        options: opened.view.integration.options,
    })
}

fn samples(sender: &Sender, now: Timestamp) -> Result<Vec<Sample>, Failure> {
    let nonce = if sender.is_new {
        let bytes = random::<8>().map_err(|e| failed("cannot make a sample", &e))?;
        format!("{:016x}", u64::from_be_bytes(bytes))
    } else {
        "sample".to_owned()
    };
    let context = SampleContext { service_key: sender.service_key.clone(), now, nonce };
    Ok(sender.provider.samples(&context))
}

fn pick(sender: &Sender, wanted: Option<&String>, now: Timestamp) -> Result<Sample, Failure> {
    let samples = samples(sender, now)?;
    let names: Vec<_> = samples.iter().map(|sample| sample.name).collect();
    let missing = match wanted {
        Some(wanted) => format!("no sample {wanted:?}: expected one of {}", names.join(", ")),
        None => format!("{} has no samples", sender.provider.name()),
    };
    samples
        .into_iter()
        .find(|sample| wanted.is_none_or(|wanted| sample.name == wanted))
        .ok_or(Failure::Usage(missing))
}

fn list(sender: &Sender, now: Timestamp, out: Out) -> Result<(), Failure> {
    let samples = samples(sender, now)?;
    let items: Vec<_> = samples.iter().map(|s| json!({"name": s.name, "about": s.about})).collect();
    out.result(&json!({"samples": items}), || {
        let rows: Vec<_> =
            samples.iter().map(|s| vec![s.name.to_owned(), s.about.to_owned()]).collect();
        out::table(&["sample", "shows"], &rows)
    });
    Ok(())
}

fn post(
    agent: &ureq::Agent,
    sender: &Sender,
    sample: &Sample,
    url: &str,
    now: Timestamp,
) -> Result<Answer, ureq::Error> {
    let mut request = agent.post(url).header("user-agent", "watchbell-send");
    for (name, value) in &sample.headers {
        request = request.header(*name, value);
    }
    let body = sample.body.as_bytes();
    // An empty secret cannot be stored; one that is given here is treated as none.
    let key =
        sender.secret.as_ref().and_then(|secret| HmacKey::new(secret.expose().as_bytes()).ok());
    if let Some(key) = key {
        for (name, value) in
            sign(&sender.provider.proof(&Options::new(&sender.options)), &key, body, now)
        {
            request = request.header(name.as_ref(), value);
        }
    }
    let mut response = request.send(body)?;
    let mut text = Vec::new();
    response.body_mut().as_reader().take(MAX_ANSWER).read_to_end(&mut text)?;
    Ok(Answer {
        status: response.status().as_u16(),
        body: String::from_utf8_lossy(&text).into_owned(),
    })
}

/// Why there is no answer. Holds the server's address, never the path with the key.
pub(super) fn no_answer(base: &str, error: &ureq::Error) -> String {
    let why = match error {
        ureq::Error::BadUri(_) => "this is no address".to_owned(),
        other => other.to_string(),
    };
    format!("no answer from {base}: {why} (is the server running?)")
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn pretty(text: &str) -> String {
    parse(text).map_or_else(|| text.to_owned(), |value| format!("{value:#}"))
}
