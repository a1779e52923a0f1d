//! The integrations that a service is linked with, on its page.

use watchbell_control::{Control, IntegrationNew};
use watchbell_ingest::Source;
use watchbell_model::{Link, Scope, Service};
use watchbell_providers::PROVIDERS;
use watchbell_web::page::{Cell, Choice, Kind, Records};
use watchbell_web::{StateWord, text as t};

use super::{As, field, form, given, line, may, on, services, whole};
use crate::ui::Shown;
use crate::ui::integrations::stands;
use crate::ui::notice;
use crate::ui::visit::Visit;

/// Adds the table of them to a service's page, and the forms of whoever may change it.
pub(super) fn add_to(page: &mut Records, visit: &Visit, service: &Service) {
    if !may(visit, Scope::IntegrationsRead) {
        return;
    }
    // The links stand in the configuration in use: a list of all integrations opens every key.
    let snapshot = visit.call.snapshot();
    let mut all: Vec<_> = snapshot.sources().collect();
    all.sort_by_cached_key(|source| {
        (source.integration.name.to_lowercase(), source.integration.id.as_uuid())
    });
    let (mut rows, mut others) = (Vec::new(), Vec::new());
    for source in all {
        match source.integration.link(service.id) {
            Some(link) => rows.push(row(visit, source, link)),
            None => others.push(choice(source)),
        }
    }
    let columns = [t::INTEGRATION, t::PROVIDER, t::STATE, t::DEFAULT_SERVICE, t::MAPPING];
    page.table_title = t::SOURCES_OF_IT;
    page.table = Some(whole(&columns, rows, t::SOURCES_OF_IT_NONE));
    if may(visit, Scope::IntegrationsWrite) {
        let path = format!("{}/services/{}/sources", visit.base(), service.key);
        let providers = PROVIDERS.iter().map(|one| Choice {
            value: one.slug().to_owned(),
            name: one.name().to_owned(),
            is_chosen: false,
        });
        let fields = vec![
            field("provider", t::PROVIDER, Kind::One(providers.collect())),
            line("name", t::NAME_OPTIONAL, "", false),
        ];
        page.forms.push(form(t::SOURCE_ADD, path.clone(), fields, t::CONNECT_BUTTON));
        if !others.is_empty() {
            let fields = vec![field("integration", t::INTEGRATION, Kind::One(others))];
            page.forms.push(form(t::SOURCE_LINK, format!("{path}/link"), fields, t::LINK_IT));
        }
    }
}

fn row(visit: &Visit, source: &Source, link: &Link) -> Vec<Cell> {
    let integration = &source.integration;
    let address = format!("{}/integrations/{}", visit.base(), integration.id);
    let mapping: Vec<_> = link
        .mapping
        .iter()
        .map(|(level, action)| format!("{level}: {}", t::severity_action(action)))
        .collect();
    let is_default = integration.default_service == Some(link.service);
    vec![
        Cell::Link(address, integration.name.clone()),
        Cell::Text(source.provider.name().to_owned()),
        Cell::Word(stands(integration.state)),
        if is_default {
            Cell::Word(StateWord { kind: "good", word: t::IS_DEFAULT })
        } else {
            Cell::Nothing
        },
        Cell::Text(match mapping.as_slice() {
            [] => t::MAPPING_NONE.to_owned(),
            mapping => mapping.join(", "),
        }),
    ]
}

fn choice(source: &Source) -> Choice {
    let (name, provider) = (&source.integration.name, source.provider.name());
    Choice {
        value: source.integration.id.to_string(),
        name: if name == provider { name.clone() } else { format!("{name} ({provider})") },
        is_chosen: false,
    }
}

/// Adds an integration that has the service linked and as its default, and leads to its page.
pub(in crate::ui) async fn add(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let provider = form.one::<String>("provider", t::WANT_PROVIDER).unwrap_or_default();
    let name = given(&mut form, "name");
    let service = visit.call.part("key");
    let run = move |control: &Control| {
        control.integration_add(&IntegrationNew::from_service(&provider, &service, name.clone())?)
    };
    let made = match form.finish() {
        Ok(()) => visit.call.control(run).await,
        Err(error) => Err(error),
    };
    match made {
        Ok(made) => {
            let path = format!("/integrations/{}", made.view.integration.id);
            Ok(on(&visit, &path, notice::CONNECTED))
        }
        Err(error) => services::one(&visit, As::refused(error)?).await,
    }
}

/// Links the service with an integration that is there already.
pub(in crate::ui) async fn link(mut visit: Visit) -> Shown {
    let mut form = visit.form();
    let integration = form.one::<String>("integration", t::WANT_INTEGRATION).unwrap_or_default();
    let (service, key) = (visit.call.part("key"), visit.call.part("key"));
    let run =
        move |control: &Control| control.integration_link(&integration, &service, None).map(drop);
    let linked = match form.finish() {
        Ok(()) => visit.call.control(run).await,
        Err(error) => Err(error),
    };
    match linked {
        Ok(()) => Ok(on(&visit, &format!("/services/{key}"), notice::LINKED)),
        Err(error) => services::one(&visit, As::refused(error)?).await,
    }
}
