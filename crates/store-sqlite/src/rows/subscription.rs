//! Topics at the source.

use diesel::prelude::*;
use watchbell_model::{IntegrationId, Subscription, SubscriptionState};
use watchbell_store::stored::word;
use watchbell_store::{StoreError, SubscriptionRecord};

use super::{micros, time, uuid};
use crate::schema::subscriptions;

/// A topic as it is written.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = subscriptions, treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct SubscriptionFields<'a> {
    integration: &'a [u8],
    topic: &'a str,
    state: &'static str,
    at: i64,
    sealed: Option<&'a [u8]>,
}

impl<'a> SubscriptionFields<'a> {
    pub(crate) fn new(record: &'a SubscriptionRecord) -> Self {
        let SubscriptionRecord { integration, subscription, sealed } = record;
        let Subscription { topic, state, at } = subscription;
        Self {
            integration: integration.as_bytes(),
            topic,
            state: state.as_str(),
            at: micros(*at),
            sealed: sealed.as_deref(),
        }
    }
}

/// A topic as it is read.
#[derive(Queryable)]
pub(crate) struct SubscriptionRow {
    integration: Vec<u8>,
    topic: String,
    state: String,
    at: i64,
    sealed: Option<Vec<u8>>,
}

impl TryFrom<SubscriptionRow> for SubscriptionRecord {
    type Error = StoreError;

    fn try_from(row: SubscriptionRow) -> Result<Self, StoreError> {
        let id = uuid("subscriptions.integration", &row.integration)?;
        let states = &SubscriptionState::ALL;
        let subscription = Subscription {
            topic: row.topic,
            state: word("subscriptions.state", states, SubscriptionState::as_str, &row.state)?,
            at: time("subscriptions.at", row.at)?,
        };
        Ok(Self { integration: IntegrationId::from_uuid(id), subscription, sealed: row.sealed })
    }
}
