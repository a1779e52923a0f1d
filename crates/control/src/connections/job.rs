//! The job that gets the next token of a connection in time, and leaves the job of the one after it.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use watchbell_model::{Connection, Ids, JobId, Timestamp, error_chain};
use watchbell_sentry_client::Client;
use watchbell_store::{Attempt, Done, JobError, JobHandler, Limits, NewJob};

use super::Refreshed;
use super::refresh::due;
use crate::Control;

/// The kind of the job that gets the next token of a connection.
pub const REFRESH_JOB: &str = "connection.refresh";

/// The shortest time from one token to the next, however short they live at the source.
const SHORTEST: Duration = Duration::from_mins(1);
/// What is waited for somebody else who is at it, and for a database or a master key that is away.
const AWAY: Duration = Duration::from_secs(30);

/// The job that gets the next token in time; none, if it has no end or nothing would come of it.
pub(super) fn refresh_job(connection: &Connection, ids: &Ids, now: Timestamp) -> Option<NewJob> {
    let wait = (due(connection)? - now).to_std().unwrap_or_default();
    let payload = Payload { connection: connection.id.to_string() };
    let payload = serde_json::to_string(&payload).ok()?;
    let id = JobId::from_uuid(ids.next());
    Some(NewJob::joining(id, REFRESH_JOB, connection.id.to_string(), payload).after(wait))
}

#[derive(Serialize, Deserialize)]
struct Payload {
    connection: String,
}

/// Gets next tokens when their time has come.
#[derive(Debug)]
pub struct RefreshHandler {
    control: Control,
    client: Client,
}

impl RefreshHandler {
    /// Asks the source by `client`.
    pub const fn new(control: Control, client: Client) -> Self {
        Self { control, client }
    }

    fn next(&self, connection: &Connection) -> Option<NewJob> {
        refresh_job(connection, &self.control.ids, self.control.clock.now())
    }
}

impl JobHandler for RefreshHandler {
    fn kind(&self) -> &'static str {
        REFRESH_JOB
    }

    /// Two or three questions of ten seconds each at most, and the database.
    fn limits(&self) -> Limits {
        Limits { time: Duration::from_mins(1), ..Limits::default() }
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let Payload { connection } = attempt.payload()?;
        let id = connection.parse().map_err(|_| JobError::give_up("no such connection"))?;
        // Whatever came of it, the job of the next one is written as this one ends.
        let next = match self.control.connection_refresh(&self.client, id) {
            Ok(Refreshed::Fresh(connection)) => {
                self.next(&connection).map(|job| NewJob { delay: job.delay.max(SHORTEST), ..job })
            }
            Ok(Refreshed::Failed(connection) | Refreshed::NotDue(Some(connection))) => {
                self.next(&connection)
            }
            Ok(Refreshed::NotDue(None)) => None,
            // Whoever is at it may end before it is done.
            Ok(Refreshed::Elsewhere) => return Err(JobError::wait("somebody else is at it", AWAY)),
            // Given up, it would be the last of its chain.
            Err(error) => return Err(JobError::wait(error_chain(&error), AWAY)),
        };
        Ok(Done::then(next.into_iter().collect()))
    }
}
