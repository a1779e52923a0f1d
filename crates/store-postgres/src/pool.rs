//! The connections of one process: some for its committers, some for everything else.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, ManageConnection, PooledConnection};
use watchbell_store::StoreError;

use crate::PostgresOptions;
use crate::error::Failure;
use crate::session::{Backend, Durability, Session, end};
use crate::stripes;

/// A transaction that sees one moment and changes nothing.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A transaction in which every statement sees what was committed before it: what is read after a
/// lock was taken is what its last holder left.
pub(crate) const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// How many batches are written at the same time: while one of them is read, decided or made ready
/// here, the server has the other one to work on.
pub(crate) const COMMITTERS: usize = 2;

/// A committer's statements join a short list to a large table, by its index. On a young table,
/// which has no statistics yet, the planner would read all of it instead. And there is one way for
/// each statement, whatever the lists hold: to plan anew for each list, which the server would
/// choose for short ones, takes it as long as half of the work itself.
const COMMITTERS_PLANS: &str = "SET enable_hashjoin = off; SET enable_mergejoin = off;
    SET enable_seqscan = off; SET jit = off; SET plan_cache_mode = force_generic_plan";

/// Makes the connections of the pool.
#[derive(Debug)]
pub(crate) struct Sessions {
    options: PostgresOptions,
}

impl ManageConnection for Sessions {
    type Connection = Session;
    type Error = StoreError;

    fn connect(&self) -> Result<Session, StoreError> {
        Session::open(&self.options)
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), StoreError> {
        Ok(session.run(|connection| Ok(connection.batch_execute("SELECT 1")?))?)
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        !session.is_usable()
    }
}

/// The committers' connections.
#[derive(Default)]
struct Writers {
    idle: Vec<Session>,
    /// How many are in use.
    used: usize,
    /// Those that were given up and are not known to have come to their end.
    given_up: Vec<Backend>,
}

/// A place among the committers, with its connection.
struct Place<'a> {
    pool: &'a Pool,
    session: Option<Session>,
    /// The connection can be used again.
    good: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut writers = self.pool.lock();
        writers.used = writers.used.saturating_sub(1);
        match self.session.take() {
            Some(session) if self.good && session.is_usable() => writers.idle.push(session),
            Some(session) => {
                writers.given_up.push(session.backend());
                // What befell this one befell the others too, more often than not, and they were
                // at rest: there is nothing to be known of them.
                writers.idle.clear();
            }
            None => {}
        }
        drop(writers);
        self.pool.given_back.notify_one();
    }
}

/// The connections of one process to one database.
pub(crate) struct Pool {
    options: PostgresOptions,
    writers: Mutex<Writers>,
    given_back: Condvar,
    others: r2d2::Pool<Sessions>,
}

impl Pool {
    pub(crate) fn open(options: PostgresOptions) -> Result<Self, StoreError> {
        let others = r2d2::Pool::builder()
            .max_size(options.most_connections())
            .min_idle(Some(0))
            .connection_timeout(options.statement_time())
            // After a restart of the server every connection is dead: whoever comes next gets a new one.
            .test_on_check_out(true)
            .error_handler(Box::new(r2d2::NopErrorHandler))
            .build_unchecked(Sessions { options: options.clone() });
        let (writers, given_back) = (Mutex::default(), Condvar::new());
        let pool = Self { options, writers, given_back, others };
        pool.with_writer(|_| Ok(()))?;
        Ok(pool)
    }

    pub(crate) fn options(&self) -> &PostgresOptions {
        &self.options
    }

    /// Hands out a committer's connection. It goes back only if the work was done or was refused for
    /// the caller's own fault; after any other error, and after a panic, it is given up. Nobody gets
    /// one before all that were given up have surely come to their end.
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut place = self.place();
        self.make_ready(&mut place)?;
        let Some(session) = &mut place.session else {
            return Err(StoreError::unavailable("a committer has no connection"));
        };
        let result = work(session);
        if result.as_ref().err().is_some_and(StoreError::is_callers_fault) {
            session.roll_back();
        }
        place.good = result.as_ref().err().is_none_or(StoreError::is_callers_fault);
        result
    }

    /// Waits for a place among the committers.
    fn place(&self) -> Place<'_> {
        let writers = self.lock();
        let full = |writers: &mut Writers| writers.used >= COMMITTERS;
        let mut writers =
            self.given_back.wait_while(writers, full).unwrap_or_else(PoisonError::into_inner);
        writers.used = writers.used.saturating_add(1);
        Place { pool: self, session: writers.idle.pop(), good: false }
    }

    /// Connects if need be, and ends what was given up.
    fn make_ready(&self, place: &mut Place<'_>) -> Result<(), StoreError> {
        let session = match &mut place.session {
            Some(session) => session,
            none => {
                let mut session = Session::open(&self.options)?;
                session.run(|connection| {
                    connection.batch_execute(COMMITTERS_PLANS)?;
                    stripes::prepare(connection)
                })?;
                none.insert(session)
            }
        };
        let given_up = self.lock().given_up.clone();
        if !given_up.is_empty() {
            let ending = given_up.clone();
            session.run(move |connection| {
                ending.into_iter().try_for_each(|backend| end(connection, backend))
            })?;
            self.lock().given_up.retain(|backend| !given_up.contains(backend));
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Writers> {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Any connection but the committers'.
    pub(crate) fn session(&self) -> Result<PooledConnection<Sessions>, StoreError> {
        self.others.get().map_err(StoreError::unavailable)
    }

    /// Reads in one transaction, so that all of it is from one moment.
    pub(crate) fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.transaction(READ, work).map_err(|error| match error {
            // There was nothing to be written.
            StoreError::CommitUnknown { source } => StoreError::Unavailable { source },
            other => other,
        })
    }

    /// Does `work` in a transaction and commits it.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.transaction(WRITE, work)
    }

    fn transaction<T: Send + 'static>(
        &self,
        begin: &'static str,
        work: impl FnOnce(&mut PgConnection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let mut session = self.session()?;
        let done = session.begin(begin, |_| Ok(())).map_err(StoreError::from);
        let done = done.and_then(|()| session.commit(work));
        session.roll_back();
        done
    }

    /// What the server says about durability, on a committer's connection.
    pub(crate) fn durability(&self) -> Result<Durability, StoreError> {
        self.with_writer(|session| Ok(session.durability()?))
    }
}
