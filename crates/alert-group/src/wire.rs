//! What Alertmanager and Grafana send, in their words; only what is used.

use std::borrow::Cow;

use watchbell_model::trim;
use watchbell_wire::{AnyText, Lenient, List, MapAccess, Name, Shape, Text};

use crate::MAX_ALERTS;
use crate::entry::Entry;

watchbell_wire::object! {
    /// The body.
    #[derive(Default)]
    pub(crate) struct Body<'a> {
        /// `firing` while any listed alert fires. Says nothing about those that were cut off.
        pub(crate) status: Text<'a> = "status",
        /// Grafana only: the organization's number.
        pub(crate) org_id: Text<'a> = "orgId",
        /// What all entries have, those that were cut off apart.
        pub(crate) common_labels: Labels<'a> = "commonLabels",
        /// What all entries have, those that were cut off apart.
        pub(crate) common_annotations: Labels<'a> = "commonAnnotations",
        /// Its entries.
        pub(crate) alerts: List<Entry, MAX_ALERTS> = "alerts",
        /// The sender's own address, for people.
        pub(crate) external_url: Text<'a> = "externalURL",
        /// Opaque and of any length.
        pub(crate) group_key: Text<'a> = "groupKey",
        /// How many alerts `max_alerts` cut off.
        pub(crate) truncated_alerts: Text<'a> = "truncatedAlerts",
    }
}

watchbell_wire::object! {
    /// One alert.
    #[derive(Debug, Default)]
    pub(crate) struct Alert<'a> {
        /// `firing` or `resolved`.
        pub(crate) status: Text<'a> = "status",
        pub(crate) labels: Labels<'a> = "labels",
        /// Can be empty when the alert is resolved.
        pub(crate) annotations: Labels<'a> = "annotations",
        /// RFC 3339; Go's zero time where there is none.
        pub(crate) starts_at: Text<'a> = "startsAt",
        /// Can be empty when the alert is resolved.
        pub(crate) generator_url: Text<'a> = "generatorURL",
        /// Sixteen hexadecimal digits over the labels.
        pub(crate) fingerprint: Text<'a> = "fingerprint",
        /// Grafana only.
        pub(crate) dashboard_url: Text<'a> = "dashboardURL",
        /// Grafana only.
        pub(crate) panel_url: Text<'a> = "panelURL",
        /// Grafana only.
        pub(crate) silence_url: Text<'a> = "silenceURL",
        /// Grafana only.
        pub(crate) image_url: Text<'a> = "imageURL",
        /// Grafana only, newer versions.
        pub(crate) rule_uid: Text<'a> = "ruleUID",
    }
}

/// Labels or annotations, sorted by name, each name once.
#[derive(Debug, Default)]
pub(crate) struct Labels<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de> Shape<'de> for Labels<'de> {
    fn from_map<A: MapAccess<'de>>(mut map: A) -> Result<Lenient<Self>, A::Error> {
        let mut labels = Self(Vec::with_capacity(8));
        while let Some((name, value)) = map.next_entry::<Name<'_>, _>()? {
            if let Lenient::Is(AnyText(value)) = value {
                labels.set(name.into_cow(), value);
            }
        }
        Ok(Lenient::Is(labels))
    }
}

impl<'a> Labels<'a> {
    fn set(&mut self, name: Cow<'a, str>, value: Cow<'a, str>) {
        // The senders sort by name: then each comes last.
        if self.0.last().is_none_or(|(last, _)| *last < name) {
            self.0.push((name, value));
            return;
        }
        match self.0.binary_search_by(|(other, _)| other.cmp(&name)) {
            Ok(place) => _ = self.0.get_mut(place).map(|entry| entry.1 = value),
            Err(place) => self.0.insert(place, (name, value)),
        }
    }

    /// The value of `name`, trimmed; none if it is blank.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        // One after the other: few are of the same length, and only those are compared.
        let (_, value) = self.0.iter().find(|(other, _)| other == name)?;
        Some(trim(value)).filter(|value| !value.is_empty())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
