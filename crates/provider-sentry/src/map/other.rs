//! Comments and installations.

use watchbell_model::{Action, Alert, DedupKey, Reason, clean_opt, cut};
use watchbell_provider::{Installation, Item};
use watchbell_wire::Warnings;

use super::{MAX_SHOWN_CHARS, Reading, ignored, metadata, unsupported_action};
use crate::kind::Kind;
use crate::texts::{Fields, ProjectNames, name, text};

/// The most characters of an installation's id that is one: a UUID has 36.
const MAX_ID: usize = 64;

/// A new comment is a line in the timeline. A changed one would be the same line again.
pub(super) fn comment(reading: &Reading<'_>, warnings: &mut Warnings) -> Item {
    if reading.action != Some("created") {
        return unsupported_action("comment", reading.action);
    }
    let Reading { body, data, .. } = *reading;
    let mut fields = Fields::new("data", warnings);
    let comment = fields.text(&data.comment, "comment");
    let issue_id = fields.text(&data.issue_id, "issue_id");
    let slug = fields.text(&data.project_slug, "project_slug");
    let project = ProjectNames { slug, ..ProjectNames::default() };
    let title = match body.actor.get().and_then(|actor| text(&actor.name)) {
        Some(author) => format!("Comment by {author} in Sentry"),
        None => "Comment in Sentry".to_owned(),
    };

    let mut alert = Alert::new(Action::Note { investigating: false }, &title);
    alert.description = clean_opt(comment, Alert::MAX_DESCRIPTION_CHARS);
    alert.dedup_key = issue_id.and_then(|id| DedupKey::new(format!("sentry-{id}")));
    alert.project = name(project.key());
    alert.source_name = project.source();
    alert.metadata = metadata(&alert, []);
    Item::Alert(Box::new(alert))
}

/// The app was installed in an organization, or removed.
pub(super) fn installation(reading: &Reading<'_>) -> Item {
    let installation = reading.data.installation.get();
    let organization =
        installation.and_then(|installation| ProjectNames::of(&installation.organization).key());
    let action = cut(reading.action.unwrap_or("without an action"), MAX_SHOWN_CHARS);
    let what = match organization {
        Some(organization) => {
            format!("installation {action}, organization {}", cut(organization, MAX_SHOWN_CHARS))
        }
        None => format!("installation {action}"),
    };
    ignored(Reason::Installation, what)
}

/// The installation that everything is sent for: a UUID, or the delivery names none.
pub(super) fn of_installation(kind: Kind<'_>, reading: &Reading<'_>) -> Option<Installation> {
    let its = reading.data.installation.get().and_then(|installation| text(&installation.uuid));
    let id = reading.body.installation.get().and_then(|installation| text(&installation.uuid));
    let id = id.or(its).map(str::trim).filter(|id| (1..=MAX_ID).contains(&id.len()))?;
    let is_plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let ended = kind == Kind::Installation && reading.action == Some("deleted");
    is_plain.then(|| Installation { id: id.to_ascii_lowercase(), ended })
}
