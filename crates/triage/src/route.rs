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
