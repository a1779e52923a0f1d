//! The rules of "Decisions" written down a second time, as naively as possible, on plain data:
//! services, keys, occurrences, titles and severities are small numbers, time is in seconds. Nothing
//! of the crate under test is used; the model crate lends only its vocabulary.

use std::collections::BTreeMap;

use watchbell_model::{Reason, Reopen, Status, TimelineKind};

/// Seven days.
pub(crate) const WINDOW: i64 = 7 * 24 * 60 * 60;

/// The services, 0 to 2.
pub(crate) const SERVICES: u8 = 3;

/// The level that is mapped to "do not create" on services 0 and 1, and to SEV4 on service 2.
pub(crate) const CHATTER: u8 = 5;

/// What is configured; the deduplication is told, so here both sides share it.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Why a service takes no new incidents, if it does not.
    pub(crate) off: [Option<Reason>; 3],
    /// Where a new incident goes whose alert names no service.
    pub(crate) default: Result<u8, Reason>,
}

impl Setting {
    /// Service 1 sees everything one step milder than the others.
    pub(crate) fn severity(level: u8, service: u8) -> Option<u8> {
        match (level, service) {
            (CHATTER, 2) => Some(4),
            (CHATTER, _) => None,
            (level, 1) => Some((level + 1).min(4)),
            (level, _) => Some(level),
        }
    }

    pub(crate) fn may_open(&self, level: u8, service: u8) -> Result<(), Reason> {
        if let Some(reason) = self.off[usize::from(service)] {
            return Err(reason);
        }
        if Self::severity(level, service).is_none() {
            return Err(Reason::SeverityDoNotCreate);
        }
        Ok(())
    }
}

/// What an alert says has happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    Trigger { investigating: bool, reopen: Reopen, replace: bool, clears: bool },
    Acknowledge,
    Note { investigating: bool },
    Resolve,
}

/// Which service an alert names.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum To {
    Service(u8),
    NoSuchService,
    Unnamed,
}

/// An alert.
#[derive(Debug, Clone)]
pub(crate) struct Say {
    pub(crate) act: Act,
    pub(crate) key: Option<u8>,
    pub(crate) to: To,
    pub(crate) occurrence: Option<u8>,
    pub(crate) level: u8,
    pub(crate) title: u8,
    pub(crate) description: Option<u8>,
    pub(crate) url: Option<u8>,
    pub(crate) metadata: BTreeMap<u8, u8>,
    pub(crate) clock: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Who {
    Source,
    Person,
}

/// An incident.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sheet {
    pub(crate) key: Option<u8>,
    pub(crate) service: u8,
    pub(crate) status: Status,
    pub(crate) severity: u8,
    pub(crate) worst_reported: u8,
    pub(crate) acknowledged: Option<(Who, i64)>,
    pub(crate) occurrences: i64,
    pub(crate) occurrence: Option<u8>,
    pub(crate) title: u8,
    pub(crate) description: Option<u8>,
    pub(crate) url: Option<u8>,
    pub(crate) metadata: BTreeMap<u8, u8>,
    pub(crate) opened: i64,
    pub(crate) last_seen: i64,
    pub(crate) ended: Option<i64>,
    pub(crate) resolved_by: Option<Who>,
    pub(crate) lines: Vec<TimelineKind>,
}

impl Sheet {
    pub(crate) fn is_open(&self) -> bool {
        self.status != Status::Resolved && self.status != Status::Closed
    }
}

/// Everything: incidents in the order in which they were opened, and the last source clock per key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Book {
    pub(crate) sheets: Vec<Sheet>,
    pub(crate) clocks: BTreeMap<u8, i64>,
}

/// What became of an alert: for each incident that it touched its place and the reason.
pub(crate) type Outcome = Vec<(Option<usize>, Reason)>;

impl Book {
    pub(crate) fn hear(&mut self, say: &Say, setting: &Setting, now: i64) -> Outcome {
        if let (Some(key), Some(clock)) = (say.key, say.clock)
            && let Some(last) = self.clocks.get(&key)
            && clock < *last
        {
            return vec![(None, Reason::Stale)];
        }
        if say.to == To::NoSuchService {
            return vec![(None, Reason::UnknownService)];
        }
        if let (Some(key), Some(clock)) = (say.key, say.clock) {
            self.clocks.insert(key, clock);
        }

        let open: Vec<usize> = self.mine(say).filter(|i| self.sheets[*i].is_open()).collect();
        if open.is_empty() {
            let outcome = match say.act {
                Act::Trigger { reopen, .. } => self.comes_up(say, reopen, setting, now),
                _ => (None, Reason::NothingOpen),
            };
            return vec![outcome];
        }
        let touch = |i: usize| (Some(i), self.sheets[i].hear(say, now));
        open.into_iter().map(touch).collect()
    }

    /// The incidents that the alert can be about.
    fn mine(&self, say: &Say) -> impl Iterator<Item = usize> {
        (0..self.sheets.len()).filter(move |i| {
            let sheet = &self.sheets[*i];
            let named = match say.to {
                To::Service(service) => sheet.service == service,
                _ => true,
            };
            say.key.is_some() && sheet.key == say.key && named
        })
    }

    /// A trigger, and nothing is open.
    fn comes_up(
        &mut self,
        say: &Say,
        reopen: Reopen,
        setting: &Setting,
        now: i64,
    ) -> (Option<usize>, Reason) {
        let latest = self
            .mine(say)
            .filter(|i| match reopen {
                Reopen::LatestOfKey => true,
                Reopen::SameOccurrence | Reopen::Never => {
                    say.occurrence.is_some() && self.sheets[*i].occurrence == say.occurrence
                }
            })
            .max_by_key(|i| (self.sheets[*i].ended, *i))
            .filter(|i| now - self.sheets[*i].ended.expect("it has ended") <= WINDOW);
        if let Some(i) = latest {
            if reopen == Reopen::Never {
                return (None, Reason::AlreadyResolved);
            }
            if self.sheets[i].status == Status::Resolved {
                if let Err(reason) = setting.may_open(say.level, self.sheets[i].service) {
                    return (None, reason);
                }
                self.sheets[i].reopen(say, now);
                return (Some(i), Reason::Reopened);
            }
        }

        let service = match (say.to, setting.default) {
            (To::Service(service), _) | (_, Ok(service)) => service,
            (_, Err(reason)) => return (None, reason),
        };
        if let Err(reason) = setting.may_open(say.level, service) {
            return (None, reason);
        }
        let severity = Setting::severity(say.level, service).expect("it may open");
        self.sheets.push(Sheet {
            key: say.key,
            service,
            status: say.starts_as(),
            severity,
            worst_reported: severity,
            acknowledged: None,
            occurrences: 1,
            occurrence: say.occurrence,
            title: say.title,
            description: say.description,
            url: say.url,
            metadata: say.metadata.clone(),
            opened: now,
            last_seen: now,
            ended: None,
            resolved_by: None,
            lines: vec![TimelineKind::Opened],
        });
        (Some(self.sheets.len() - 1), Reason::Created)
    }

    /// A person moves an incident, if that is allowed.
    pub(crate) fn person_moves(&mut self, i: usize, to: Status, now: i64) {
        let sheet = &self.sheets[i];
        let twin = self.sheets.iter().any(|other| {
            other.is_open()
                && other.key.is_some()
                && (other.key, other.service) == (sheet.key, sheet.service)
        });
        let sheet = &mut self.sheets[i];
        let allowed = match (sheet.status, to) {
            (from, to) if from == to => false,
            (Status::Resolved, Status::Closed) => true,
            (Status::Resolved, Status::Investigating) => !twin,
            (Status::Resolved | Status::Closed, _) => false,
            (_, to) => to != Status::Closed,
        };
        if allowed {
            if to == Status::Resolved {
                sheet.ended = Some(now);
                sheet.resolved_by = Some(Who::Person);
            } else if to != Status::Closed {
                sheet.ended = None;
                sheet.resolved_by = None;
            }
            sheet.status = to;
        }
    }

    /// A person says how bad it is.
    pub(crate) fn person_rates(&mut self, i: usize, severity: u8) {
        self.sheets[i].severity = severity;
    }

    /// A person takes it, if it is open and nobody has.
    pub(crate) fn person_takes(&mut self, i: usize, now: i64) {
        let sheet = &mut self.sheets[i];
        if sheet.is_open() && sheet.acknowledged.is_none() {
            sheet.acknowledged = Some((Who::Person, now));
            if sheet.status == Status::New {
                sheet.status = Status::Investigating;
            }
        }
    }
}

impl Say {
    fn starts_as(&self) -> Status {
        match self.act {
            Act::Trigger { investigating: true, .. } => Status::Investigating,
            _ => Status::New,
        }
    }
}

impl Sheet {
    /// The alert comes while this is open.
    fn hear(&mut self, say: &Say, now: i64) -> Reason {
        match say.act {
            Act::Trigger { investigating, clears, .. } => {
                self.count(say, now);
                if clears && matches!(self.acknowledged, Some((Who::Source, _))) {
                    self.acknowledged = None;
                    self.lines.push(TimelineKind::Updated);
                }
                if investigating && self.status == Status::New {
                    self.status = Status::Investigating;
                    self.lines.push(TimelineKind::StatusChanged);
                }
                if self.raise(say) { Reason::Raised } else { Reason::Updated }
            }
            Act::Acknowledge => {
                if self.acknowledged.is_none() {
                    self.acknowledged = Some((Who::Source, now));
                    self.lines.push(TimelineKind::Acknowledged);
                    if self.status == Status::New {
                        self.status = Status::Investigating;
                    }
                }
                Reason::Acknowledged
            }
            Act::Note { investigating } => {
                self.lines.push(TimelineKind::Noted);
                if investigating && self.status == Status::New {
                    self.status = Status::Investigating;
                    self.lines.push(TimelineKind::StatusChanged);
                }
                Reason::Noted
            }
            Act::Resolve => {
                self.status = Status::Resolved;
                self.ended = Some(now);
                self.resolved_by = Some(Who::Source);
                self.lines.push(TimelineKind::Resolved);
                Reason::Resolved
            }
        }
    }

    fn reopen(&mut self, say: &Say, now: i64) {
        self.status = say.starts_as();
        self.acknowledged = None;
        self.ended = None;
        self.resolved_by = None;
        self.lines.push(TimelineKind::Reopened);
        self.count(say, now);
        self.raise(say);
    }

    /// One more report.
    fn count(&mut self, say: &Say, now: i64) {
        self.occurrences += 1;
        self.last_seen = now;
        if say.occurrence.is_some() {
            self.occurrence = say.occurrence;
        }
        for (name, value) in &say.metadata {
            self.metadata.insert(*name, *value);
        }
        while self.metadata.len() > 50 {
            let mut old = self.metadata.keys().filter(|name| !say.metadata.contains_key(name));
            let first = *old.next().expect("an alert brings fewer than 50");
            self.metadata.remove(&first);
        }
        if let Act::Trigger { replace: true, .. } = say.act {
            let before = (self.title, self.description, self.url);
            self.title = say.title;
            self.description = say.description.or(self.description);
            self.url = say.url.or(self.url);
            if before != (self.title, self.description, self.url) {
                self.lines.push(TimelineKind::Updated);
            }
        }
    }

    /// Worse than ever reported: this gets as bad, unless a person has set it as bad or worse.
    fn raise(&mut self, say: &Say) -> bool {
        let Some(severity) = Setting::severity(say.level, self.service) else {
            return false;
        };
        if severity >= self.worst_reported {
            return false;
        }
        self.worst_reported = severity;
        if severity >= self.severity {
            return false;
        }
        self.severity = severity;
        self.lines.push(TimelineKind::Raised);
        true
    }
}
