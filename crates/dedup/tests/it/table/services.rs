//! Which services an alert touches, and what configuration stops.

use watchbell_model::{Reason, Severity, Status};

use super::{
    A, B, C, HOUR, Told, acknowledge, check, incident, note, resolve, trigger, unresolved,
};

#[test]
fn a_named_service_is_touched_alone_and_no_name_touches_all() {
    let open =
        || [incident(), incident().on(B).status(Status::Fixing), incident().on(C).resolved(HOUR)];
    check(open(), trigger(), "updated: A new SEV2 x2; updated: B fixing SEV2 x2");
    check(open(), trigger().naming(B), "updated: B fixing SEV2 x2");
    check(open(), trigger().naming(C), "reopened: C new SEV2 x2 +reopened");
    // It belongs to what is open, wherever a new one would go.
    check(open(), trigger().by_default_to(C), "updated: A new SEV2 x2; updated: B fixing SEV2 x2");
    check(
        open(),
        trigger().nowhere_to_go(Reason::MissingService),
        "updated: A new SEV2 x2; updated: B fixing SEV2 x2",
    );
    check(open(), note(), "noted: A new SEV2 x1 +noted; noted: B fixing SEV2 x1 +noted");
    check(open(), note().naming(A), "noted: A new SEV2 x1 +noted");
    check(
        open(),
        resolve(),
        "resolved: A resolved SEV2 x1 +resolved; resolved: B resolved SEV2 x1 +resolved",
    );
    check(open(), resolve().naming(B), "resolved: B resolved SEV2 x1 +resolved");
    check(
        open(),
        acknowledge().naming(B),
        "acknowledged: B fixing SEV2 x1 taken-at-source +acknowledged",
    );
    // Each service has its own mapping.
    let worse_on_b = trigger().assessed(|service| {
        let severity = if service == B { Severity::Sev0 } else { Severity::Sev3 };
        (Some(severity), Ok(()))
    });
    check(open(), worse_on_b, "updated: A new SEV2 x2; raised: B fixing SEV0 x2 +raised");
}

#[test]
fn what_stops_creating_stops_reopening_and_nothing_else() {
    let off = |told: Told| told.assessed(|_| (Some(Severity::Sev1), Err(Reason::ServiceInactive)));
    check([], off(trigger()), "service_inactive");
    check([], off(trigger()).naming(B), "service_inactive");
    check([], off(trigger()).without_key(), "service_inactive");
    check([incident().resolved(HOUR)], off(trigger()), "service_inactive");
    check([incident().resolved(HOUR)], off(unresolved()), "service_inactive");
    check([incident()], off(trigger()), "raised: A new SEV1 x2 +raised");
    check([incident()], off(resolve()), "resolved: A resolved SEV2 x1 +resolved");
    check([incident()], off(note()), "noted: A new SEV2 x1 +noted");
    check(
        [incident()],
        off(acknowledge()),
        "acknowledged: A investigating SEV2 x1 taken-at-source +acknowledged",
    );
    // "Do not create" has no severity to raise to.
    let chatter = |told: Told| told.assessed(|_| (None, Err(Reason::SeverityDoNotCreate)));
    check([], chatter(trigger()), "severity_do_not_create");
    check([incident().resolved(HOUR)], chatter(trigger()), "severity_do_not_create");
    check([incident()], chatter(trigger()), "updated: A new SEV2 x2");
    check([incident()], chatter(resolve()), "resolved: A resolved SEV2 x1 +resolved");
    // Nothing is opened without a severity, whatever else is said.
    let neither = |told: Told| told.assessed(|_| (None, Ok(())));
    check([], neither(trigger()), "severity_do_not_create");
    // It is the incident's own service that counts for reopening, not where a new one would go.
    let a_is_off = trigger().by_default_to(B).assessed(|service| {
        let may_open = if service == A { Err(Reason::ServiceNotLinked) } else { Ok(()) };
        (Some(Severity::Sev2), may_open)
    });
    check([incident().resolved(HOUR)], a_is_off, "service_not_linked");
}
