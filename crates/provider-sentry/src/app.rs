//! What Sentry is told about an app ("Schema" in its form), and what Sentry asks when somebody
//! saves an alert rule. Texts in, texts out.
//!
//! ```
//! use watchbell_model::Secret;
//! use watchbell_provider::FormContext;
//! use watchbell_provider_sentry::app::{IssueLinks, app_json};
//!
//! let context = FormContext {
//!     address: Secret::new("https://watchbell.example/api/integrations/sentry/se_0123"),
//!     services: vec![("svc_CHECKOUT1".into(), "Checkout".into())],
//!     extended: false,
//!     links: false,
//! };
//! let json = app_json(&context, IssueLinks::No).unwrap();
//! assert!(json.contains(r#""uri": "/api/integrations/sentry/se_0123/webhook""#));
//! assert!(json.contains("svc_CHECKOUT1"));
//! ```

mod check;
mod schema;

use watchbell_provider::{FormContext, NothingToChoose};

pub use check::settings_check;

use schema::{Action, Element, Field, Form, IssueLink, Schema, Settings};

/// Whether issues in Sentry can be linked with incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueLinks {
    /// They can: the addresses `issue-link/…` must answer.
    Yes,
    /// They cannot.
    No,
}

/// The JSON to paste into the field "Schema" of the app. It holds the routing key.
///
/// Sentry takes the path of the address alone, and the host from the app's webhook URL. `extended`
/// lets a rule also choose severity, creation, environments and notes.
///
/// # Errors
/// No service is linked: Sentry refuses an empty list.
pub fn app_json(context: &FormContext, links: IssueLinks) -> Result<String, NothingToChoose> {
    let FormContext { address, services, extended, links: _ } = context;
    if services.is_empty() {
        return Err(NothingToChoose);
    }
    let path = path_of(address.expose());
    let choices: Vec<_> = services.iter().map(|(key, name)| [key.clone(), name.clone()]).collect();
    let service = || Field::select("service_id", "Watchbell service", choices.clone());
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
    let link = (links == IssueLinks::Yes).then(|| issue_link(path, service()));
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

fn options(pairs: &[[&str; 2]]) -> Vec<[String; 2]> {
    pairs.iter().map(|pair| pair.map(str::to_owned)).collect()
}

/// The words that a rule's severity can be, with what they mean.
const SEVERITIES: [[&str; 2]; 10] = [
    ["auto", "Automatic, by level and number of events"],
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
    use watchbell_model::Secret;

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
        let context = FormContext { address, services: Vec::new(), extended: true, links: true };
        assert_eq!(app_json(&context, IssueLinks::Yes), Err(NothingToChoose));
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
