//! What it ran on: browser, operating system, device, runtime.

use serde_json::Value;

use crate::read::{Cutting, field};
use crate::{Named, Tag};

const MAX_NAME: usize = 100;

/// One of the contexts under any of its names; else what the tag of that name says.
pub(crate) fn named(
    contexts: Option<&Value>,
    names: &[&str],
    tags: &[Tag],
    cutting: &mut Cutting,
) -> Option<Named> {
    let context = contexts.and_then(|contexts| field(contexts, names));
    let context = context.map(|context| {
        // A device has a model, and sometimes no name.
        let name = field(context, &["name", "model", "family", "raw_description"]);
        Named {
            name: cutting.text(name, MAX_NAME),
            version: cutting.text(context.get("version"), MAX_NAME),
        }
    });
    context.filter(|named| *named != Named::default()).or_else(|| {
        let name = names.first()?;
        let tag = tags.iter().find(|tag| tag.name == *name)?;
        Some(Named { name: Some(cutting.short(&tag.value, MAX_NAME)), version: None })
    })
}
