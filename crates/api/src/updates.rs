//! What open pages are told: that something has changed, so that they need not ask again and again.
//!
//! Changes come from deliveries, people and jobs, through this server and through others on the same
//! database. So the database is asked, once a second and only while somebody listens; whatever writes
//! changes pays nothing for it.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use watchbell_model::IncidentNumber;
use watchbell_store::{Store, StoreError};

/// How many of the newest incidents are looked at for what people and jobs change. What deliveries
/// change is seen by their number, wherever it is.
const NEWEST: i64 = 256;
/// The most pages that listen.
const MOST: usize = 512;
/// The most of one session. A browser has six connections for all its windows: some must stay free.
const MOST_OF_ONE: usize = 4;

/// How often something has changed since the server began. It only grows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// How often incidents have.
    pub(crate) incidents: u64,
    /// How often the event log has.
    pub(crate) deliveries: u64,
}

/// What open pages are told.
#[derive(Debug)]
pub struct Updates {
    changes: watch::Sender<Changes>,
    listening: Mutex<Listening>,
}

#[derive(Debug, Default)]
struct Listening {
    /// The server stops.
    is_closed: bool,
    /// What the next listener is called.
    next: u64,
    /// Who listens, by session, the oldest first.
    sessions: HashMap<String, VecDeque<u64>>,
    /// The incidents that somebody looks at, and how many do.
    watched: HashMap<IncidentNumber, usize>,
    /// What was there when it was last looked.
    seen: Option<Seen>,
}

/// What tells that something has changed.
#[derive(Debug)]
struct Seen {
    /// Deliveries, ever.
    received: i64,
    /// Those of them that did something.
    processed: i64,
    versions: HashMap<IncidentNumber, i64>,
}

impl Default for Updates {
    fn default() -> Self {
        Self::new()
    }
}

impl Updates {
    /// Nobody listens.
    pub fn new() -> Self {
        Self { changes: watch::Sender::new(Changes::default()), listening: Mutex::default() }
    }

    /// Looks what has changed, and tells all who listen. Does nothing where nobody does.
    ///
    /// # Errors
    /// What the store says. Then the next look finds what this one would have.
    pub fn look(&self, store: &dyn Store) -> Result<(), StoreError> {
        let watched: Vec<_> = {
            let listening = self.listening();
            if listening.sessions.is_empty() {
                return Ok(());
            }
            listening.watched.keys().copied().collect()
        };
        let counts = store.counts()?;
        let versions = store.incident_versions(NEWEST, &watched)?;
        let now = Seen {
            received: counts.iter().map(|(_, counts)| counts.received).sum(),
            processed: counts.iter().map(|(_, counts)| counts.processed).sum(),
            versions: versions.into_iter().collect(),
        };
        let (deliveries, incidents) = match &self.listening().seen {
            Some(before) => (before.received != now.received, now.differs(before)),
            None => (true, true),
        };
        self.listening().seen = Some(now);
        self.changes.send_if_modified(|changes| {
            changes.deliveries = changes.deliveries.saturating_add(u64::from(deliveries));
            changes.incidents = changes.incidents.saturating_add(u64::from(incidents));
            deliveries || incidents
        });
        Ok(())
    }

    /// Ends every stream, and begins no other: the server stops.
    pub fn close(&self) {
        self.listening().is_closed = true;
        self.wake();
    }

    /// How often something has changed so far. Whoever reads after this reads all of it.
    pub(crate) fn so_far(&self) -> Changes {
        *self.changes.borrow()
    }

    /// Ends the streams of a session that is over.
    pub(crate) fn end(&self, session: &str) {
        self.listening().sessions.remove(session);
        self.wake();
    }

    /// How many listen.
    pub(crate) fn listeners(&self) -> usize {
        self.listening().sessions.values().map(VecDeque::len).sum()
    }

    /// One more who listens, in this session; to one incident in particular, whose version was just
    /// read. The oldest stream of a session that has too many ends. None: nobody more can.
    pub(crate) fn listen(
        self: &Arc<Self>,
        session: String,
        incident: Option<(IncidentNumber, i64)>,
    ) -> Option<Listener> {
        let mut listening = self.listening();
        let all: usize = listening.sessions.values().map(VecDeque::len).sum();
        if listening.is_closed || all >= MOST {
            return None;
        }
        let name = listening.next;
        listening.next = name.saturating_add(1);
        let own = listening.sessions.entry(session.clone()).or_default();
        own.push_back(name);
        let over = own.len() > MOST_OF_ONE && own.pop_front().is_some();
        if let Some((number, version)) = incident {
            let many = listening.watched.entry(number).or_default();
            *many = many.saturating_add(1);
            if let Some(seen) = &mut listening.seen {
                seen.versions.entry(number).or_insert(version);
            }
        }
        drop(listening);
        if over {
            self.wake();
        }
        Some(Listener {
            changes: self.changes.subscribe(),
            updates: Arc::clone(self),
            session,
            name,
            incident: incident.map(|(number, _)| number),
        })
    }

    /// Has everybody look whether they still listen.
    fn wake(&self) {
        self.changes.send_modify(|_| {});
    }

    fn listening(&self) -> MutexGuard<'_, Listening> {
        self.listening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Whether incidents have changed since it was as `before`. What is no longer among the newest has
    /// made room for another.
    fn differs(&self, before: &Self) -> bool {
        let is_other = |(number, version)| before.versions.get(number) != Some(version);
        self.processed != before.processed || self.versions.iter().any(is_other)
    }
}

/// Why nothing is said any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Newer streams of its session have taken its place: it is not to come again.
    Enough,
    /// The session is over, or the server stops.
    Closed,
}

/// Somebody who listens, until this is dropped.
#[derive(Debug)]
pub(crate) struct Listener {
    changes: watch::Receiver<Changes>,
    updates: Arc<Updates>,
    session: String,
    name: u64,
    incident: Option<IncidentNumber>,
}

impl Listener {
    /// What has changed so far.
    pub(crate) fn heard(&mut self) -> Result<Changes, Over> {
        let changes = *self.changes.borrow_and_update();
        let listening = self.updates.listening();
        match listening.sessions.get(&self.session) {
            Some(own) if !listening.is_closed && own.contains(&self.name) => Ok(changes),
            Some(_) if !listening.is_closed => Err(Over::Enough),
            _ => Err(Over::Closed),
        }
    }

    /// Waits for something that was not heard yet.
    pub(crate) async fn wait(&mut self) {
        // Whoever sends lives as long as this.
        _ = self.changes.changed().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut listening = self.updates.listening();
        if let Some(own) = listening.sessions.get_mut(&self.session) {
            own.retain(|name| *name != self.name);
            if own.is_empty() {
                listening.sessions.remove(&self.session);
            }
        }
        if let Some(number) = self.incident
            && let Some(many) = listening.watched.get_mut(&number)
        {
            *many = many.saturating_sub(1);
            if *many == 0 {
                listening.watched.remove(&number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(updates: &Arc<Updates>, session: &str) -> Option<Listener> {
        updates.listen(session.to_owned(), None)
    }

    #[test]
    fn a_session_keeps_its_newest_streams() {
        let updates = Arc::new(Updates::new());
        let mut all: Vec<_> = (0..6).map(|_| listen(&updates, "one").unwrap()).collect();
        let mut other = listen(&updates, "other").unwrap();
        let lives: Vec<_> = all.iter_mut().map(|one| one.heard().err()).collect();
        let enough = Some(Over::Enough);
        assert_eq!(lives, [enough, enough, None, None, None, None]);
        assert!(other.heard().is_ok());
        assert_eq!(updates.listeners(), 5);
        drop(all);
        assert_eq!(updates.listeners(), 1);
        updates.end("other");
        assert_eq!(other.heard(), Err(Over::Closed));
        assert_eq!(updates.listeners(), 0);
    }

    #[test]
    fn there_is_an_end_to_who_can_listen() {
        let updates = Arc::new(Updates::new());
        let mut all: Vec<_> =
            (0..MOST).map(|n| listen(&updates, &n.to_string()).unwrap()).collect();
        assert!(listen(&updates, "one more").is_none());
        all.pop();
        let mut last = listen(&updates, "one more").unwrap();
        updates.close();
        assert_eq!(last.heard(), Err(Over::Closed));
        assert!(all.iter_mut().all(|one| one.heard() == Err(Over::Closed)));
        drop(all);
        assert!(listen(&updates, "too late").is_none());
    }

    #[test]
    fn what_nobody_looks_at_is_not_watched() {
        let updates = Arc::new(Updates::new());
        let number = IncidentNumber { year: 2026, place: 7 };
        let one = updates.listen("one".to_owned(), Some((number, 1))).unwrap();
        let other = updates.listen("other".to_owned(), Some((number, 1))).unwrap();
        drop(one);
        assert_eq!(updates.listening().watched.get(&number), Some(&1));
        drop(other);
        assert!(updates.listening().watched.is_empty());
    }
}
