//! What is answered.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value, json};

use super::grants;
use super::state::{State, Token};

const EVENT: &str = include_str!("../../fixtures/sentry-api/latest_event_response.json");
const COMMITTERS: &str = include_str!("../../fixtures/sentry-api/committers_response.json");
/// How many projects a page has: few, so that tests see several.
const PAGE: usize = 2;

/// One request.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) bearer: Option<String>,
    pub(super) body: Value,
}

pub(super) struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    pub(super) fn new(status: u16, body: &Value) -> Self {
        Self::raw(status, &body.to_string())
    }

    pub(super) fn raw(status: u16, body: &str) -> Self {
        Self { status, headers: Vec::new(), body: body.to_owned() }
    }

    pub(super) fn detail(status: u16, detail: &str) -> Self {
        Self::new(status, &json!({"detail": detail}))
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn write(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let Self { status, headers, body } = self;
        write!(stream, "HTTP/1.1 {status} -\r\nContent-Type: application/json\r\n")?;
        for (name, value) in headers {
            write!(stream, "{name}: {value}\r\n")?;
        }
        write!(stream, "Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }
}

pub(super) fn answer(state: &mut State, call: &Call) -> Answer {
    let (path, query) = call.path.split_once('?').unwrap_or((call.path.as_str(), ""));
    let Some(rest) = path.strip_prefix("/api/0/") else { return nothing() };
    // The trailing slash is required.
    if !rest.is_empty() && !rest.ends_with('/') {
        return nothing();
    }
    let parts: Vec<_> = rest.split('/').filter(|part| !part.is_empty()).collect();
    if let ["sentry-app-installations", uuid, "authorizations"] = parts[..] {
        return match call.method.as_str() {
            "POST" => grants::authorize(state, uuid, call),
            _ => Answer::detail(405, "Method not allowed"),
        };
    }
    let now = state.now();
    let found = call.bearer.as_ref().and_then(|bearer| state.tokens.get(bearer)).cloned();
    let token = match found {
        None => return Answer::detail(401, "Invalid token"),
        Some(token) if token.expires.is_some_and(|end| end <= now) => {
            return Answer::detail(401, "Token expired");
        }
        Some(token) => token,
    };
    known(state, call, &token, &parts, query)
}

fn known(state: &mut State, call: &Call, token: &Token, parts: &[&str], query: &str) -> Answer {
    let may =
        |scopes: &[&str]| scopes.iter().any(|scope| token.scopes.iter().any(|own| own == scope));
    let mine = |organization: &str| organization == token.organization;
    match (call.method.as_str(), parts) {
        ("GET", []) => Answer::new(
            200,
            &json!({"version": "0", "auth": {"scopes": token.scopes}, "user": null}),
        ),
        ("GET", ["organizations"]) if may(&["org:read", "org:write", "org:admin"]) => {
            let organization = organization(state, &token.organization);
            Answer::new(200, &json!([organization]))
        }
        ("GET", ["organizations", slug]) if may(&["org:read", "org:write", "org:admin"]) => {
            if mine(slug) { Answer::new(200, &organization(state, slug)) } else { forbidden() }
        }
        ("GET", ["organizations", slug, "projects"])
            if may(&["project:read", "project:write", "project:admin"]) && mine(slug) =>
        {
            projects(state, slug, query)
        }
        (method, ["organizations", slug, "issues", id, rest @ ..]) if mine(slug) => {
            let Ok(id) = id.parse::<u64>() else { return nothing() };
            let here = state.issues.get(&id).is_some_and(|issue| issue.organization == *slug);
            let needed: &[&str] = match method {
                "GET" => &["event:read", "event:write", "event:admin"],
                _ => &["event:write", "event:admin"],
            };
            if !may(needed) {
                return forbidden();
            }
            if here { issue(state, call, id, rest) } else { nothing() }
        }
        ("GET", ["organizations", slug, "shortids", short]) if mine(slug) => {
            let id = short.strip_prefix("SHOP-").and_then(|id| id.parse::<u64>().ok());
            let here = id.and_then(|id| state.issues.get(&id).map(|issue| (id, issue)));
            match here.filter(|(_, issue)| issue.organization == *slug) {
                _ if !may(&["event:read", "event:write", "event:admin"]) => forbidden(),
                Some((id, issue)) => Answer::new(
                    200,
                    &json!({"organizationSlug": slug, "projectSlug": issue.project,
                            "groupId": id.to_string(), "shortId": short}),
                ),
                None => nothing(),
            }
        }
        ("GET", ["projects", slug, project, "events", _, "committers"]) if mine(slug) => {
            let known = state.organizations[*slug].projects.iter().any(|one| one == project);
            if known {
                Answer::raw(200, COMMITTERS)
            } else {
                Answer::detail(404, "No committers found")
            }
        }
        ("PUT", ["sentry-app-installations", uuid]) => {
            if token.installation.as_deref() != Some(*uuid) {
                return forbidden();
            }
            if call.body != json!({"status": "installed"}) {
                return Answer::new(400, &json!({"status": ["Invalid value"]}));
            }
            state.installations.get_mut(*uuid).unwrap().verified = true;
            Answer::new(200, &json!({"uuid": uuid, "status": "installed"}))
        }
        (method, ["sentry-app-installations", uuid, "external-issues", rest @ ..])
            if token.installation.as_deref() == Some(*uuid) || token.installation.is_none() =>
        {
            let needed: &[&str] = match method {
                "DELETE" => &["event:admin"],
                _ => &["event:write", "event:admin"],
            };
            if may(needed) { external(state, call, token, rest) } else { forbidden() }
        }
        (
            "GET" | "PUT" | "POST" | "DELETE",
            ["organizations" | "projects" | "sentry-app-installations", ..],
        ) => forbidden(),
        _ => nothing(),
    }
}

fn nothing() -> Answer {
    Answer::detail(404, "The requested resource does not exist")
}

fn forbidden() -> Answer {
    Answer::detail(403, "You do not have permission to perform this action.")
}

fn organization(state: &State, slug: &str) -> Value {
    // A self-hosted server names itself, or what somebody once typed into its settings.
    json!({
        "id": "1", "slug": slug, "name": state.organizations[slug].name,
        "links": {"organizationUrl": "http://sentry.invalid", "regionUrl": "http://sentry.invalid"},
    })
}

fn projects(state: &State, slug: &str, query: &str) -> Answer {
    let all = &state.organizations[slug].projects;
    let from: usize = match query.split('&').find_map(|pair| pair.strip_prefix("cursor=")) {
        None => 0,
        Some(cursor) => {
            cursor.split(':').nth(1).and_then(|at| at.parse().ok()).unwrap_or(usize::MAX)
        }
    };
    let page: Vec<_> = all.iter().enumerate().skip(from).take(PAGE).collect();
    let next = from.saturating_add(PAGE);
    let list: Vec<_> = page
        .iter()
        .map(|(place, slug)| {
            json!({"id": format!("{}", 4_509_877_862_268_928_u64 + u64::try_from(*place).unwrap()), "slug": slug,
                   "name": slug.to_uppercase(), "platform": null})
        })
        .collect();
    // An address that nobody shall follow: the cursor is what counts.
    let link = format!(
        "<http://sentry.invalid/?cursor=0:0:1>; rel=\"previous\"; results=\"false\"; cursor=\"0:0:1\", \
         <http://sentry.invalid/?cursor=0:{next}:0>; rel=\"next\"; results=\"{}\"; cursor=\"0:{next}:0\"",
        next < all.len()
    );
    Answer::new(200, &json!(list)).with("Link", &link)
}

fn issue(state: &mut State, call: &Call, id: u64, rest: &[&str]) -> Answer {
    let issue = state.issues.get_mut(&id).unwrap();
    match (call.method.as_str(), rest) {
        ("GET", []) => Answer::new(200, &shown(id, issue)),
        ("PUT", []) => match call.body["status"].as_str() {
            Some(status @ ("resolved" | "unresolved" | "ignored")) => {
                issue.status = status.to_owned();
                Answer::new(200, &shown(id, issue))
            }
            _ => Answer::new(400, &json!({"status": ["Invalid status"]})),
        },
        ("GET", ["events", "latest"]) if issue.missing_for > 0 => {
            issue.missing_for -= 1;
            Answer::detail(404, "No matching event")
        }
        ("GET", ["events", "latest"]) => match &issue.event {
            Some(event) => Answer::new(200, event),
            None => Answer::raw(200, EVENT),
        },
        ("GET", ["external-issues"]) => Answer::new(200, &json!(issue.links)),
        _ => nothing(),
    }
}

fn shown(id: u64, issue: &super::state::Issue) -> Value {
    json!({
        "id": id.to_string(), "shortId": format!("SHOP-{id}"), "title": "ValueError: bad value",
        "level": "error", "status": issue.status, "count": issue.count.to_string(), "userCount": 7,
        "firstSeen": "2026-08-27T16:00:00Z", "lastSeen": "2026-08-27T16:05:00Z",
        "permalink": format!("http://sentry.invalid/organizations/{}/issues/{id}/", issue.organization),
        "project": {"id": "4509877862268928", "slug": issue.project, "name": issue.project},
    })
}

fn external(state: &mut State, call: &Call, token: &Token, rest: &[&str]) -> Answer {
    match (call.method.as_str(), rest) {
        ("POST", []) => {
            let text = |name: &str| call.body[name].as_str().filter(|text| !text.is_empty());
            let (Some(url), Some(project), Some(identifier)) =
                (text("webUrl"), text("project"), text("identifier"))
            else {
                return Answer::new(400, &json!({"webUrl": ["This field is required."]}));
            };
            let link = state.next();
            let id = call.body["issueId"].as_u64().unwrap_or_default();
            let issue =
                state.issues.get_mut(&id).filter(|one| one.organization == token.organization);
            let Some(issue) = issue else { return nothing() };
            let link = json!({
                "id": link.to_string(), "issueId": id.to_string(),
                "serviceType": super::SentryServer::APP_SLUG,
                "displayName": format!("{project}#{identifier}"), "webUrl": url,
            });
            // One link for each app: a further one takes its place.
            issue.links = vec![link.clone()];
            Answer::new(200, &link)
        }
        ("DELETE", [link]) => {
            let mine =
                state.issues.values_mut().filter(|one| one.organization == token.organization);
            for issue in mine {
                let before = issue.links.len();
                issue.links.retain(|one| one["id"] != **link);
                if issue.links.len() < before {
                    return Answer::raw(204, "");
                }
            }
            nothing()
        }
        _ => nothing(),
    }
}
