//! Topics at the source.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;
use watchbell_model::{IntegrationId, Subscription, SubscriptionState};
use watchbell_store::stored::word;
use watchbell_store::{StoreError, SubscriptionRecord};

use crate::schema::subscriptions;

/// A topic as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = subscriptions, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct SubscriptionFields<'a> {
    integration: Uuid,
    topic: &'a str,
    state: &'static str,
    at: DateTime<Utc>,
    sealed: Option<&'a [u8]>,
}

impl<'a> SubscriptionFields<'a> {
    pub(crate) fn new(record: &'a SubscriptionRecord) -> Self {
        let SubscriptionRecord { integration, subscription, sealed } = record;
        let Subscription { topic, state, at } = subscription;
        Self {
            integration: integration.as_uuid(),
            topic,
            state: state.as_str(),
            at: *at,
            sealed: sealed.as_deref(),
        }
    }
}

/// A topic as it is read.
#[derive(Queryable)]
pub(crate) struct SubscriptionRow {
    integration: Uuid,
    topic: String,
    state: String,
    at: DateTime<Utc>,
    sealed: Option<Vec<u8>>,
}

impl TryFrom<SubscriptionRow> for SubscriptionRecord {
    type Error = StoreError;

    fn try_from(row: SubscriptionRow) -> Result<Self, StoreError> {
        let states = &SubscriptionState::ALL;
        let subscription = Subscription {
            topic: row.topic,
            state: word("subscriptions.state", states, SubscriptionState::as_str, &row.state)?,
            at: row.at,
        };
        let integration = IntegrationId::from_uuid(row.integration);
        Ok(Self { integration, subscription, sealed: row.sealed })
    }
}
