//! Linked services with their mappings of levels, and projects at the source.

use std::collections::BTreeMap;

use utoipa::ToSchema;
use watchbell_model::{LevelMapping, SeverityAction};

use super::{reference, shown};
use crate::rest::Answered;
use crate::rest::call::Call;
use crate::rest::fields::Fields;

/// The most levels of a mapping.
const MAX_LEVELS: usize = 50;
/// The most characters of a level.
const MAX_LEVEL: usize = 100;

/// How a linked service reads levels.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct LinkSet {
    /// By level (1 to 100 characters, none of them a control character; 50 at most): `SEV0` to `SEV4`,
    /// or `do_not_create`. Left out: the mapping stays as it is, or empty.
    severity_mapping: Option<BTreeMap<String, String>>,
}

pub(in crate::rest) async fn link(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let reference = reference(&call)?;
    let service = call.part("service_key");
    let texts = fields.texts("severity_mapping");
    let mapping = texts.map(|texts| {
        let texts = texts.into_iter().map(|(level, text)| (level, text.unwrap_or_default()));
        mapping(texts, |path, expected, got| fields.wrong(path, expected, got))
    });
    fields.finish()?;
    let linked = call
        .control(move |control| control.integration_link(&reference, &service, mapping.as_ref()));
    let (view, _) = linked.await?;
    Ok(shown(&call, &view))
}

/// The mapping of these levels to these texts. What is wrong is told `wrong`: where, what was expected,
/// and what was found.
pub(crate) fn mapping(
    texts: impl IntoIterator<Item = (String, String)>,
    mut wrong: impl FnMut(&str, &str, String),
) -> LevelMapping {
    let mut entries = Vec::new();
    for (level, text) in texts {
        let is_level = (1..=MAX_LEVEL).contains(&level.chars().count());
        if !is_level || level.chars().any(char::is_control) {
            let expected = format!("levels of 1 to {MAX_LEVEL} characters, no control characters");
            let got = format!("{:?}", watchbell_model::cut(level, 60));
            wrong("severity_mapping", &expected, got);
            continue;
        }
        if let Ok(action) = text.parse::<SeverityAction>() {
            entries.push((level, action));
        } else {
            let path = format!("severity_mapping.{}", watchbell_model::cut(level, 60));
            let got = format!("\"{}\"", watchbell_model::cut(text, 60));
            wrong(&path, "SEV0, SEV1, SEV2, SEV3, SEV4 or do_not_create", got);
        }
    }
    if entries.len() > MAX_LEVELS {
        wrong(
            "severity_mapping",
            &format!("at most {MAX_LEVELS} levels"),
            entries.len().to_string(),
        );
    }
    LevelMapping::new(entries)
}

pub(in crate::rest) async fn unlink(call: Call) -> Answered {
    call.no_query()?;
    let (reference, service) = (reference(&call)?, call.part("service_key"));
    let unlinked = call.control(move |control| control.integration_unlink(&reference, &service));
    let (view, _) = unlinked.await?;
    Ok(shown(&call, &view))
}

/// Where a project's new incidents go.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads one by one")]
pub(in crate::rest) struct ProjectSet {
    /// The service, by any of its keys. It is linked too.
    #[schema(min_length = 1, max_length = 50)]
    service_key: String,
    /// Whether it opens incidents; true unless told otherwise.
    is_active: Option<bool>,
}

pub(in crate::rest) async fn map_project(call: Call, mut fields: Fields) -> Answered {
    call.no_query()?;
    let (reference, project) = (reference(&call)?, call.part("project"));
    let service = fields.text("service_key", 1..=50);
    let service = fields.required("service_key", service).unwrap_or_default();
    let is_active = fields.flag("is_active").unwrap_or(true);
    fields.finish()?;
    let mapped =
        call.control(move |control| control.project_map(&reference, &project, &service, is_active));
    let (view, _) = mapped.await?;
    Ok(shown(&call, &view))
}

pub(in crate::rest) async fn unmap_project(call: Call) -> Answered {
    call.no_query()?;
    let (reference, project) = (reference(&call)?, call.part("project"));
    let unmapped = call.control(move |control| control.project_unmap(&reference, &project));
    let (view, _) = unmapped.await?;
    Ok(shown(&call, &view))
}
