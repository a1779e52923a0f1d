//! A group as one alert.

use std::fmt::Write as _;

use watchbell_model::{Action, Alert, DedupKey, SeverityAction, clean_opt};

use crate::LEVELS;
use crate::entry::{TRIGGER, labels_say, metadata, occurrence};
use crate::map::{Shared, fires};
use crate::text;
use crate::wire::Labels;

/// How many of a group's alerts the description lists.
const LISTED: usize = 20;

/// A group that is one problem.
pub(crate) struct Whole<'a> {
    /// The group's key at the source, which has no bound.
    pub(crate) key: &'a str,
    /// Whether no alert was cut off.
    pub(crate) complete: bool,
    /// What all listed alerts have.
    pub(crate) labels: &'a Labels<'a>,
    /// What all listed alerts have.
    pub(crate) annotations: &'a Labels<'a>,
}

impl Whole<'_> {
    /// The one alert of `alerts`; none if there are none.
    pub(crate) fn alert(&self, alerts: &[Alert], shared: &Shared<'_>) -> Option<Alert> {
        let first = alerts.first()?;
        let firing = alerts.iter().filter(|alert| fires(alert)).count();
        let key = DedupKey::digest(self.key);
        let (title, summary_is_whole) =
            text::title(self.labels, self.annotations, || self.name(&key));
        let mut alert = Alert::new(self.action(firing), title);
        alert.description = self.description(alerts, firing, summary_is_whole);
        let began = alerts
            .iter()
            .filter(|alert| firing == 0 || fires(alert))
            .filter_map(|alert| alert.detected_at)
            .min();
        alert.occurrence = began.map(|began| occurrence(key.as_str(), began));
        alert.detected_at = began;
        alert.dedup_key = Some(key);
        labels_say(&mut alert, self.labels, "commonLabels.service_id");
        if alert.severity.is_none() && alert.level.is_none() {
            worst(alerts, &mut alert);
        }
        alert.source_name.clone_from(&first.source_name);
        alert.source_url =
            shared.external_url.map(str::to_owned).or_else(|| first.source_url.clone());
        alert.group = shared.group;
        let organization = [("organization", shared.organization)];
        alert.metadata = metadata(self.labels, &alert, organization);
        Some(alert)
    }

    /// Open while any alert fires. Where alerts were cut off, some of those may fire though all
    /// that are listed are over: then nothing is known.
    fn action(&self, firing: usize) -> Action {
        match (firing, self.complete) {
            (0, true) => Action::Resolve,
            (0, false) => Action::Note { investigating: false },
            _ => Action::Trigger(TRIGGER),
        }
    }

    /// What stands for the title where the alerts share neither name nor summary.
    fn name(&self, key: &DedupKey) -> String {
        let mut name = "Alert group".to_owned();
        let mut gap = " ";
        for (label, value) in self.labels.iter().take(LISTED) {
            // Writing to a text does not fail.
            _ = write!(name, "{gap}{label}={value}");
            gap = ", ";
        }
        if self.labels.len() == 0 {
            name.extend([" ", key.as_str().get(..16).unwrap_or("")]);
        }
        name
    }

    /// The shared annotations, and the alerts where there are several.
    fn description(
        &self,
        alerts: &[Alert],
        firing: usize,
        summary_is_in_title: bool,
    ) -> Option<String> {
        let mut out = text::description(self.annotations, summary_is_in_title).unwrap_or_default();
        if alerts.len() > 1 && firing > 0 {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            _ = write!(out, "{firing} of {} alerts fire:", alerts.len());
            for alert in alerts.iter().filter(|alert| fires(alert)).take(LISTED) {
                _ = write!(out, "\n- {}", alert.title);
            }
            if firing > LISTED {
                out.push_str("\n- …");
            }
        }
        clean_opt(Some(out), Alert::MAX_DESCRIPTION_CHARS)
    }
}

/// Gives `group` the severity or level of the worst of its firing alerts: by the default levels;
/// one that these do not have counts less than all that open something.
fn worst(alerts: &[Alert], group: &mut Alert) {
    let rank = |alert: &&Alert| {
        let level = alert.level.as_deref();
        let is_it = |name: &str| level.is_some_and(|level| name.eq_ignore_ascii_case(level));
        let action = LEVELS.iter().find(|(name, _)| is_it(name)).map(|(_, action)| *action);
        match alert.severity.map(SeverityAction::Severity).or(action) {
            Some(SeverityAction::Severity(severity)) => severity.number(),
            None => 5,
            Some(SeverityAction::DoNotCreate) => 6,
        }
    };
    let named = |alert: &&Alert| alert.severity.is_some() || alert.level.is_some();
    if let Some(worst) = alerts.iter().filter(|a| fires(a)).filter(named).min_by_key(rank) {
        group.severity = worst.severity;
        group.level.clone_from(&worst.level);
    }
}
