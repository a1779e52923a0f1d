//! What Alertmanager and Grafana send, in their words; only what is used.

use std::borrow::Cow;

use watchbell_wire::{AnyText, Lenient, List, MapAccess, Name, Shape, Text};

use crate::MAX_ALERTS;

watchbell_wire::object! {
    /// The body.
    #[derive(Debug, Default)]
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
        pub(crate) alerts: List<Alert<'a>, MAX_ALERTS> = "alerts",
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
        let mut entries = Vec::with_capacity(8);
        while let Some((name, value)) = map.next_entry::<Name<'_>, _>()? {
            if let Lenient::Is(AnyText(value)) = value {
                entries.push((name.into_cow(), value));
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
        // One after the other: few are of the same length, and only those are compared.
        let (_, value) = self.0.iter().find(|(other, _)| other == name)?;
        Some(value.trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}
