//! Topics at the source that asked to be let in.

use serde::Serialize;
use utoipa::ToSchema;
use watchbell_model::Subscription;

use super::reference;
use crate::envelope::time;
use crate::error::{ApiError, Code};
use crate::rest::call::Call;
use crate::rest::fields::Fields;
use crate::rest::{Answered, words};

/// A topic at the source.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct TopicView {
    topic: String,
    #[schema(schema_with = words::subscription_state)]
    state: &'static str,
    since: String,
}

impl TopicView {
    fn new(one: &Subscription) -> Self {
        Self { topic: one.topic.clone(), state: one.state.as_str(), since: time(one.at) }
    }
}

pub(in crate::rest) async fn list(call: Call) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let topics = call.control(move |control| control.topics(&reference)).await?;
    let views: Vec<_> = topics.iter().map(TopicView::new).collect();
    Ok(call.ok(&views))
}

/// A topic that waits.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct TopicConfirm {
    /// Its name at the source.
    #[schema(min_length = 1, max_length = 300)]
    topic: String,
}

pub(in crate::rest) async fn confirm(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let topic = fields.text("topic", 1..=300);
    let topic = fields.required("topic", topic).unwrap_or_default();
    fields.finish()?;
    let_in(&call, &reference, topic).await?;
    let topics = call.control(move |control| control.topics(&reference)).await?;
    let views: Vec<_> = topics.iter().map(TopicView::new).collect();
    Ok(call.ok(&views))
}

/// Tells the source that a topic which waits is wanted, and takes its messages from then on.
pub(crate) async fn let_in(call: &Call, reference: &str, topic: String) -> Result<(), ApiError> {
    let notifications = std::sync::Arc::clone(&call.state.notifications);
    let (id, name) = (reference.to_owned(), topic.clone());
    let (integration, url) = call.control(move |control| control.topic_waiting(&id, &name)).await?;
    let asked = actix_web::web::block(move || notifications.confirm(&url)).await;
    match asked {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(
                error = watchbell_model::error_chain(&error),
                "a topic could not be confirmed"
            );
            return Err(ApiError::new(
                Code::Unavailable,
                "the source did not take the confirmation; its token lives for some days only: if \
                 it has ended, let the source ask again",
            ));
        }
        Err(_) => return Err(ApiError::unavailable("the question was cut off; try again")),
    }
    call.control(move |control| control.topic_confirmed(integration.id, &topic)).await
}
