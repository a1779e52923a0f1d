//! Projects and topics at the source of an integration.

use watchbell_control::{Control, IntegrationView};
use watchbell_ingest::Snapshot;
use watchbell_model::{ConnectionScope, ProjectMapping, Subscription, SubscriptionState};
use watchbell_provider::{Field, Options, Proof, Provider, ServicePolicy};
use watchbell_web::page::{ProjectRow, Projects, TopicRow};
use watchbell_web::{Frame, StateWord, text};

use super::act::{done, on, service};
use super::active_services;
use super::detail::{Shows, id, shown};
use crate::rest::integrations::topics;
use crate::ui::Shown;
use crate::ui::notice;
use crate::ui::sign_in::refused_or_down;
use crate::ui::visit::Visit;

/// The projects that are mapped; none if alerts of this kind have no project, or must name their
/// service, which comes first. Those of a connection stand with the connection.
pub(super) fn projects(
    view: &IntegrationView,
    provider: &dyn Provider,
    snapshot: &Snapshot,
) -> Option<Projects> {
    let integration = &view.integration;
    let options = Options::new(&integration.options);
    let rules = provider.field_rules(&options);
    let own = integration.projects.iter().filter(|one| one.scope == ConnectionScope::NONE);
    let row = |one: &ProjectMapping| {
        let service = snapshot.services.get(one.service);
        ProjectRow {
            project: one.project.clone(),
            service: service.map_or_else(|| text::UNKNOWN.to_owned(), |one| one.name.clone()),
            key: service.map(|service| service.key.to_string()).unwrap_or_default(),
            is_active: one.active,
        }
    };
    let rows: Vec<_> = own.map(row).collect();
    let may_lack_service = provider.service_policy() == ServicePolicy::NeedsLink;
    let has_project = rules.iter().any(|rule| rule.field == Field::Project);
    let has = !rows.is_empty() || (may_lack_service && has_project);
    has.then(|| Projects { rows, services: active_services(snapshot), typed: None })
}

/// Whether it is fed by topics.
pub(super) fn has_topics(view: &IntegrationView, provider: Option<&dyn Provider>) -> bool {
    let options = Options::new(&view.integration.options);
    provider.is_some_and(|provider| provider.proof(&options) == Proof::Sns)
}

/// The topics that asked to be let in.
pub(super) fn topics(topics: &[Subscription], frame: &Frame) -> Vec<TopicRow> {
    let row = |one: &Subscription| TopicRow {
        topic: one.topic.clone(),
        state: StateWord {
            kind: match one.state {
                SubscriptionState::Confirmed => "good",
                SubscriptionState::Waiting => "busy",
                SubscriptionState::Ended => "quiet",
            },
            word: text::topic_state(one.state),
        },
        since: frame.moment(one.at),
        waits: one.state == SubscriptionState::Waiting,
    };
    topics.iter().map(row).collect()
}

fn project(form: &mut crate::query::Query) -> String {
    form.one::<String>("project", text::WANT_PROJECT).unwrap_or_default()
}

pub(in crate::ui) async fn project_map(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let (project, service) = (project(&mut form), service(&mut form));
    let is_active = form.one::<bool>("active", text::WANT_FLAG).unwrap_or(true);
    let run = move |control: &Control, reference: &str| {
        control.project_map(reference, &project, &service, is_active)
    };
    done(&visit, form, notice::PROJECT, run).await
}

pub(in crate::ui) async fn project_unmap(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let project = project(&mut form);
    let run = move |control: &Control, reference: &str| control.project_unmap(reference, &project);
    done(&visit, form, notice::PROJECT_GONE, run).await
}

pub(in crate::ui) async fn topic_confirm(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let topic = form.one::<String>("topic", text::WANT_TOPIC).unwrap_or_default();
    form.finish()?;
    match topics::let_in(&visit.call, &id(&visit)?.to_string(), topic).await {
        Ok(()) => on(&visit, notice::TOPIC),
        Err(error) => {
            let (status, notice) = refused_or_down(error)?;
            shown(&visit, status, Some(notice), Shows::default()).await
        }
    }
}
