//! Installations of an integration's app that are over.

use watchbell_ingest::Prepared;
use watchbell_model::Stage;
use watchbell_provider::Installation;

use super::visit::{Reply, Visit};

impl Visit<'_> {
    /// Ends the connection whose app was removed at the source, if the delivery says so. Its tokens
    /// are dead already.
    pub(super) async fn end_installation(&self, prepared: &mut Prepared) -> Result<(), Reply> {
        let Some(Installation { id, ended: true }) = &prepared.installation else {
            return Ok(());
        };
        let its = id.clone();
        if self.control(move |control, id| control.connection_ended(id, &its)).await? {
            let text = "the connection has ended: the app was removed from the organization";
            prepared.trace.note(Stage::Read, text.to_owned());
            tracing::warn!(installation = id, "an installation is over");
            self.refresh().await?;
        }
        Ok(())
    }
}
