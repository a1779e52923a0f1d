//! An envelope as it may be kept.

use std::ops::Range;

use serde_json::value::RawValue;
use watchbell_model::REDACTED;

use crate::fields::Fields;

/// Fields that let whoever reads them end the subscription, or make it again: the signature does
/// not ask who is asking.
const SECRET: [&str; 5] =
    ["UnsubscribeURL", "UnsubscribeUrl", "SubscribeURL", "SubscribeUrl", "Token"];

/// `body` with the values of `UnsubscribeURL`, `SubscribeURL` and `Token` cut out; everything else
/// stays as it is, byte for byte. None if there is none of them.
pub fn without_secrets(body: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(body).ok()?;
    let fields = Fields::parse(text).ok()?;
    let secret = fields.iter().filter(|(name, value)| {
        SECRET.contains(name) && value.get() != "null" && value.get() != QUOTED
    });
    let places: Vec<_> = secret.filter_map(|(_, value)| place(text, value)).collect();
    if places.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for place in places {
        out.push_str(text.get(done..place.start)?);
        out.push_str(QUOTED);
        done = place.end;
    }
    out.push_str(text.get(done..)?);
    Some(out.into_bytes())
}

/// What stands in the place of a value that was cut out, as a JSON text.
const QUOTED: &str = "\"(redacted)\"";
const _: () = assert!(REDACTED.len() + 2 == QUOTED.len());

/// Where `value` stands in `text`, of which it is a part.
fn place(text: &str, value: &RawValue) -> Option<Range<usize>> {
    let start = value.get().as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(value.get().len()).filter(|end| *end <= text.len())?;
    Some(start..end)
}
