//! Deliveries in which every text that the parser does not need is hostile.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use watchbell_model::{Action, Delivery, Headers};
use watchbell_provider::{Item, Options, Proof, Provider, Received, SampleContext};

use super::story::now_s;
use super::{Reply, Server, SnsOrigin, fixture};

/// What stands in every hostile text.
pub(crate) const MARK: &str = "onerror=pwned=1";

/// A text that would run, were it not text, in any place of a page. No two are the same, so that no
/// bound on how often something may come is met.
pub(crate) fn payload(tag: &str) -> String {
    format!("{tag}\"'><img src=x {MARK}><script>pwned=1</script>")
}

/// A request of a provider's sender.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    /// What it is, for messages.
    pub(crate) name: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
    /// What each hostile text in the body begins or goes on with; no two are the same.
    tags: Vec<String>,
}

impl Sent {
    /// The provider's samples that open an incident.
    pub(crate) fn samples(provider: &dyn Provider, nonce: &str) -> Vec<Self> {
        let now = watchbell_model::Timestamp::from_timestamp(now_s(), 0).unwrap();
        let context =
            SampleContext { service_key: "SER-00001".to_owned(), now, nonce: nonce.to_owned() };
        let sent = provider.samples(&context).into_iter().filter_map(|sample| {
            let headers = sample.headers.into_iter().map(|(name, text)| (name.to_owned(), text));
            let body = serde_json::from_str(&sample.body).ok()?;
            let name = format!("{} {}", provider.slug(), sample.name);
            Some(Self { name, headers: headers.collect(), body, tags: Vec::new() })
        });
        sent.filter(|sent| sent.opens(provider)).collect()
    }

    /// The recorded bodies of the provider's sender that open an incident.
    pub(crate) fn recorded(provider: &dyn Provider) -> Vec<Self> {
        let folder = std::fs::read_dir(fixture(provider.slug())).unwrap();
        let mut files: Vec<_> = folder.map(|file| file.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
        files.sort();
        let sent = files.into_iter().filter_map(|file| {
            let body = serde_json::from_slice(&std::fs::read(&file).unwrap()).ok()?;
            let text = std::fs::read_to_string(file.with_extension("headers")).unwrap_or_default();
            let headers = text.lines().filter_map(|line| line.split_once(": "));
            let headers = headers.map(|(name, text)| (name.to_owned(), text.to_owned()));
            let headers: Vec<_> = headers.collect();
            let name = format!("{} {}", provider.slug(), file.file_stem()?.to_str()?);
            Some(Self { name, headers, body, tags: Vec::new() }.about_the_demo(provider))
        });
        sent.filter(|sent| sent.opens(provider)).collect()
    }

    /// The same with the demo's service wherever it names one.
    fn about_the_demo(self, provider: &dyn Provider) -> Self {
        let Some(read) = self.read(provider) else { return self };
        let mut body = self.body;
        for item in read.items {
            if let Item::Alert(alert) = item
                && let Some(service) = alert.service
            {
                rename(&mut body, &service.text);
            }
        }
        Self { body, ..self }
    }

    /// The same, with every text replaced that can be, without its meaning another thing: one at a
    /// time, as long as the provider reads the same alerts of it. `whole` prefers a text instead of what
    /// stood there to one behind it.
    pub(crate) fn poisoned(&self, provider: &dyn Provider, tag: &str, whole: bool) -> Self {
        let meaning = self.meaning(provider);
        let mut chosen = BTreeMap::new();
        let places = Walk::over(&self.body, tag, &BTreeMap::new()).1;
        for place in 0..places {
            let ways = if whole { [Way::Whole, Way::Behind] } else { [Way::Behind, Way::Whole] };
            for way in ways {
                chosen.insert(place, way);
                let body = Walk::over(&self.body, tag, &chosen).0;
                if (Self { body, ..self.clone() }).meaning(provider) == meaning {
                    break;
                }
                chosen.remove(&place);
            }
        }
        assert!(!chosen.is_empty(), "{}: nothing of it can be hostile", self.name);
        let body = Walk::over(&self.body, tag, &chosen).0;
        let tags = chosen.keys().map(|place| Walk::tag(tag, *place)).collect();
        let mut sent = Self { body, tags, ..self.clone() };
        // What no parser reads, a page shows all the same.
        sent.headers.retain(|(name, _)| name != "user-agent");
        sent.headers.push(("user-agent".to_owned(), payload("agent")));
        sent.headers.push(("x-hostile".to_owned(), payload("header")));
        sent
    }

    /// What of it must stand on the page of its delivery: every hostile text that is sent.
    pub(crate) fn told(&self, provider: &dyn Provider) -> Vec<&str> {
        let sent = match provider.proof(&Options::new(&BTreeMap::new())) {
            // The envelope is made anew, around these two.
            Proof::Sns => format!("{} {}", self.body["Subject"], self.body["Message"]),
            _ => self.body.to_string(),
        };
        let tags: Vec<_> = self.tags.iter().filter(|tag| sent.contains(*tag)).collect();
        assert!(!tags.is_empty(), "{}: nothing hostile is sent", self.name);
        tags.into_iter().map(String::as_str).collect()
    }

    /// What of its first title is hostile, and so must stand on the page of the incident that it opens.
    pub(crate) fn title(&self, provider: &dyn Provider) -> Option<&str> {
        let read = self.read(provider)?;
        let title = read.items.iter().find_map(|item| match item {
            Item::Alert(alert) if matches!(alert.action, Action::Trigger(_)) => Some(&alert.title),
            _ => None,
        })?;
        self.tags.iter().find(|tag| title.contains(*tag)).map(String::as_str)
    }

    fn opens(&self, provider: &dyn Provider) -> bool {
        self.meaning(provider).is_some_and(|meaning| meaning.contains("trigger"))
    }

    fn read(&self, provider: &dyn Provider) -> Option<Received> {
        let delivery = Delivery {
            id: "dlv_00000000000000000000000000000001".parse().unwrap(),
            received_at: watchbell_model::Timestamp::from_timestamp(now_s(), 0).unwrap(),
            headers: Headers::new(self.headers.iter().map(|(name, text)| (name, text.as_str()))),
            body: self.body.to_string().into_bytes(),
        };
        provider.read(&delivery, &Options::new(&BTreeMap::new())).ok()
    }

    /// What the alerts of it come to, as far as it decides what they open; none if it is not read.
    fn meaning(&self, provider: &dyn Provider) -> Option<String> {
        let read = self.read(provider)?;
        let alerts = read.items.iter().map(|item| match item {
            Item::Alert(alert) => {
                let opens =
                    matches!(alert.action, Action::Trigger(_)) && alert.must_not_open.is_none();
                let action = if opens { "trigger" } else { alert.action.as_str() };
                let service = alert.service.as_ref().map(|one| one.text.clone());
                format!("{action} {service:?} {}", alert.test)
            }
            Item::Ignored { reason, .. } => reason.as_str().to_owned(),
        });
        let alerts: Vec<_> = alerts.collect();
        let opens = alerts.iter().any(|alert| alert.starts_with("trigger"));
        let alerts = if opens { alerts.join("; ") } else { String::new() };
        Some(format!("{alerts} {:?} {:?}", read.topic, read.installation.map(|one| one.id)))
    }

    /// Sends it to an address; what a notification service signs, is signed by `sns`.
    pub(crate) fn send(
        &self,
        provider: &dyn Provider,
        server: &Server,
        hook: &str,
        sns: &SnsOrigin,
    ) -> Reply {
        let mut body = self.body.clone();
        if provider.proof(&Options::new(&BTreeMap::new())) == Proof::Sns {
            let (subject, message) = (body["Subject"].as_str(), body["Message"].as_str().unwrap());
            let topic = SnsOrigin::topic("hostile");
            body = sns.notification(&topic, subject, message, 1);
        }
        let headers: Vec<_> =
            self.headers.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        server.post_bytes(hook, &headers, body.to_string().as_bytes())
    }
}

/// Names the demo's service wherever the body names this one.
fn rename(body: &mut Value, service: &str) {
    match body {
        Value::String(text) => *text = text.replace(service, "SER-00001"),
        Value::Array(items) => items.iter_mut().for_each(|item| rename(item, service)),
        Value::Object(fields) => fields.values_mut().for_each(|field| rename(field, service)),
        _ => {}
    }
}

/// How a text becomes hostile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Nothing of it stays.
    Whole,
    /// It stays in front.
    Behind,
}

/// A walk over every text and every map of texts in a body, in a fixed order.
struct Walk<'a> {
    tag: &'a str,
    chosen: &'a BTreeMap<usize, Way>,
    place: usize,
}

impl<'a> Walk<'a> {
    /// The body with what is chosen made hostile, and how many places there are.
    fn over(body: &Value, tag: &'a str, chosen: &'a BTreeMap<usize, Way>) -> (Value, usize) {
        let mut walk = Self { tag, chosen, place: 0 };
        let mut body = body.clone();
        walk.visit(&mut body);
        (body, walk.place)
    }

    /// What tells the text at this place from all others. The page of a text escapes what follows.
    fn tag(tag: &str, place: usize) -> String {
        format!("{tag}-{place}-")
    }

    fn next(&mut self) -> Option<(Way, String)> {
        let place = self.place;
        self.place += 1;
        let text = payload(&Self::tag(self.tag, place));
        self.chosen.get(&place).map(|way| (*way, text))
    }

    fn visit(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                // A body within the body.
                Ok(mut inner) if inner.is_object() => {
                    self.visit(&mut inner);
                    *text = inner.to_string();
                }
                _ => match self.next() {
                    Some((Way::Whole, hostile)) if text.starts_with("http") => {
                        *text = format!("javascript:pwned=1//{hostile}");
                    }
                    Some((Way::Whole, hostile)) => *text = hostile,
                    Some((Way::Behind, hostile)) => text.push_str(&hostile),
                    None => {}
                },
            },
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(item)),
            Value::Object(fields) => {
                let names: BTreeSet<_> = fields.keys().cloned().collect();
                for name in names {
                    self.visit(&mut fields[&name]);
                }
                // A name can be hostile, too.
                if let Some((_, hostile)) = self.next() {
                    fields.insert(hostile.clone(), Value::String(hostile));
                }
            }
            _ => {}
        }
    }
}
