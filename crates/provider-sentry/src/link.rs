//! What Sentry asks when somebody links an issue on its page, and how issues are named.

use watchbell_model::{Action, Alert, DedupKey, clean_opt};
use watchbell_provider::{
    IssueLinks, IssueName, IssueNamed, LinkForm, LinkRequest, LinkWith, Options,
};
use watchbell_wire::{Lenient, Text, http_url, object, parse, text_of_body};

use crate::map::TRIGGER;
use crate::place::Place;
use crate::texts::{ProjectNames, name, text};
use crate::wire::{Named, Project};
use crate::{ISSUE_LINKS, RESOLVE_IN_SENTRY, Sentry};

/// What stands before an issue's id in the key of its alerts.
const KEY: &str = "sentry-";
/// The most characters of an installation's id.
const MAX_ID_CHARS: usize = 64;
/// The most characters of a short id that is one.
const MAX_SHORT_ID: usize = 100;

object! {
    #[derive(Debug, Default)]
    struct Request<'a> {
        fields: Choices<'a> = "fields",
        /// A number, whatever the documentation says.
        issue: Text<'a> = "issueId",
        installation: Text<'a> = "installationId",
        web_url: Text<'a> = "webUrl",
        project: Project<'a> = "project",
        actor: Named<'a> = "actor",
    }
}

object! {
    #[derive(Debug, Default)]
    struct Choices<'a> {
        incident: Text<'a> = "incident",
        service: Text<'a> = "service_id",
        title: Text<'a> = "title",
        description: Text<'a> = "description",
    }
}

impl IssueLinks for Sentry {
    fn is_offered(&self, options: &Options<'_>) -> bool {
        options.is_on(&ISSUE_LINKS)
    }

    fn resolves(&self, options: &Options<'_>) -> bool {
        options.is_on(&RESOLVE_IN_SENTRY)
    }

    fn read(&self, body: &[u8], form: LinkForm) -> Result<LinkRequest, String> {
        let body = text_of_body(body);
        let unreadable =
            || "Watchbell could not read what Sentry sent. Please try again.".to_owned();
        let request: Request<'_> = parse(&body).map_err(|_| unreadable())?;
        let Lenient::Is(fields) = &request.fields else { return Err(unreadable()) };
        let issue = text(&request.issue).filter(|id| is_id(id)).ok_or_else(unreadable)?;
        let installation = text(&request.installation).map(str::to_ascii_lowercase);
        let project = ProjectNames::of(&request.project);
        let url = text(&request.web_url).and_then(http_url).map(str::to_owned);
        let with = match form {
            LinkForm::Existing => {
                let incident = text(&fields.incident).ok_or("Please choose an incident.")?;
                LinkWith::Incident(incident.to_owned())
            }
            LinkForm::New => {
                let service = text(&fields.service).ok_or("Please choose a Watchbell service.")?;
                let title = text(&fields.title).ok_or("Please enter a title.")?;
                let mut alert = Alert::new(Action::Trigger(TRIGGER), title);
                alert.description =
                    clean_opt(text(&fields.description), Alert::MAX_DESCRIPTION_CHARS);
                alert.dedup_key = DedupKey::new(format!("{KEY}{issue}"));
                alert.project = name(project.key());
                alert.source_name = project.source();
                alert.source_url.clone_from(&url);
                if let Some(project) = &alert.project {
                    alert.metadata.insert("project", project);
                }
                LinkWith::New { service: service.to_owned(), alert: Box::new(alert) }
            }
        };
        Ok(LinkRequest {
            issue: issue.to_owned(),
            url,
            project: name(project.key()),
            installation: installation.filter(|id| id.len() <= MAX_ID_CHARS),
            person: request.actor.get().and_then(|actor| name(text(&actor.name))),
            with,
        })
    }

    fn issue_of<'k>(&self, key: &'k DedupKey) -> Option<&'k str> {
        key.as_str().strip_prefix(KEY).filter(|id| is_id(id))
    }

    fn named(&self, text: &str) -> Option<IssueNamed> {
        let text = text.trim();
        let Some(place) = Place::of(text) else {
            return Some(IssueNamed { issue: issue_name(text)?, organization: None });
        };
        let path = text.split(['?', '#']).next().unwrap_or(text);
        let mut parts = path.split('/').skip_while(|part| *part != "issues");
        let issue = parts.nth(1).and_then(issue_name)?;
        Some(IssueNamed { issue, organization: place.organization.map(str::to_owned) })
    }
}

/// Whether it is an issue's id, and not an event's, which has letters in it or is too long.
fn is_id(text: &str) -> bool {
    !text.starts_with('0')
        && text.bytes().all(|b| b.is_ascii_digit())
        && text.parse::<i64>().is_ok()
}

fn issue_name(text: &str) -> Option<IssueName> {
    if is_id(text) {
        return Some(IssueName::Id(text.to_owned()));
    }
    // A project and a number of letters and digits: `SHOP-1A`, `MY-SHOP_2-1A`.
    let (project, number) = text.rsplit_once('-')?;
    let is_plain =
        |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    let is_short = text.len() <= MAX_SHORT_ID
        && !project.is_empty()
        && !number.is_empty()
        && is_plain(project)
        && number.bytes().all(|b| b.is_ascii_alphanumeric());
    is_short.then(|| IssueName::Short(text.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: LinkForm, body: &str) -> Result<LinkRequest, String> {
        Sentry.read(body.as_bytes(), form)
    }

    #[test]
    fn a_request_is_read_whatever_form_its_ids_have() {
        let check = |issue: &str| {
            let body = format!(
                r#"{{"fields":{{"incident":"INC-2026-001"}},"issueId":{issue},
                    "installationId":"E5F6A7B8-1234-4CDE-9012-3456789ABCDE",
                    "webUrl":"https://acme.sentry.io/issues/1/","project":{{"slug":"shop","id":1}},
                    "actor":{{"type":"user","id":1,"name":"Mere\u0000dith"}}}}"#
            );
            let request = read(LinkForm::Existing, &body).unwrap();
            assert_eq!(
                (request.issue.as_str(), request.project.as_deref(), request.person.as_deref()),
                ("6912345678", Some("shop"), Some("Mere\u{fffd}dith"))
            );
            assert_eq!(request.url.as_deref(), Some("https://acme.sentry.io/issues/1/"));
            let uuid = "e5f6a7b8-1234-4cde-9012-3456789abcde";
            assert_eq!(request.installation.as_deref(), Some(uuid));
            assert_eq!(request.with, LinkWith::Incident("INC-2026-001".to_owned()));
        };
        check("6912345678");
        check("\"6912345678\"");
    }

    #[test]
    fn texts_are_bounded_and_only_links_are_kept() {
        let title = "t".repeat(600);
        let body = format!(
            r#"{{"fields":{{"title":"{title}","service_id":"svc_A","description":"a\u0000b"}},
                "issueId":7,"webUrl":"javascript:alert(1)","project":"shop"}}"#
        );
        let LinkWith::New { service, alert } = read(LinkForm::New, &body).unwrap().with else {
            unreachable!("{body}")
        };
        assert_eq!((service.as_str(), alert.source_url), ("svc_A", None));
        assert_eq!(alert.title.chars().count(), Alert::MAX_TITLE_CHARS);
        assert_eq!(alert.description.as_deref(), Some("a\u{fffd}b"));
        assert_eq!(alert.dedup_key, DedupKey::new("sentry-7"));
        assert_eq!(alert.source_name.as_deref(), Some("Sentry - shop"));
    }

    #[test]
    fn a_person_understands_what_is_missing() {
        let check = |form, body: &str, part: &str| {
            let message = read(form, body).unwrap_err();
            assert!(message.contains(part), "{body}: {message}");
        };
        check(LinkForm::Existing, r#"{"fields":{},"issueId":1}"#, "choose an incident");
        check(
            LinkForm::New,
            r#"{"fields":{"title":"a"},"issueId":1}"#,
            "choose a Watchbell service",
        );
        check(LinkForm::New, r#"{"fields":{"service_id":"a","title":" "},"issueId":1}"#, "title");
        for body in [
            "",
            "[]",
            r#"{"fields":{"incident":"INC-2026-001"}}"#,
            r#"{"fields":{"incident":"INC-2026-001"},"issueId":"9b3d8a3b"}"#,
            r#"{"fields":{"incident":"INC-2026-001"},"issueId":-1}"#,
            r#"{"fields":{"incident":"INC-2026-001"},"issueId":1.5}"#,
            r#"{"fields":[],"issueId":1}"#,
        ] {
            check(LinkForm::Existing, body, "could not read");
        }
    }

    #[test]
    fn issues_are_named_by_id_short_id_or_page() {
        let check = |text: &str, issue: Option<IssueName>, organization: Option<&str>| {
            let named = Sentry.named(text);
            let expected = issue
                .map(|issue| IssueNamed { issue, organization: organization.map(str::to_owned) });
            assert_eq!(named, expected, "{text}");
        };
        let id = |text: &str| Some(IssueName::Id(text.to_owned()));
        let short = |text: &str| Some(IssueName::Short(text.to_owned()));
        check(" 6912345678 ", id("6912345678"), None);
        check("shop-1a", short("SHOP-1A"), None);
        check("MY-SHOP_2-X", short("MY-SHOP_2-X"), None);
        check("https://acme.sentry.io/issues/77/?project=1", id("77"), Some("acme"));
        check("https://s.example/organizations/ops/issues/77/events/1/", id("77"), Some("ops"));
        check("https://sentry.io/organizations/ops/issues/SHOP-1A/", short("SHOP-1A"), Some("ops"));
        for wrong in ["", "0", "shop", "-1", "a b-1", "https://acme.sentry.io/", "../x-1", "007"] {
            check(wrong, None, None);
        }
    }

    #[test]
    fn a_key_tells_its_issue_unless_it_is_an_events() {
        let check = |key: &str, issue: Option<&str>| {
            assert_eq!(Sentry.issue_of(&DedupKey::new(key).unwrap()), issue, "{key}");
        };
        check("sentry-6912345678", Some("6912345678"));
        check("sentry-9b3d8a3b2a5f4b1c8e6d0a1f2c3b4a5e", None);
        check("sentry-99999999999999999999999999999999", None);
        check("sentry-metric-acme-1", None);
        check("6912345678", None);
    }
}
