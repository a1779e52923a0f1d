//! Integrations as text and as JSON.

use serde_json::{Value, json};
use watchbell_control::{IntegrationCreated, IntegrationView, intake_url};
use watchbell_model::{RoutingKey, Secret, Service};

use crate::out::{self, Out};

/// A new integration or a new key: the address is shown, because it is needed now.
pub(super) fn created(created: &IntegrationCreated, what: &str, base: &str, out: Out) {
    let IntegrationCreated { view, routing_key, generated_secret } = created;
    let url = intake_url(base, routing_key);
    let secret = generated_secret.as_ref().map(Secret::expose);
    let mut fields = value(view);
    add(&mut fields, "routing_key", routing_key.expose().into());
    add(&mut fields, "url", url.expose().into());
    if let Some(secret) = secret {
        add(&mut fields, "secret", secret.into());
    }
    out.result(&fields, || {
        let mut text = format!("{what} {:?} ({})\n\n", view.integration.name, view.integration.id);
        let mut facts = vec![("address", url.expose().to_owned())];
        facts.extend(secret.map(|secret| ("secret", format!("{secret} (not shown again)"))));
        text.push_str(&out::facts(&facts));
        text.push_str(&hints(view));
        text
    });
}

/// What an operator may have forgotten.
fn hints(view: &IntegrationView) -> String {
    let name = &view.integration.name;
    if view.links.is_empty() {
        return format!("\nNo service is linked: `watchbell integration link {name:?} SERVICE`\n");
    }
    if view.default_service.is_none() {
        return format!(
            "\nAlerts that name no service are ignored: `watchbell integration set {name:?} \
             --default-service SERVICE`\n"
        );
    }
    String::new()
}

pub(super) fn list(views: &[IntegrationView], out: Out) {
    let items: Vec<_> = views.iter().map(value).collect();
    out.result(&json!({"integrations": items}), || {
        if views.is_empty() {
            return "there are no integrations yet: `watchbell integration add PROVIDER`"
                .to_owned();
        }
        let rows: Vec<_> = views
            .iter()
            .map(|view| {
                vec![
                    view.integration.id.to_string(),
                    view.integration.provider.clone(),
                    view.integration.name.clone(),
                    view.integration.state.to_string(),
                    newest_key(view),
                    if view.secrets.is_empty() { "no" } else { "yes" }.to_owned(),
                    view.links.iter().map(|l| short(&l.service)).collect::<Vec<_>>().join(" "),
                ]
            })
            .collect();
        let headers = ["id", "provider", "name", "state", "key", "signed", "services"];
        out::table(&headers, &rows)
    });
}

pub(super) fn one(view: &IntegrationView, out: Out) {
    out.result(&value(view), || text(view, None));
}

pub(super) fn revealed(view: &IntegrationView, key: &RoutingKey, base: &str, out: Out) {
    let url = intake_url(base, key);
    let mut fields = value(view);
    add(&mut fields, "routing_key", key.expose().into());
    add(&mut fields, "url", url.expose().into());
    out.result(&fields, || text(view, Some((key.expose(), url.expose()))));
}

/// What became of an integration, and whether anything changed.
pub(super) fn change(
    (view, is_changed): &(IntegrationView, bool),
    out: Out,
    text: impl FnOnce(&IntegrationView, bool) -> String,
) {
    let mut fields = value(view);
    add(&mut fields, "changed", (*is_changed).into());
    out.result(&fields, || text(view, *is_changed));
}

fn text(view: &IntegrationView, revealed: Option<(&str, &str)>) -> String {
    let integration = &view.integration;
    let yes = |flag: bool| if flag { "yes" } else { "no" }.to_owned();
    let mut facts = vec![
        ("id", integration.id.to_string()),
        ("name", integration.name.clone()),
        ("provider", format!("{} ({})", view.provider_name, integration.provider)),
        ("state", integration.state.to_string()),
    ];
    if let Some((key, url)) = revealed {
        facts.push(("routing key", key.to_owned()));
        facts.push(("address", url.to_owned()));
    } else {
        facts.push(("routing key", newest_key(view)));
    }
    for old in view.keys.iter().filter(|key| key.expires_at.is_some()) {
        let until = old.expires_at.map(out::time).unwrap_or_default();
        let key = old.masked.clone().unwrap_or_else(|| "(cannot be opened)".to_owned());
        facts.push(("old key", format!("{key} until {until}")));
    }
    let secrets = view.secrets.iter().map(|s| format!("{} set {}", s.id, out::time(s.created_at)));
    let secrets: Vec<_> = secrets.collect();
    facts.push(match (secrets.is_empty(), view.takes_secret) {
        (false, _) => ("signing secrets", secrets.join("\n")),
        (true, true) => ("signing secrets", "none: the routing key alone is the proof".to_owned()),
        (true, false) => ("signing secrets", "none: the provider has no signature".to_owned()),
    });
    let limit = match integration.rate_limit {
        0 => "none".to_owned(),
        limit if integration.accept_over_limit => format!("{limit} a minute, more is marked"),
        limit => format!("{limit} a minute"),
    };
    facts.push(("rate limit", limit));
    facts.push(("linked only", yes(integration.restricted_to_links)));
    let default = view.default_service.as_ref().map_or_else(|| "none".to_owned(), long);
    facts.push(("default service", default));
    let links: Vec<_> = view
        .links
        .iter()
        .map(|link| {
            let map: Vec<_> = link.mapping.iter().map(|(l, a)| format!(" {l}={a}")).collect();
            format!("{}{}", long(&link.service), map.concat())
        })
        .collect();
    let links = if links.is_empty() { "none".to_owned() } else { links.join("\n") };
    facts.push(("services", links));
    let options: Vec<_> =
        integration.options.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if !options.is_empty() {
        facts.push(("options", options.join("\n")));
    }
    facts.push(("added", out::time(integration.created_at)));
    out::facts(&facts)
}

fn newest_key(view: &IntegrationView) -> String {
    let key = view.keys.first();
    let masked =
        key.map(|key| key.masked.clone().unwrap_or_else(|| "(cannot be opened)".to_owned()));
    masked.unwrap_or_else(|| "none: rotate it".to_owned())
}

fn short(service: &Service) -> String {
    service.legacy_key.to_string()
}

fn long(service: &Service) -> String {
    format!("{} {} {}", service.legacy_key, service.key, service.name)
}

fn add(fields: &mut Value, name: &str, value: Value) {
    if let Some(fields) = fields.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// The stable JSON form. No secret is in it.
fn value(view: &IntegrationView) -> Value {
    let service = |s: &Service| json!({"service_key": s.key.as_str(), "legacy_key": s.legacy_key.to_string(), "name": s.name});
    let links: Vec<_> = view
        .links
        .iter()
        .map(|link| {
            let mut fields = service(&link.service);
            let mapping = link.mapping.iter().map(|(l, a)| (l.to_owned(), a.to_string().into()));
            add(&mut fields, "mapping", Value::Object(mapping.collect()));
            fields
        })
        .collect();
    let keys: Vec<_> = view
        .keys
        .iter()
        .map(|key| {
            json!({
                "masked": key.masked,
                "created_at": out::time(key.created_at),
                "expires_at": key.expires_at.map(out::time),
            })
        })
        .collect();
    let secrets: Vec<_> = view
        .secrets
        .iter()
        .map(|s| json!({"id": s.id.to_string(), "created_at": out::time(s.created_at)}))
        .collect();
    let integration = &view.integration;
    json!({
        "id": integration.id.to_string(),
        "provider": integration.provider,
        "name": integration.name,
        "state": integration.state.as_str(),
        "rate_limit": integration.rate_limit,
        "accept_over_limit": integration.accept_over_limit,
        "linked_only": integration.restricted_to_links,
        "default_service": view.default_service.as_ref().map(service),
        "services": links,
        "routing_keys": keys,
        "signing_secrets": secrets,
        "options": integration.options,
        "created_at": out::time(integration.created_at),
    })
}
