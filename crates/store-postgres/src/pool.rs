//! The connections of one process: one for the committer, some for everything else.

use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{self, ManageConnection, PooledConnection};
use watchbell_store::StoreError;

use crate::PostgresOptions;
use crate::error::Failure;
use crate::session::{Backend, Durability, Session, end};

/// A transaction that sees one moment and changes nothing.
const READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// A transaction in which every statement sees what was committed before it: what is read after a
/// lock was taken is what its last holder left.
pub(crate) const WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

/// The committer's statements join a short list to a large table, by its index. On a young table,
/// which has no statistics yet, the planner would read all of it instead.
const COMMITTERS_PLANS: &str = "SET enable_hashjoin = off; SET enable_mergejoin = off;
    SET enable_seqscan = off; SET jit = off";

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

/// The committer's connection.
#[derive(Default)]
struct Writer {
    /// None after trouble, until the next use.
    session: Option<Session>,
    /// The last one that was given up.
    given_up: Option<Backend>,
}

/// The connections of one process to one database.
pub(crate) struct Pool {
    options: PostgresOptions,
    writer: Mutex<Writer>,
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
        let pool = Self { options, writer: Mutex::default(), others };
        pool.with_writer(|_| Ok(()))?;
        Ok(pool)
    }

    pub(crate) fn options(&self) -> &PostgresOptions {
        &self.options
    }

    /// Hands out the committer's connection. It goes back only if the work was done or was refused
    /// for the caller's own fault; after any other error, and after a panic, a new one is made next
    /// time, once the old one has surely come to its end.
    pub(crate) fn with_writer<T>(
        &self,
        work: impl FnOnce(&mut Session) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut session = match writer.session.take() {
            Some(session) => session,
            None => self.connect_writer(writer.given_up)?,
        };
        // Also what a panic leaves behind.
        writer.given_up = Some(session.backend());
        let result = work(&mut session);
        if result.as_ref().err().is_some_and(StoreError::is_callers_fault) {
            session.roll_back();
        }
        let good = result.as_ref().err().is_none_or(StoreError::is_callers_fault);
        if good && session.is_usable() {
            writer.session = Some(session);
        }
        result
    }

    fn connect_writer(&self, given_up: Option<Backend>) -> Result<Session, StoreError> {
        let mut session = Session::open(&self.options)?;
        session.run(move |connection| {
            if let Some(old) = given_up {
                end(connection, old)?;
            }
            Ok(connection.batch_execute(COMMITTERS_PLANS)?)
        })?;
        Ok(session)
    }

    /// Any connection but the committer's.
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

    /// What the server says about durability, on the committer's connection.
    pub(crate) fn durability(&self) -> Result<Durability, StoreError> {
        self.with_writer(|session| Ok(session.durability()?))
    }
}
