//! Values whose type Sentry does not keep: ids and counts are numbers in one place and texts in
//! another, and nearly everything may be null.

use serde::{Deserialize, Deserializer};

/// A text or a number, as text; nothing, if it is null.
pub(crate) fn id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match Option::<TextOrNumber>::deserialize(deserializer)? {
        Some(TextOrNumber::Text(text)) => text,
        Some(TextOrNumber::Number(number)) => number.to_string(),
        None => String::new(),
    })
}

/// A number, or its text.
pub(crate) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Option::<TextOrNumber>::deserialize(deserializer)? {
        Some(TextOrNumber::Text(text)) => text.parse().ok(),
        Some(TextOrNumber::Number(number)) => Some(number),
        None => None,
    })
}

/// What is null where something else is meant.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Number(u64),
}
