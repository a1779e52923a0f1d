//! What Sentry is told about an app ("Schema" in its form), and what Sentry asks when somebody
//! saves an alert rule. Texts in, texts out.
//!
//! ```
//! use watchbell_model::Secret;
//! use watchbell_provider_sentry::app::{AppContext, ServiceOption, app_json};
//!
//! let json = app_json(&AppContext {
//!     address: Secret::new("https://watchbell.example/api/integrations/sentry/se_0123"),
//!     services: vec![ServiceOption { key: "svc_CHECKOUT1".into(), name: "Checkout".into() }],
//!     extended: false,
//!     issue_links: false,
//! })
//! .unwrap();
//! assert!(json.contains(r#""uri": "/api/integrations/sentry/se_0123/webhook""#));
//! assert!(json.contains("svc_CHECKOUT1"));
//! ```

mod check;
mod schema;

use watchbell_model::Secret;

pub use check::{ServiceProblem, settings_check};

use schema::{Action, Element, Field, Form, IssueLink, Schema, Settings};

/// What the JSON is made for.
#[derive(Debug, Clone)]
pub struct AppContext {
    /// The integration's own address at Watchbell, up to and including the routing key. Sentry
    /// takes the path of it alone, and the host from the app's webhook URL.
    pub address: Secret,
    /// The services that somebody may choose, in the order in which they are shown.
    pub services: Vec<ServiceOption>,
    /// Whether a rule can also choose severity, creation, environments and notes.
    pub extended: bool,
    /// Whether issues in Sentry can be linked with incidents. The addresses `issue-link/…` must
    /// answer then.
    pub issue_links: bool,
}

/// A service that somebody may choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceOption {
    /// Its key, which comes back as `service_id`.
    pub key: String,
    /// Its name for people.
    pub name: String,
}

/// There is nothing to choose from: Sentry refuses an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("link a service first: an alert rule in Sentry must have one to choose")]
pub struct NoServices;

/// The JSON to paste into the field "Schema" of the app. It holds the routing key.
///
/// # Errors
/// No service is linked.
pub fn app_json(context: &AppContext) -> Result<String, NoServices> {
    let AppContext { address, services, extended, issue_links } = context;
    if services.is_empty() {
        return Err(NoServices);
    }
    let path = path_of(address.expose());
    let service = || Field::select("service_id", "Watchbell service", service_options(services));
    let action = Element::Action(Action {
        uri: format!("{path}/webhook"),
        kind: "alert-rule-action",
        title: "Route to Watchbell",
        settings: Settings {
            uri: format!("{path}/settings"),
            kind: "alert-rule-settings",
            description: "Choose the Watchbell service for alerts from this rule.",
            required_fields: vec![service()],
            optional_fields: if *extended { further_fields() } else { Vec::new() },
        },
    });
    let link = issue_links.then(|| issue_link(path, service()));
    let elements = [action].into_iter().chain(link).collect();
    // Texts and lists of texts: nothing in it can fail to be written.
    Ok(serde_json::to_string_pretty(&Schema { elements }).unwrap_or_default())
}

/// The path of an address: what stands behind scheme and host.
fn path_of(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let path = rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default();
    path.trim_end_matches('/')
}

fn service_options(services: &[ServiceOption]) -> Vec<[String; 2]> {
    services.iter().map(|service| [service.key.clone(), service.name.clone()]).collect()
}

fn options(pairs: &[[&str; 2]]) -> Vec<[String; 2]> {
    pairs.iter().map(|pair| pair.map(str::to_owned)).collect()
}

/// The words that a rule's severity can be, with what they mean.
const SEVERITIES: [[&str; 2]; 10] = [
    ["auto", "Automatic, by level"],
    ["critical", "Critical (SEV0)"],
    ["error", "Error (SEV2)"],
    ["warning", "Warning (SEV3)"],
    ["info", "Info (SEV4)"],
    ["SEV0", "SEV0 Critical"],
    ["SEV1", "SEV1 High"],
    ["SEV2", "SEV2 Medium"],
    ["SEV3", "SEV3 Low"],
    ["SEV4", "SEV4 Minimal"],
];

fn further_fields() -> Vec<Field> {
    vec![
        Field::select("severity", "Severity", options(&SEVERITIES)),
        Field::select(
            "auto_create",
            "Open incidents",
            options(&[["yes", "Yes"], ["no", "No, only update open ones"]]),
        ),
        Field::text("environments", "Environments, with commas between them; empty for all"),
        Field::textarea("notes", "Notes for whoever takes the incident"),
    ]
}

fn issue_link(path: &str, service: Field) -> Element {
    let title = Field::text("title", "Title").with_default("issue.title");
    let description =
        Field::textarea("description", "Description").with_default("issue.description");
    let incident = Field::search("incident", "Incident", format!("{path}/issue-link/incidents"));
    Element::IssueLink(IssueLink {
        kind: "issue-link",
        link: Form {
            uri: format!("{path}/issue-link/link"),
            required_fields: vec![incident],
            optional_fields: Vec::new(),
        },
        create: Form {
            uri: format!("{path}/issue-link/create"),
            required_fields: vec![title, service],
            optional_fields: vec![description],
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Choice, severity};

    #[test]
    fn sentry_gets_the_path_alone() {
        let check = |address: &str, path: &str| assert_eq!(path_of(address), path, "{address}");
        check("https://watchbell.example/api/x/se_1", "/api/x/se_1");
        check("https://proxy.example:8443/ops/api/x/se_1/", "/ops/api/x/se_1");
        check("/api/x/se_1", "/api/x/se_1");
        check("https://watchbell.example", "");
    }

    #[test]
    fn without_a_service_there_is_no_json() {
        let address = Secret::new("https://watchbell.example/x");
        let context =
            AppContext { address, services: Vec::new(), extended: true, issue_links: true };
        assert_eq!(app_json(&context), Err(NoServices));
        assert!(NoServices.to_string().starts_with("link a service first"));
    }

    #[test]
    fn every_severity_of_the_form_is_understood() {
        for [word, label] in SEVERITIES {
            match severity(word) {
                Some(Choice::Severity(severity)) => {
                    assert!(label.contains(severity.as_str()), "{word} is shown as {label}");
                }
                Some(Choice::Auto) => assert_eq!(word, "auto"),
                None => unreachable!("{word}"),
            }
        }
    }
}
