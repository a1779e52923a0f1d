//! Whether a delivery's topic is one that its integration takes.
//!
//! A signature proves that the notification service sent a message, not that anybody here wants it:
//! whoever knows the address can subscribe it to a topic of their own. So the first topic that asks
//! is let in, and every further one waits for a person.

use std::sync::Arc;

use actix_web::web;
use watchbell_control::{ControlError, TopicOffered};
use watchbell_ingest::{Prepared, PreparedItem, Refusal};
use watchbell_model::{Actor, Reason, Secret, Stage, Timestamp, error_chain};
use watchbell_provider::{Topic, TopicEvent};

use super::visit::{Reply, Visit};
use crate::notifications::NotConfirmed;

impl Visit<'_> {
    /// Asks whether the delivery's topic is taken, and does what the topic asks for. What is done is
    /// durable before this ends.
    pub(super) async fn let_in(&self, prepared: &mut Prepared) -> Result<(), Reply> {
        let Some(Topic { name, event }) = prepared.topic.take() else {
            return Ok(());
        };
        match event {
            TopicEvent::Message if self.has_let_in(&name).await? => Ok(()),
            TopicEvent::Message => Err(self.foreign(
                "the topic is not let in",
                format!("no subscription to {name} was confirmed here"),
            )),
            TopicEvent::Ended { at } => {
                if !self.has_let_in(&name).await? {
                    return Err(self.foreign(
                        "the topic is not let in",
                        format!("no subscription to {name} was confirmed here, so none has ended"),
                    ));
                }
                self.end(prepared, name, at).await
            }
            TopicEvent::Confirm { token, url } => {
                self.confirm(&name, &token, &url).await?;
                prepared
                    .trace
                    .note(Stage::Read, format!("the subscription to {name} is confirmed"));
                Ok(())
            }
        }
    }

    /// Takes no more messages of `topic`, unless it was confirmed after `said_at`.
    async fn end(
        &self,
        prepared: &mut Prepared,
        topic: String,
        said_at: Option<Timestamp>,
    ) -> Result<(), Reply> {
        let name = topic.clone();
        if self.control(move |control, id| control.topic_ended(id, &name, said_at)).await? {
            tracing::warn!(topic, "a subscription has ended: nothing more will come");
            // So that what follows at once is refused.
            return self.refresh().await;
        }
        let why = format!("the subscription to {topic} was confirmed after this was said");
        prepared.trace.note(Stage::Read, why);
        prepared.items = vec![PreparedItem::Ignored(Reason::Stale)];
        Ok(())
    }

    /// Whether messages of `topic` are taken: as this server knows it, and if it does not, as the
    /// database has it. Another server may have confirmed it a moment ago.
    async fn has_let_in(&self, topic: &str) -> Result<bool, Reply> {
        if self.source.has_let_in(topic) {
            return Ok(true);
        }
        self.refresh().await?;
        let now = self.state.live.load();
        let source = now.source(self.source.integration.id);
        Ok(source.is_some_and(|source| source.has_let_in(topic)))
    }

    /// Has the configuration as the database has it from now on.
    pub(super) async fn refresh(&self) -> Result<(), Reply> {
        let (live, store) = (Arc::clone(&self.state.live), Arc::clone(&self.state.store));
        match web::block(move || live.refresh(&*store)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(trouble(&error)),
            Err(error) => Err(trouble(&error)),
        }
    }

    /// Confirms the subscription at the source and remembers it, or lets it wait.
    async fn confirm(&self, topic: &str, token: &Secret, given: &Secret) -> Result<(), Reply> {
        let service = Arc::clone(&self.state.notifications);
        let url = service.confirmation(topic, token, given).map_err(|error| {
            self.foreign("the address that confirms the topic is refused", error.to_string())
        })?;
        let (name, at) = (topic.to_owned(), url.clone());
        let offered =
            self.control(move |control, id| control.topic_offered(id, &name, &at)).await?;
        match offered {
            TopicOffered::Welcome => {}
            TopicOffered::Waits => {
                return Err(self.foreign(
                    "another topic was confirmed before; this one waits until an operator lets it \
                     in",
                    format!("{topic} waits: `watchbell integration topic confirm` lets it in"),
                ));
            }
            TopicOffered::TooMany => {
                return Err(self.foreign(
                    "another topic was confirmed before, and too many others wait to be let in",
                    format!("{topic} is not kept: too many topics wait at this integration"),
                ));
            }
        }
        match web::block(move || service.confirm(&url)).await {
            Ok(Ok(())) => {}
            Ok(Err(error @ NotConfirmed::Address(_))) => {
                return Err(self.foreign("the topic cannot be confirmed", error.to_string()));
            }
            Ok(Err(error)) => return Err(trouble(&error)),
            Err(error) => return Err(trouble(&error)),
        }
        let name = topic.to_owned();
        self.control(move |control, id| control.topic_confirmed(id, &name)).await?;
        tracing::info!(topic, "a subscription was confirmed");
        // So that the messages that follow at once are taken without asking the database.
        self.refresh().await
    }

    /// Has an operator's use case done in a thread that may wait.
    pub(super) async fn control<T: Send + 'static>(
        &self,
        work: impl FnOnce(
            &watchbell_control::Control,
            watchbell_model::IntegrationId,
        ) -> Result<T, ControlError>
        + Send
        + 'static,
    ) -> Result<T, Reply> {
        let id = self.source.integration.id;
        let control = self.state.control.acting(Actor::Integration(id), None);
        match web::block(move || work(&control, id)).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(trouble(&error)),
            Err(error) => Err(trouble(&error)),
        }
    }

    fn foreign(&self, said: &'static str, why: String) -> Reply {
        self.refuse(Refusal::foreign_topic(why), said, None)
    }
}

fn trouble(error: &(dyn std::error::Error + 'static)) -> Reply {
    tracing::warn!(
        error = error_chain(error),
        "what a delivery asks of its integration could not be done"
    );
    Reply::unavailable("what it asks of the integration could not be done; send it again")
}
