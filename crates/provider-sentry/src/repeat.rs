//! Knowing a delivery again.
//!
//! Sentry sends once more after a timeout, with a new request id, a new time and often another
//! body. Newer versions add an id of their own; for older ones the body is asked where a repeat
//! would change something: an alert counts twice, a comment is noted twice.

use watchbell_model::{DedupKey, Headers};
use watchbell_provider::Idempotency;

use crate::kind::Kind;
use crate::texts::text;
use crate::wire::{AlertRule, Body, Data, Installation};

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// The delivery's id: Sentry's own, else what can be told from the body.
pub(crate) fn idempotency(
    kind: Kind<'_>,
    body: &Body<'_>,
    headers: &Headers,
) -> Option<Idempotency> {
    let own = headers.get(IDEMPOTENCY_KEY).map(str::trim).filter(|id| !id.is_empty());
    let id = own.map(str::to_owned).or_else(|| from_body(kind, body))?;
    // A key's bound is an id's too.
    let id = DedupKey::new(id)?.as_str().to_owned();
    Some(Idempotency { id, same_body: false })
}

fn from_body(kind: Kind<'_>, body: &Body<'_>) -> Option<String> {
    let data = body.data.get()?;
    let uuid = |of: Option<&Installation<'_>>| {
        of.and_then(|installation| text(&installation.uuid)).map(str::to_owned)
    };
    let installation = uuid(body.installation.get()).unwrap_or_default();
    match kind {
        Kind::EventAlert => {
            let event = text(&data.event.get()?.event_id)?;
            Some(format!("event_alert:{installation}:{event}:{}", rule(data)))
        }
        Kind::Comment => {
            let comment = text(&data.comment_id)?;
            let action = text(&body.action)?;
            let at = text(&data.timestamp).unwrap_or_default();
            Some(format!("comment:{installation}:{comment}:{action}:{at}"))
        }
        Kind::Installation => {
            let installation = uuid(data.installation.get()).unwrap_or(installation);
            Some(format!("installation:{installation}:{}", text(&body.action)?))
        }
        _ => None,
    }
}

/// One event can set off several rules, each of which has its own delivery.
fn rule<'t>(data: &'t Data<'_>) -> &'t str {
    let id = data.issue_alert.get().and_then(|AlertRule { id, .. }| text(id));
    id.or_else(|| text(&data.triggered_rule)).unwrap_or_default()
}
