//! Topics at the source: which are let in, which wait.

use watchbell_model::{
    Integration, IntegrationId, Secret, Subscription, SubscriptionState, Timestamp,
};
use watchbell_store::{ConfigChange, StoredConfig, SubscriptionRecord};
use watchbell_vault::purpose;

use crate::{Control, ControlError, find};

/// The most topics of an integration that wait: whoever knows its address can make as many as they
/// like.
const MAX_WAITING: usize = 100;

/// What becomes of a topic that asks for confirmation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopicOffered {
    /// It is to be confirmed at the source: it is the first of its integration, or known.
    Welcome,
    /// Another one was there before. It waits until somebody lets it in.
    Waits,
    /// As many wait as are kept. This one is not.
    TooMany,
}

impl Control {
    /// The topics of an integration, by name.
    ///
    /// # Errors
    /// [`ControlError::NotFound`].
    pub fn topics(&self, reference: &str) -> Result<Vec<Subscription>, ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?.id;
        Ok(of(&config, integration).map(|record| record.subscription.clone()).collect())
    }

    /// What becomes of `topic`, which asks to be confirmed at `url`. One that waits is kept.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn topic_offered(
        &self,
        integration: IntegrationId,
        topic: &str,
        url: &Secret,
    ) -> Result<TopicOffered, ControlError> {
        self.change(|config| {
            let waits = |record: &&SubscriptionRecord| {
                record.subscription.state == SubscriptionState::Waiting
            };
            let (own, others): (Vec<_>, Vec<_>) =
                of(config, integration).partition(|record| record.subscription.topic == topic);
            // Let in before, even if it ended since; or nobody was.
            if own.iter().any(|record| !waits(record)) || others.iter().all(waits) {
                return Ok((Vec::new(), TopicOffered::Welcome));
            }
            if others.into_iter().filter(waits).count() >= MAX_WAITING {
                return Ok((Vec::new(), TopicOffered::TooMany));
            }
            let context = purpose::confirmation(integration, topic);
            let sealed = self.vault.seal(&context, url.expose().as_bytes())?;
            let state = SubscriptionState::Waiting;
            let change = self.subscription(integration, topic, state, Some(sealed));
            Ok((vec![change], TopicOffered::Waits))
        })
    }

    /// The source has been told that this address wants `topic`: from now on its messages are taken.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn topic_confirmed(
        &self,
        integration: IntegrationId,
        topic: &str,
    ) -> Result<(), ControlError> {
        let state = SubscriptionState::Confirmed;
        // Also if it is so already: what ended before now ends nothing.
        self.change(|_| Ok((vec![self.subscription(integration, topic, state, None)], ())))
    }

    /// The source said at `said_at` that `topic` sends nothing more. Tells whether that is still
    /// so: not if it was confirmed later, and not if it is not known.
    ///
    /// # Errors
    /// [`ControlError::Store`].
    pub fn topic_ended(
        &self,
        integration: IntegrationId,
        topic: &str,
        said_at: Option<Timestamp>,
    ) -> Result<bool, ControlError> {
        self.change(|config| {
            let found = of(config, integration).find(|r| r.subscription.topic == topic);
            let Some(SubscriptionRecord { subscription, .. }) = found else {
                return Ok((Vec::new(), false));
            };
            // The source's moments have milliseconds.
            let later = |said_at: Timestamp| {
                subscription.at.timestamp_millis() > said_at.timestamp_millis()
            };
            match subscription.state {
                SubscriptionState::Ended => Ok((Vec::new(), true)),
                _ if said_at.is_some_and(later) => Ok((Vec::new(), false)),
                _ => {
                    let state = SubscriptionState::Ended;
                    Ok((vec![self.subscription(integration, topic, state, None)], true))
                }
            }
        })
    }

    /// The integration, and the address at which the waiting `topic` is confirmed.
    ///
    /// # Errors
    /// [`ControlError::NotFound`]; [`ControlError::Refused`] if it does not wait.
    pub fn topic_waiting(
        &self,
        reference: &str,
        topic: &str,
    ) -> Result<(Integration, Secret), ControlError> {
        let config = self.store.config_load()?;
        let integration = find::integration(&config, reference)?;
        let found = of(&config, integration.id).find(|r| r.subscription.topic == topic);
        let Some(sealed) = found.and_then(|record| record.sealed.as_ref()) else {
            let name = &integration.name;
            return Err(ControlError::refused(format!("no topic {topic} waits at {name:?}")));
        };
        self.vault.refresh()?;
        let opened = self.vault.open(&purpose::confirmation(integration.id, topic), sealed)?;
        let url = String::from_utf8_lossy(&opened).into_owned();
        Ok((integration.clone(), Secret::new(url)))
    }

    fn subscription(
        &self,
        integration: IntegrationId,
        topic: &str,
        state: SubscriptionState,
        sealed: Option<Vec<u8>>,
    ) -> ConfigChange {
        let subscription = Subscription { topic: topic.to_owned(), state, at: self.clock.now() };
        ConfigChange::SubscriptionSet(SubscriptionRecord { integration, subscription, sealed })
    }
}

fn of(
    config: &StoredConfig,
    integration: IntegrationId,
) -> impl Iterator<Item = &SubscriptionRecord> {
    config.subscriptions.iter().filter(move |record| record.integration == integration)
}
