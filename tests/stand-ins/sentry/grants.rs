//! Tokens for codes, refresh tokens and signed statements.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use watchbell_signature::HmacKey;

use super::SentryServer;
use super::answer::{Answer, Call};
use super::state::State;

/// The scopes that the app asks for.
const SCOPES: [&str; 4] = ["event:admin", "event:read", "org:read", "project:read"];

pub(super) fn authorize(state: &mut State, uuid: &str, call: &Call) -> Answer {
    if !state.installations.contains_key(uuid) {
        return Answer::detail(404, "The requested resource does not exist");
    }
    let text = |name: &str| call.body[name].as_str().unwrap_or_default().to_owned();
    match text("grant_type").as_str() {
        "urn:sentry:params:oauth:grant-type:jwt-bearer" => by_statement(state, uuid, call),
        kind @ ("authorization_code" | "refresh_token") => {
            let shown = (text("client_id"), text("client_secret"));
            if shown != (SentryServer::CLIENT_ID.to_owned(), SentryServer::CLIENT_SECRET.to_owned())
            {
                return Answer::detail(401, "Unauthorized");
            }
            if kind == "refresh_token" {
                by_refresh_token(state, uuid, &text("refresh_token"))
            } else {
                by_code(state, uuid, &text("code"))
            }
        }
        _ => Answer::new(403, &json!({"error": "Invalid grant_type"})),
    }
}

fn by_code(state: &mut State, uuid: &str, code: &str) -> Answer {
    let now = state.now();
    // Whatever comes of it, it has been shown.
    match state.codes.remove(code) {
        None => Answer::detail(401, "Could not find grant for given code"),
        Some(found) if found.installation != uuid => Answer::detail(401, "Forbidden grant"),
        Some(found) if found.expires <= now => Answer::detail(401, "Grant has already expired"),
        Some(_) => granted(state, uuid),
    }
}

fn by_refresh_token(state: &mut State, uuid: &str, shown: &str) -> Answer {
    let installation = state.installations.get_mut(uuid).unwrap();
    match &installation.refresh_token {
        Some(token) if token == shown => granted(state, uuid),
        _ => Answer::detail(401, "Given refresh token does not exist"),
    }
}

/// Takes the old pair away and gives a new one.
fn granted(state: &mut State, uuid: &str) -> Answer {
    state.tokens.retain(|_, token| token.installation.as_deref() != Some(uuid));
    let organization = state.installations[uuid].organization.clone();
    let scopes: Vec<_> = SCOPES.iter().map(|&scope| scope.to_owned()).collect();
    let token = state.grant(&organization, scopes, Some(uuid));
    let refresh = format!("refresh-{:056x}", state.next());
    let expires = state.tokens[&token].expires.unwrap();
    let created = State::time(state.now());
    state.installations.get_mut(uuid).unwrap().refresh_token = Some(refresh.clone());
    Answer::new(
        201,
        &json!({
            "id": "38", "token": token, "refreshToken": refresh, "dateCreated": created,
            "expiresAt": State::time(expires), "state": null, "application": null, "scopes": SCOPES,
        }),
    )
}

fn by_statement(state: &mut State, uuid: &str, call: &Call) -> Answer {
    if !state.takes_statements {
        // As servers say that do not know this way yet.
        return Answer::new(403, &json!({"error": "Invalid grant_type"}));
    }
    let Some(claims) = call.bearer.as_deref().and_then(claims) else {
        return Answer::detail(401, "Invalid token");
    };
    let now = state.now();
    let number = |name: &str| claims[name].as_i64().unwrap_or_default();
    let (issued, expires) = (number("iat"), number("exp"));
    let is_ours =
        claims["iss"] == SentryServer::CLIENT_ID && claims["sub"] == SentryServer::CLIENT_ID;
    let id = claims["jti"].as_str().unwrap_or_default().to_owned();
    let installation = state.installations.get_mut(uuid).unwrap();
    let is_new = !id.is_empty() && !installation.statements.contains(&id);
    // A minute at most, and clocks that differ by some.
    let in_time = expires - issued <= 60 && (issued - 60..expires + 60).contains(&now);
    if !is_ours || !is_new || !in_time {
        return Answer::detail(403, "JWT is not valid for this application");
    }
    installation.statements.push(id);
    granted(state, uuid)
}

/// What a statement says, if it is signed with the app's secret.
fn claims(text: &str) -> Option<Value> {
    let (signed, tag) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let json = |part: &str| -> Option<Value> {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
    };
    let key = HmacKey::new(SentryServer::CLIENT_SECRET.as_bytes()).unwrap();
    let is_signed = URL_SAFE_NO_PAD.decode(tag).ok()? == key.sign(signed.as_bytes());
    (json(header)?["alg"] == "HS256" && is_signed).then(|| json(claims))?
}
