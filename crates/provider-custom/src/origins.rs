//! Where the fields of alerts come from, for people who ask.

use watchbell_provider::Place::{Always, Copied, Made};
use watchbell_provider::{Field, FieldRule};

/// A body is an object, or a list of them; the star stands for the place in the list.
pub(crate) const RULES: &[FieldRule] = &[
    FieldRule::new(
        Field::Action,
        &[
            Made(&["*/status"], "the status says it"),
            Always("a body without a status is a problem that is there"),
        ],
    ),
    FieldRule::new(Field::DedupKey, &[Copied("*/dedup_key")]),
    FieldRule::new(Field::Title, &[Copied("*/title")]),
    FieldRule::new(Field::Description, &[Copied("*/description")]),
    FieldRule::new(Field::Severity, &[Copied("*/severity")]),
    FieldRule::new(Field::Service, &[Copied("*/service_id")]),
    FieldRule::new(Field::SourceUrl, &[Copied("*/source_url")]),
    FieldRule::new(Field::Environment, &[Copied("*/metadata/environment")]),
    FieldRule::new(Field::Project, &[Copied("*/metadata/project")]),
    FieldRule::new(Field::Metadata, &[Made(&["*/metadata/#"], "each name as it is")]),
];
