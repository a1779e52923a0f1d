//! The stream that tells an open page when to fetch its parts again (WHATWG HTML, server-sent events).
//! It says what kind of thing has changed and no more: what that is, the page asks for as ever.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use futures_util::stream::unfold;
use tokio::time::{Instant, timeout_at};
use watchbell_model::{IncidentNumber, Scope};

use super::Shown;
use super::visit::Visit;
use crate::error::ApiError;
use crate::updates::{Changes, Listener};

/// After how long a stream ends. The browser comes again, and the door looks again who it is.
const LIFE: Duration = Duration::from_mins(5);
/// After how long it says that it is still there: proxies close what is silent for a minute, and only
/// who is written to can be found gone.
const QUIET: Duration = Duration::from_secs(15);
/// How long a browser waits before it comes again, in milliseconds.
const RETRY_MS: u32 = 2_000;

pub(super) async fn stream(visit: Visit) -> Shown {
    let mut query = visit.call.query();
    let number: Option<IncidentNumber> = query.one("incident", "a number like INC-2026-001");
    query.finish()?;
    let incident = match number {
        Some(number) => {
            let read =
                move |store: &dyn watchbell_store::Store| store.incident_versions(0, &[number]);
            visit.call.store(read).await?.pop()
        }
        None => None,
    };
    let state = &visit.call.state;
    let Some(listener) = state.updates.listen(visit.csrf(), incident) else {
        return Err(ApiError::unavailable("too many pages listen already, or the server stops"));
    };
    let server = state.server.to_string();
    let header = visit.call.http.headers().get("last-event-id");
    let known = header.and_then(|value| value.to_str().ok()).and_then(|id| read(id, &server));
    let speaker = Speaker {
        listener,
        server,
        sees_log: visit.call.principal()?.may(Scope::DeliveriesRead).is_ok(),
        known,
        has_begun: false,
        end: Instant::now() + LIFE,
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

/// What a browser had heard of this server when its last stream ended.
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
}

impl Speaker {
    /// What is said next. None: nothing any more.
    async fn next(&mut self) -> Option<String> {
        loop {
            let now = self.listener.heard()?;
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
                return Some(": still here\n\n".to_owned());
            }
        }
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
        let Changes { incidents, deliveries } = now;
        let (server, kinds) = (&self.server, kinds.join(" "));
        Some(format!("id: {server}.{incidents}.{deliveries}\nevent: change\ndata: {kinds}\n\n"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_knows_counts_for_this_server_only() {
        let known = Changes { incidents: 3, deliveries: 40 };
        assert_eq!(read("srv_1.3.40", "srv_1"), Some(known));
        for other in ["", "srv_2.3.40", "srv_1.3", "srv_1.3.", "srv_1.3.x", "srv_13.40"] {
            assert_eq!(read(other, "srv_1"), None, "{other}");
        }
    }
}
