//! `watchbell integration topic`.

use serde_json::json;
use watchbell_control::Control;
use watchbell_model::{Subscription, SubscriptionState};

use super::super::Failure;
use super::super::integration_args::TopicCommand;
use crate::config::Config;
use crate::out::{self, Out};
use crate::outside;

pub(super) fn run(
    command: TopicCommand,
    control: &Control,
    config: &Config,
    out: Out,
) -> Result<(), Failure> {
    match command {
        TopicCommand::List(which) => {
            let topics = control.topics(&which.integration)?;
            let value = |one: &Subscription| json!({"topic": one.topic, "state": one.state.as_str(), "since": out::time(one.at)});
            out.result(&topics.iter().map(value).collect::<Vec<_>>().into(), || shown(&topics));
        }
        TopicCommand::Confirm { which, topic } => {
            let (integration, url) = control.topic_waiting(&which.integration, &topic)?;
            let notifications = outside::notifications(config)?;
            notifications.confirm(&url).map_err(|error| {
                Failure::Unavailable(format!(
                    "{topic}: {}. Its token lives for some days only: if it has ended, let the \
                     source ask again",
                    watchbell_model::error_chain(&error)
                ))
            })?;
            control.topic_confirmed(integration.id, &topic)?;
            out.result(&json!({"topic": topic, "state": "confirmed"}), || {
                format!("confirmed: {topic} is let in at {:?}", integration.name)
            });
        }
    }
    Ok(())
}

fn shown(topics: &[Subscription]) -> String {
    if topics.is_empty() {
        return "no topic has asked to be let in".to_owned();
    }
    let row = |one: &Subscription| {
        vec![one.state.as_str().to_owned(), out::time(one.at), one.topic.clone()]
    };
    let rows: Vec<_> = topics.iter().map(row).collect();
    let mut text = out::table(&["state", "since", "topic"], &rows);
    if topics.iter().any(|one| one.state == SubscriptionState::Waiting) {
        text.push_str(
            "\nLet one in that waits: watchbell integration topic confirm INTEGRATION TOPIC",
        );
    }
    text
}
