//! How long things are kept.

use std::time::Duration;

use chrono::TimeDelta;
use watchbell_model::{Outcome, Timestamp};
use watchbell_store::{Class, Expiry};

use crate::settings::Settings;

/// How long what was accepted is kept for rate limits: their 60 seconds, and as much again, since
/// servers' clocks differ.
const ACCEPTED: TimeDelta = TimeDelta::minutes(2);

/// Section `retention`.
#[derive(Debug, Clone)]
pub(crate) struct Retention {
    /// Deliveries with their outcome. None: for ever.
    deliveries: Vec<(Outcome, Option<TimeDelta>)>,
    /// Incidents, from their end on. None: for ever.
    incidents: Option<TimeDelta>,
    /// Jobs that were given up. None: for ever.
    dead_jobs: Option<TimeDelta>,
    /// Deploys and pushed commits. None: for ever.
    deploys: Option<TimeDelta>,
    /// Senders' delivery ids and source clocks, and requests to the API.
    pub(crate) remembered: TimeDelta,
}

impl Retention {
    /// Reads the section.
    pub(crate) fn read(s: &mut Settings) -> Self {
        let remembered: i64 = s.number("retention.remembered_days", 1..=3650);
        let mut deliveries = Vec::new();
        let mut longest = Some(0);
        for outcome in Outcome::ALL {
            let name = format!("retention.{outcome}_days");
            let days = days(s, &name);
            // A remembered id answers a repeat with what became of the first delivery.
            let repeated = matches!(outcome, Outcome::Processed | Outcome::Ignored);
            if repeated && days.is_some_and(|days| days <= remembered) {
                s.problem(&name, "0, or more days than retention.remembered_days");
            }
            longest = longest.zip(days).map(|(one, other)| one.max(other));
            deliveries.push((outcome, days.map(TimeDelta::days)));
        }
        let incidents = days(s, "retention.incidents_days");
        if incidents.is_some_and(|days| longest.is_none_or(|longest| days < longest)) {
            let expected = "0, or at least as many days as any deliveries are kept";
            s.problem("retention.incidents_days", expected);
        }
        let incidents = incidents.map(TimeDelta::days);
        let dead_jobs = days(s, "retention.dead_jobs_days").map(TimeDelta::days);
        let deploys = days(s, "retention.deploys_days").map(TimeDelta::days);
        Self { deliveries, incidents, dead_jobs, deploys, remembered: TimeDelta::days(remembered) }
    }

    /// What has served its time `now`. An incident that could still be reopened by its source has
    /// not.
    pub(crate) fn expiry(&self, reopen_within: Duration, now: Timestamp) -> Expiry {
        let mut expiry = Expiry::default()
            .with(Class::DeliveryIds, now - self.remembered)
            .with(Class::SourceClocks, now - self.remembered)
            .with(Class::ApiRequests, now - self.remembered)
            .with(Class::Accepted, now - ACCEPTED);
        for (outcome, kept) in &self.deliveries {
            if let Some(kept) = kept {
                expiry = expiry.with(Class::Deliveries(*outcome), now - *kept);
            }
        }
        if let Some(kept) = self.dead_jobs {
            expiry = expiry.with(Class::DeadJobs, now - kept);
        }
        if let Some(kept) = self.incidents {
            let reopen = TimeDelta::from_std(reopen_within).unwrap_or(TimeDelta::MAX);
            if let Some(before) = now.checked_sub_signed(kept.max(reopen)) {
                expiry = expiry.with(Class::Incidents, before);
            }
        }
        if let Some(kept) = self.deploys {
            expiry = expiry.with(Class::Deploys, now - kept).with(Class::PushedCommits, now - kept);
        }
        expiry
    }
}

/// A number of days. None: for ever.
fn days(s: &mut Settings, name: &str) -> Option<i64> {
    Some(s.number(name, 0..=36_500)).filter(|days| *days > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_its_time_and_what_may_be_reopened_stays() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let day = TimeDelta::days(1);
        let retention = Retention {
            deliveries: vec![(Outcome::Processed, Some(day * 90)), (Outcome::Failed, None)],
            incidents: Some(day * 100),
            dead_jobs: Some(day * 30),
            deploys: Some(day * 50),
            remembered: day * 7,
        };
        let check = |reopen_days: u64, incidents: i32| {
            let reopen = Duration::from_hours(24 * reopen_days);
            let expected = [
                (Class::Deliveries(Outcome::Processed), now - day * 90),
                (Class::Incidents, now - day * incidents),
                (Class::ApiRequests, now - day * 7),
                (Class::DeliveryIds, now - day * 7),
                (Class::SourceClocks, now - day * 7),
                (Class::DeadJobs, now - day * 30),
                (Class::Accepted, now - TimeDelta::seconds(120)),
                (Class::Deploys, now - day * 50),
                (Class::PushedCommits, now - day * 50),
            ];
            assert_eq!(retention.expiry(reopen, now).iter().collect::<Vec<_>>(), expected);
        };
        check(7, 100);
        check(100, 100);
        check(101, 101);
        let classes = |retention: &Retention, reopen| {
            retention.expiry(reopen, now).iter().map(|(class, _)| class).collect::<Vec<_>>()
        };
        // For ever, and for longer than time goes back.
        let for_ever = Retention { incidents: None, ..retention.clone() };
        for found in [classes(&for_ever, Duration::ZERO), classes(&retention, Duration::MAX)] {
            assert!(!found.contains(&Class::Incidents) && found.len() == 8, "{found:?}");
        }
    }
}
