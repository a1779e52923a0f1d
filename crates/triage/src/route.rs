//! Which service an alert goes to.

use watchbell_model::{Alert, Reason, Route, Stage, Trace};

use crate::Rules;

/// Which service `alert`, the `index`th of its delivery, goes to; each step is noted in `trace`.
pub fn route(rules: &Rules<'_>, alert: &Alert, index: usize, trace: &mut Trace) -> Route {
    let mut note = |text: String| trace.note_alert(index, Stage::Service, text);
    if let Some(reference) = &alert.service {
        let (text, field) = (watchbell_model::cut(&reference.text, 60), &reference.field);
        return if let Some(service) = rules.services.find(&reference.text) {
            note(format!("{field} names {text}: {} ({})", service.key, service.name));
            Route::Named(service.id)
        } else {
            note(format!("{field} names {text}, which no service answers to"));
            Route::Unknown
        };
    }
    if !rules.integration.projects.is_empty() {
        return by_project(rules, alert, note);
    }
    let default = rules.integration.default_service.and_then(|id| rules.services.get(id));
    let Some(service) = default else {
        note("the alert names no service and the integration has no default".to_owned());
        return Route::Unnamed(Err(Reason::MissingService));
    };
    note(format!(
        "the alert names no service; a new incident goes to the integration's default, {} ({})",
        service.key, service.name
    ));
    Route::Unnamed(Ok(service.id))
}

/// Where the mapping of the alert's project sends a new incident. Without one there is no default:
/// who maps projects wants no others.
fn by_project(rules: &Rules<'_>, alert: &Alert, mut note: impl FnMut(String)) -> Route {
    let Some(project) = &alert.project else {
        note("the alert names neither a service nor a project, and projects are mapped".to_owned());
        return Route::Unnamed(Err(Reason::UnmappedProject));
    };
    let shown = watchbell_model::cut(project, 60);
    let Some(mapping) = rules.integration.project(rules.scope, project) else {
        note(format!("project {shown} is not mapped to a service"));
        return Route::Unnamed(Err(Reason::UnmappedProject));
    };
    let Some(service) = rules.services.get(mapping.service) else {
        note(format!("project {shown} is mapped to a service that is not there"));
        return Route::Unnamed(Err(Reason::UnknownService));
    };
    let (key, name) = (&service.key, &service.name);
    if mapping.active {
        note(format!("project {shown} is mapped: a new incident goes to {key} ({name})"));
        Route::Unnamed(Ok(service.id))
    } else {
        note(format!("project {shown} is mapped to {key} ({name}), but its mapping is off"));
        Route::Unnamed(Err(Reason::MappingDisabled))
    }
}
