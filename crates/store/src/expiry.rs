//! What a database forgets, each class of it after a time of its own.

use std::collections::BTreeMap;

use watchbell_model::{Outcome, Timestamp};

/// What is forgotten in one go, by one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Deliveries with this outcome that arrived before the moment. They stay in the counts: they
    /// move from `stored` to `counted`.
    Deliveries(Outcome),
    /// Incidents that ended before the moment, with their timelines. What is open always stays.
    Incidents,
    /// Requests to the API that were made before the moment.
    ApiRequests,
    /// Senders' own delivery ids that were remembered before the moment.
    DeliveryIds,
    /// Source clocks that were set before the moment.
    SourceClocks,
    /// Jobs that were given up before the moment. What waits or runs always stays.
    DeadJobs,
    /// What was accepted before the moment, for rate limits.
    Accepted,
    /// Deploys that were done before the moment.
    Deploys,
    /// Commits that were pushed before the moment.
    PushedCommits,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 13] = [
        Self::Deliveries(Outcome::Processed),
        Self::Deliveries(Outcome::Ignored),
        Self::Deliveries(Outcome::Duplicate),
        Self::Deliveries(Outcome::Rejected),
        Self::Deliveries(Outcome::Failed),
        Self::Incidents,
        Self::ApiRequests,
        Self::DeliveryIds,
        Self::SourceClocks,
        Self::DeadJobs,
        Self::Accepted,
        Self::Deploys,
        Self::PushedCommits,
    ];

    /// The text form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deliveries(outcome) => outcome.as_str(),
            Self::Incidents => "incidents",
            Self::ApiRequests => "api_requests",
            Self::DeliveryIds => "delivery_ids",
            Self::SourceClocks => "source_clocks",
            Self::DeadJobs => "dead_jobs",
            Self::Accepted => "accepted",
            Self::Deploys => "deploys",
            Self::PushedCommits => "pushed_commits",
        }
    }
}

/// From when on things are still needed. A class without a moment is kept for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expiry(BTreeMap<Class, Timestamp>);

impl Expiry {
    /// With what is of this class and older than `moment` forgotten too.
    #[must_use]
    pub fn with(mut self, class: Class, moment: Timestamp) -> Self {
        self.0.insert(class, moment);
        self
    }

    /// Each class that has a moment.
    pub fn iter(&self) -> impl Iterator<Item = (Class, Timestamp)> {
        self.0.iter().map(|(class, moment)| (*class, *moment))
    }
}

/// How much was forgotten.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expired(BTreeMap<Class, usize>);

impl Expired {
    /// So much more of this class.
    pub fn add(&mut self, class: Class, rows: usize) {
        if rows > 0 {
            let sum = self.0.entry(class).or_default();
            *sum = sum.saturating_add(rows);
        }
    }

    /// How much of this class.
    pub fn of(&self, class: Class) -> usize {
        self.0.get(&class).copied().unwrap_or_default()
    }

    /// Each class of which something was forgotten.
    pub fn iter(&self) -> impl Iterator<Item = (Class, usize)> {
        self.0.iter().map(|(class, rows)| (*class, *rows))
    }

    /// Whether there was nothing to forget.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_class_is_listed_once_under_its_own_name() {
        let names: BTreeSet<_> = Class::ALL.iter().map(|class| class.as_str()).collect();
        let classes: BTreeSet<_> = Class::ALL.into_iter().collect();
        assert_eq!((names.len(), classes.len()), (Class::ALL.len(), Class::ALL.len()));
        for outcome in Outcome::ALL {
            assert!(classes.contains(&Class::Deliveries(outcome)), "{outcome}");
        }
    }

    #[test]
    fn what_was_forgotten_adds_up() {
        let mut expired = Expired::default();
        expired.add(Class::Incidents, 0);
        assert!(expired.is_empty());
        expired.add(Class::Incidents, 2);
        expired.add(Class::Incidents, 3);
        assert_eq!(expired.iter().collect::<Vec<_>>(), [(Class::Incidents, 5)]);
        assert_eq!((expired.of(Class::Incidents), expired.of(Class::Accepted)), (5, 0));
    }
}
