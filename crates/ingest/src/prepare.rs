//! From a proven delivery to alerts with routes. Pure, and done in the handler's thread: the
//! committer has better things to do.

mod connection;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use watchbell_model::{
    Alert, ConnectionScope, Delivery, DeliveryId, GroupHash, IdempotencyKey, Reason, Route,
    ServiceReference, Stage, Trace, cut,
};
use watchbell_provider::{
    FieldProblem, Heartbeat, Installation, Item, Options, ReadError, Received, ServicePolicy, Topic,
};
use watchbell_signature::Verified;
use watchbell_triage::{Rules, may_use, route};

use crate::{Snapshot, Source};

/// One entry of a delivery, ready to be decided.
#[derive(Debug, Clone)]
pub enum PreparedItem {
    /// Something that happened to a problem, and where it goes.
    Alert(Box<Alert>, Route),
    /// Something that changes nothing.
    Ignored(Reason),
}

/// A delivery that is read and routed, ready to be decided.
#[derive(Debug)]
pub struct Prepared {
    /// The delivery; its headers are redacted.
    pub delivery: Delivery,
    /// Where it comes from.
    pub source: Arc<Source>,
    /// The configuration that decides it.
    pub snapshot: Arc<Snapshot>,
    /// Its entries.
    pub items: Vec<PreparedItem>,
    /// The group that it says is wholly over.
    pub resolved_group: Option<GroupHash>,
    /// The topic at the source that it came through.
    pub topic: Option<Topic>,
    /// The connection that it came by, or none.
    pub scope: ConnectionScope,
    /// The installation at the source that it belongs to.
    pub installation: Option<Installation>,
    /// The sender's own id for it, and whether another body under it is an error.
    pub idempotency: Option<(IdempotencyKey, bool)>,
    /// The heartbeat that it is, if the integration expects one.
    pub heartbeat: Option<Heartbeat>,
    /// The stored delivery that it runs again; none for what a sender sent.
    pub again: Option<RunAgain>,
    /// The steps so far.
    pub trace: Trace,
    /// When the work on it began, for its duration only.
    pub started: Instant,
}

/// A stored delivery that is run again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunAgain {
    /// The stored delivery.
    pub delivery: DeliveryId,
}

/// As lines of timelines are marked.
impl fmt::Display for RunAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "replay of {}", self.delivery)
    }
}

/// A delivery that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// The delivery; its headers are redacted.
    pub delivery: Delivery,
    /// What is wrong.
    pub error: ReadError,
    /// The steps so far.
    pub trace: Trace,
}

/// Reads and routes a delivery.
///
/// # Errors
/// It cannot be read, or names services wrongly where the provider's author should see that.
pub fn prepare(
    verified: Verified<Delivery>,
    source: &Arc<Source>,
    snapshot: &Arc<Snapshot>,
    mut trace: Trace,
    started: Instant,
) -> Result<Prepared, Box<Unreadable>> {
    trace.note(Stage::Proof, verified.held_by().to_string());
    let mut delivery = verified.into_inner();
    let options = Options::new(&source.integration.options);
    let read = source.provider.read(&delivery, &options);
    let read = match source.provider.service_policy() {
        ServicePolicy::NeedsLink => read,
        ServicePolicy::AnyActive => snapshot
            .with_rules(source, ConnectionScope::NONE, |rules| with_service_problems(rules, read)),
    };
    delivery.headers = std::mem::take(&mut delivery.headers).redacted();
    if let Some(body) = source.provider.without_secrets(&delivery.body) {
        delivery.body = body;
    }
    let received = match read {
        Ok(received) => received,
        Err(error) => {
            note_read_error(&mut trace, &error);
            return Err(Box::new(Unreadable { delivery, error, trace }));
        }
    };
    let installation = received.installation;
    let scope = connection::scope(source, installation.as_ref(), &mut trace);
    let items = match scope {
        Some(scope) => {
            snapshot.with_rules(source, scope, |rules| items(rules, received.items, &mut trace))
        }
        None => connection::nobodys(received.items, &mut trace),
    };
    for warning in received.warnings {
        trace.note(Stage::Read, warning);
    }
    let heartbeat = received.is_heartbeat.then(|| source.heartbeat()).flatten();
    if let Some(Heartbeat { name, every, .. }) = &heartbeat {
        let (every, of_it) = (every.as_secs(), "on the default service");
        trace.note(
            Stage::Read,
            format!("if no other {name} comes within {every} s, an incident opens {of_it}"),
        );
    }
    let idempotency =
        received.idempotency.map(|id| (IdempotencyKey::new(&id.id, &delivery.body), id.same_body));
    Ok(Prepared {
        delivery,
        source: Arc::clone(source),
        snapshot: Arc::clone(snapshot),
        items,
        resolved_group: received.resolved_group,
        topic: received.topic,
        scope: scope.unwrap_or(ConnectionScope::NONE),
        installation,
        idempotency,
        heartbeat,
        again: None,
        trace,
        started,
    })
}

fn note_read_error(trace: &mut Trace, error: &ReadError) {
    match error {
        ReadError::Malformed { problem } => trace.note(Stage::Read, problem.to_string()),
        ReadError::Invalid { problems, .. } => {
            for problem in problems {
                trace.note(Stage::Read, problem.to_string());
            }
        }
        ReadError::TooManyAlerts { .. } => trace.note(Stage::Read, error.to_string()),
    }
}

fn items(rules: &Rules<'_>, read: Vec<Item>, trace: &mut Trace) -> Vec<PreparedItem> {
    read.into_iter()
        .enumerate()
        .map(|(index, item)| match item {
            Item::Alert(alert) => {
                let route = route(rules, &alert, index, trace);
                PreparedItem::Alert(alert, route)
            }
            Item::Ignored { reason, what } => {
                trace.note_alert(index, Stage::Read, what);
                PreparedItem::Ignored(reason)
            }
        })
        .collect()
}

/// Adds every wrong service to what is wrong already: for a provider whose author should see it at
/// once.
fn with_service_problems(
    rules: &Rules<'_>,
    read: Result<Received, ReadError>,
) -> Result<Received, ReadError> {
    match read {
        Ok(received) => {
            let named = received.items.iter().filter_map(|item| match item {
                Item::Alert(alert) => alert.service.as_ref(),
                Item::Ignored { .. } => None,
            });
            let problems = service_problems(rules, named);
            if problems.is_empty() {
                return Ok(received);
            }
            Err(ReadError::Invalid { problems, services: Vec::new() })
        }
        Err(ReadError::Invalid { mut problems, services }) => {
            problems.extend(service_problems(rules, services.iter()));
            Err(ReadError::Invalid { problems, services: Vec::new() })
        }
        Err(error) => Err(error),
    }
}

/// Every wrong service. Each place is named, each good service is looked up once.
fn service_problems<'a>(
    rules: &Rules<'_>,
    named: impl Iterator<Item = &'a ServiceReference>,
) -> Vec<FieldProblem> {
    let mut good: HashSet<&str> = HashSet::new();
    let mut problems = Vec::new();
    for reference in named {
        if good.contains(reference.text.as_str()) {
            continue;
        }
        let found = rules.services.find(&reference.text);
        let usable =
            found.ok_or(Reason::UnknownService).and_then(|service| may_use(rules, service.id));
        let expected = match usable {
            Ok(()) => {
                good.insert(&reference.text);
                continue;
            }
            Err(Reason::ServiceInactive) => "the key of an active service",
            Err(Reason::ServiceNotLinked) => "the key of a service linked to this integration",
            Err(_) => "the key of a service",
        };
        problems.push(FieldProblem {
            path: reference.field.to_string(),
            expected: expected.to_owned(),
            got: format!("\"{}\"", cut(&reference.text, 60)),
        });
    }
    problems
}
