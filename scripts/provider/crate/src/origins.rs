//! Where the fields of alerts come from, for people who ask.

use watchbell_provider::Place::{Always, Copied, Made};
use watchbell_provider::{Field, FieldRule};

pub(crate) const RULES: &[FieldRule] = &[
    FieldRule::new(Field::Action, &[Made(&["state"], "the state says it")]),
    FieldRule::new(Field::DedupKey, &[Copied("id"), Copied("title")]),
    FieldRule::new(
        Field::Occurrence,
        &[Made(&["id", "title", "since"], "the problem, and when it began")],
    ),
    FieldRule::new(
        Field::Title,
        &[Copied("title"), Made(&["id"], "the problem's id, for want of a title")],
    ),
    FieldRule::new(Field::Description, &[Copied("text")]),
    FieldRule::new(Field::Level, &[Copied("priority")]),
    FieldRule::new(Field::Service, &[Copied("service_id")]),
    FieldRule::new(Field::SourceName, &[Always("the kind of sender")]),
    FieldRule::new(Field::SourceUrl, &[Copied("url")]),
    FieldRule::new(Field::Environment, &[Copied("environment")]),
    FieldRule::new(Field::DetectedAt, &[Made(&["since"], "the time that it says")]),
];
