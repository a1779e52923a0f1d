//! Who works on what: the bounds, and what takes too long.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use watchbell_store::{Job, JobClaim, JobHandler};

/// A job that is worked on.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    pub(crate) job: Job,
    pub(crate) kind: &'static str,
    ends: Option<Instant>,
    /// Its time was over, and that was written down.
    pub(crate) overdue: bool,
}

/// All that are worked on, by a number that each gets.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    running: BTreeMap<u64, Running>,
    last: u64,
}

impl Slots {
    /// What there is room for. Each kind has its own: one takes nothing away from another, whether it has
    /// jobs or not.
    pub(crate) fn claims<'a>(
        &self,
        handlers: impl Iterator<Item = &'a dyn JobHandler>,
        lease_beyond: Duration,
    ) -> Vec<JobClaim<'static>> {
        let mut claims = Vec::new();
        for handler in handlers {
            let limits = handler.limits();
            let kind = handler.kind();
            let busy = self.running.values().filter(|running| running.kind == kind).count();
            let most = limits.at_once.saturating_sub(busy);
            if most > 0 {
                let lease = limits.time.saturating_add(lease_beyond);
                claims.push(JobClaim { kind, most, lease });
            }
        }
        claims
    }

    /// A job is begun. Gives its number.
    pub(crate) fn begin(&mut self, job: Job, handler: &dyn JobHandler) -> u64 {
        self.last = self.last.wrapping_add(1);
        let ends = Instant::now().checked_add(handler.limits().time);
        let running = Running { job, kind: handler.kind(), ends, overdue: false };
        self.running.insert(self.last, running);
        self.last
    }

    /// A job has ended.
    pub(crate) fn end(&mut self, number: u64) -> Option<Running> {
        self.running.remove(&number)
    }

    /// Those whose time is over since the last call.
    pub(crate) fn overdue(&mut self) -> Vec<Running> {
        let now = Instant::now();
        let late = |running: &&mut Running| {
            !running.overdue && running.ends.is_some_and(|ends| ends <= now)
        };
        let mut overdue = Vec::new();
        for running in self.running.values_mut().filter(late) {
            running.overdue = true;
            overdue.push(running.clone());
        }
        overdue
    }

    /// How long until the next one's time is over.
    pub(crate) fn next_end(&self) -> Option<Duration> {
        let waiting = self.running.values().filter(|running| !running.overdue);
        let next = waiting.filter_map(|running| running.ends).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Those that run and whose time is not over.
    pub(crate) fn left(&self) -> impl Iterator<Item = &Running> {
        self.running.values().filter(|running| !running.overdue)
    }

    /// Whether nothing is worked on.
    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }
}
