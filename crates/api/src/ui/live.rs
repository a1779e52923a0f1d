//! The stream that tells an open page when to fetch its parts again (WHATWG HTML, server-sent events).
//! It says what kind of thing has changed and no more: what that is, the page asks for as ever.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes};
use futures_util::stream::unfold;
use tokio::time::{Instant, timeout_at};
use watchbell_control::Control;
use watchbell_model::{IncidentNumber, Scope, Secret, User};
use watchbell_web::text;

use super::Shown;
use super::visit::Visit;
use crate::State;
use crate::error::ApiError;
use crate::rest::gate::Principal;
use crate::updates::{Changes, Listener, Over};

/// After how long a stream ends. The browser comes again.
const LIFE: Duration = Duration::from_mins(5);
/// After how long it says that it is still there: proxies close what is silent for a minute, and only
/// who is written to can be found gone, at times by the second word only.
const QUIET: Duration = Duration::from_secs(5);
/// How often it is looked whether the session still is one.
const LOOK: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes again, in milliseconds.
const RETRY_MS: u32 = 2_000;

pub(super) async fn stream(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let number: Option<IncidentNumber> = query.one("incident", text::WANT_INCIDENT);
    let version: Option<i64> = query.one("version", text::WANT_NUMBER);
    let seen: Option<String> = query.one("seen", text::WANT_TOLD);
    query.finish()?;
    let incident = match number {
        Some(number) => {
            let read =
                move |store: &dyn watchbell_store::Store| store.incident_versions(0, &[number]);
            let found = visit.call.store(read).await?.pop();
            // What has changed since the page was made is news.
            found.map(|(number, now)| (number, version.unwrap_or(now)))
        }
        None => None,
    };
    let state = &visit.call.state;
    let Some(listener) = state.updates.listen(visit.csrf(), incident) else {
        return Err(ApiError::unavailable("too many pages listen already, or the server stops"));
    };
    let server = state.server.to_string();
    let header = visit.call.http.headers().get("last-event-id");
    let known = header.and_then(|value| value.to_str().ok()).or(seen.as_deref());
    let known = known.and_then(|id| read(id, &server));
    let Principal::Person { user, token } = visit.call.principal()? else {
        return Err(ApiError::unavailable("a key has no pages"));
    };
    let speaker = Speaker {
        listener,
        server,
        sees_log: visit.call.principal()?.may(Scope::DeliveriesRead).is_ok(),
        known,
        has_begun: false,
        end: Instant::now() + LIFE,
        control: state.control.clone(),
        user: user.clone(),
        token: token.clone(),
        look_again: Instant::now() + LOOK,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // nginx would keep the lines until there are many.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(unfold(speaker, |mut speaker| async move {
            let text = speaker.next().await?;
            Some((Ok::<_, Infallible>(Bytes::from(text)), speaker))
        })))
}

/// What a page that is made now knows, in the form in which streams tell of it.
pub(super) fn seen(state: &State) -> String {
    written(&state.server, state.updates.so_far())
}

fn written(server: &impl std::fmt::Display, Changes { incidents, deliveries }: Changes) -> String {
    format!("{server}.{incidents}.{deliveries}")
}

/// What a browser had heard of this server when its last stream ended, or its page was made.
fn read(id: &str, server: &str) -> Option<Changes> {
    let (incidents, deliveries) = id.strip_prefix(server)?.strip_prefix('.')?.split_once('.')?;
    Some(Changes { incidents: incidents.parse().ok()?, deliveries: deliveries.parse().ok()? })
}

/// One stream.
struct Speaker {
    listener: Listener,
    server: String,
    sees_log: bool,
    /// What the page knows. None: nothing, so that it has to look at everything once.
    known: Option<Changes>,
    has_begun: bool,
    end: Instant,
    control: Control,
    /// Who listens, as they were at the beginning.
    user: Arc<User>,
    token: Secret,
    look_again: Instant,
}

impl Speaker {
    /// What is said next. None: nothing any more.
    async fn next(&mut self) -> Option<String> {
        loop {
            if Instant::now() >= self.look_again {
                self.look_again = Instant::now() + LOOK;
                if !self.is_the_same().await {
                    return None;
                }
            }
            let now = match self.listener.heard() {
                Ok(now) => now,
                // Said once: then there is nothing to come again for.
                Err(Over::Enough) if self.end > Instant::now() => {
                    self.end = Instant::now();
                    return Some("event: enough\ndata: enough\n\n".to_owned());
                }
                Err(_) => return None,
            };
            let news = self.news(now);
            if !self.has_begun {
                self.has_begun = true;
                return Some(format!("retry: {RETRY_MS}\n\n{}", news.unwrap_or_default()));
            }
            if news.is_some() {
                return news;
            }
            let at = Instant::now();
            if at >= self.end {
                return None;
            }
            let quiet = (at + QUIET).min(self.end);
            if timeout_at(quiet, self.listener.wait()).await.is_err() {
                return Some(": here\n\n".to_owned());
            }
        }
    }

    /// Whether the session goes on, of the same person with the same role. Where nobody can say, it
    /// is taken for over: the door decides when the browser comes again.
    async fn is_the_same(&self) -> bool {
        let (control, token) = (self.control.clone(), self.token.clone());
        let found = web::block(move || control.session(&token)).await;
        matches!(found, Ok(Ok(Some((user, _)))) if user.role == self.user.role)
    }

    /// What the page does not know yet, if it may.
    fn news(&mut self, now: Changes) -> Option<String> {
        // Nobody has looked yet. What changes until then belongs to the first news.
        if now == Changes::default() {
            return None;
        }
        let known = self.known.replace(now);
        let is_news = |count: fn(&Changes) -> u64| known.is_none_or(|k| count(&k) != count(&now));
        let mut kinds = Vec::new();
        if is_news(|changes| changes.incidents) {
            kinds.push("incidents");
        }
        if self.sees_log && is_news(|changes| changes.deliveries) {
            kinds.push("deliveries");
        }
        if kinds.is_empty() {
            return None;
        }
        let (id, kinds) = (written(&self.server, now), kinds.join(" "));
        Some(format!("id: {id}\nevent: change\ndata: {kinds}\n\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_knows_counts_for_this_server_only() {
        let known = Changes { incidents: 3, deliveries: 40 };
        assert_eq!(read("srv_1.3.40", "srv_1"), Some(known));
        assert_eq!(written(&"srv_1", known), "srv_1.3.40");
        for other in ["", "srv_2.3.40", "srv_1.3", "srv_1.3.", "srv_1.3.x", "srv_13.40"] {
            assert_eq!(read(other, "srv_1"), None, "{other}");
        }
    }
}
