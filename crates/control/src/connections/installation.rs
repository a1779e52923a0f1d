//! The installation that the deliveries of a pasted token's integration name: what the source wants to
//! hear where links are made.

use watchbell_model::{ConnectionMode, ConnectionScope, error_chain};
use watchbell_store::{
    Attempt, CONNECTION_INSTALLATION, ConfigChange, Done, InstallationMet, JobError, JobHandler,
};

use crate::{Control, ControlError};

/// Writes installations down.
#[derive(Debug, Clone)]
pub struct InstallationHandler(pub Control);

impl Control {
    /// A proven delivery of a pasted token's integration names this installation.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    fn connection_met(
        &self,
        id: ConnectionScope,
        installation: uuid::Uuid,
    ) -> Result<(), ControlError> {
        self.change(|config| {
            let found = config.connections.iter().find(|one| one.connection.id == id);
            let internal = found.filter(|one| one.connection.mode == ConnectionMode::Internal);
            let new = internal.filter(|one| one.connection.installation != Some(installation));
            let Some(record) = new else { return Ok((Vec::new(), ())) };
            let mut record = record.clone();
            record.connection.installation = Some(installation);
            Ok((vec![ConfigChange::ConnectionSet(record)], ()))
        })
    }
}

impl JobHandler for InstallationHandler {
    fn kind(&self) -> &'static str {
        CONNECTION_INSTALLATION
    }

    fn run(&self, attempt: &Attempt<'_>) -> Result<Done, JobError> {
        let InstallationMet { connection, installation } = attempt.payload()?;
        let wrong = || JobError::give_up("it names no connection and installation");
        let id = connection.parse().map_err(|_| wrong())?;
        let installation = uuid::Uuid::try_parse(&installation).map_err(|_| wrong())?;
        let met = self.0.connection_met(id, installation);
        met.map_err(|error| JobError::retry(error_chain(&error)))?;
        Ok(Done::default())
    }
}
