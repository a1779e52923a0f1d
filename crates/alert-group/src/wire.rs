//! What Alertmanager and Grafana send, in their words; only what is used.
//!
//! Written by hand rather than derived: a field that is there twice (the last one counts, as in Go)
//! or has another type must not lose the alerts beside it.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess, SeqAccess};
use serde_json::error::Category;

use crate::lenient::{LabelText, Lenient, Shape, Text};
use crate::{GroupError, MAX_ALERTS};

/// The body.
#[derive(Debug, Default)]
pub(crate) struct Body<'a> {
    /// `firing` while any listed alert fires. Says nothing about those that were cut off.
    pub(crate) status: Lenient<Text<'a>>,
    pub(crate) alerts: Lenient<Alerts<'a>>,
    /// The sender's own address, for people.
    pub(crate) external_url: Lenient<Text<'a>>,
    /// Opaque and of any length.
    pub(crate) group_key: Lenient<Text<'a>>,
    /// How many alerts `max_alerts` cut off.
    pub(crate) truncated_alerts: Lenient<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum BodyKey {
    Status,
    Alerts,
    #[serde(rename = "externalURL")]
    ExternalUrl,
    GroupKey,
    TruncatedAlerts,
    #[serde(other)]
    Other,
}

impl<'de> Shape<'de> for Body<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut body = Self::default();
        while let Some(key) = map.next_key()? {
            match key {
                BodyKey::Status => body.status = map.next_value()?,
                BodyKey::Alerts => body.alerts = map.next_value()?,
                BodyKey::ExternalUrl => body.external_url = map.next_value()?,
                BodyKey::GroupKey => body.group_key = map.next_value()?,
                BodyKey::TruncatedAlerts => body.truncated_alerts = map.next_value()?,
                BodyKey::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Lenient::Is(body))
    }
}

/// The list of alerts.
#[derive(Debug)]
pub(crate) struct Alerts<'a> {
    /// The first [`MAX_ALERTS`].
    pub(crate) list: Vec<Lenient<Alert<'a>>>,
    /// How many there are.
    pub(crate) found: usize,
}

impl<'de> Shape<'de> for Alerts<'de> {
    fn from_seq<A: SeqAccess<'de>>(mut seq: A) -> Result<Lenient<Self>, A::Error> {
        let mut list = Vec::new();
        while list.len() < MAX_ALERTS {
            match seq.next_element()? {
                Some(alert) => list.push(alert),
                None => {
                    return Ok(Lenient::Is(Self { found: list.len(), list }));
                }
            }
        }
        let mut found = list.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            found = found.saturating_add(1);
        }
        Ok(Lenient::Is(Self { list, found }))
    }
}

/// One alert.
#[derive(Debug, Default)]
pub(crate) struct Alert<'a> {
    /// `firing` or `resolved`.
    pub(crate) status: Lenient<Text<'a>>,
    pub(crate) labels: Lenient<Labels<'a>>,
    /// Can be empty when the alert is resolved.
    pub(crate) annotations: Lenient<Labels<'a>>,
    /// RFC 3339; Go's zero time where there is none.
    pub(crate) starts_at: Lenient<Text<'a>>,
    /// Can be empty when the alert is resolved.
    pub(crate) generator_url: Lenient<Text<'a>>,
    /// Sixteen hexadecimal digits over the labels.
    pub(crate) fingerprint: Lenient<Text<'a>>,
    /// Grafana only.
    pub(crate) dashboard_url: Lenient<Text<'a>>,
    /// Grafana only.
    pub(crate) panel_url: Lenient<Text<'a>>,
    /// Grafana only.
    pub(crate) silence_url: Lenient<Text<'a>>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum AlertKey {
    Status,
    Labels,
    Annotations,
    StartsAt,
    #[serde(rename = "generatorURL")]
    GeneratorUrl,
    Fingerprint,
    #[serde(rename = "dashboardURL")]
    DashboardUrl,
    #[serde(rename = "panelURL")]
    PanelUrl,
    #[serde(rename = "silenceURL")]
    SilenceUrl,
    #[serde(other)]
    Other,
}

impl<'de> Shape<'de> for Alert<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut alert = Self::default();
        while let Some(key) = map.next_key()? {
            match key {
                AlertKey::Status => alert.status = map.next_value()?,
                AlertKey::Labels => alert.labels = map.next_value()?,
                AlertKey::Annotations => alert.annotations = map.next_value()?,
                AlertKey::StartsAt => alert.starts_at = map.next_value()?,
                AlertKey::GeneratorUrl => alert.generator_url = map.next_value()?,
                AlertKey::Fingerprint => alert.fingerprint = map.next_value()?,
                AlertKey::DashboardUrl => alert.dashboard_url = map.next_value()?,
                AlertKey::PanelUrl => alert.panel_url = map.next_value()?,
                AlertKey::SilenceUrl => alert.silence_url = map.next_value()?,
                AlertKey::Other => _ = map.next_value::<IgnoredAny>()?,
            }
        }
        Ok(Lenient::Is(alert))
    }
}

/// Labels or annotations, sorted by name, each name once.
#[derive(Debug, Default)]
pub(crate) struct Labels<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Shape<'de> for Labels<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut entries = Vec::with_capacity(8);
        while let Some((Name(name), value)) = map.next_entry()? {
            if let Lenient::Is(LabelText(value)) = value {
                entries.push((name, value));
            }
        }
        // The senders sort already; then this only looks once.
        entries.sort_by(|(a, _), (b, _)| a.cmp(b));
        entries.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        Ok(Lenient::Is(Self(entries)))
    }
}

impl Labels<'_> {
    /// The value of `name`, trimmed; none if it is blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let place = self.0.binary_search_by(|(n, _)| (**n).cmp(name)).ok()?;
        self.0.get(place).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

/// The body in this text.
pub(crate) fn parse(body: &str) -> Result<Body<'_>, GroupError> {
    let got = match serde_json::from_str(body) {
        Ok(Lenient::Is(body)) => return Ok(body),
        Ok(Lenient::Odd(kind)) => kind.to_owned(),
        Ok(Lenient::Absent) => "null".to_owned(),
        Err(_) if body.trim().is_empty() => "an empty body".to_owned(),
        Err(error) if error.classify() == Category::Eof => {
            format!("JSON that is cut off ({error})")
        }
        Err(error) => format!("something that is not JSON ({error})"),
    };
    Err(GroupError::NotAGroup { got })
}
