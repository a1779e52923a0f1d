//! `watchbell integration guide` and `watchbell integration sentry-json`.

use serde_json::{Value, json};
use watchbell_control::Control;

use super::super::Failure;
use super::super::integration_args::Which;
use crate::out::Out;

/// Prints how to set the integration's sender up.
pub(super) fn guide(which: &Which, control: &Control, base: &str, out: Out) -> Result<(), Failure> {
    let guide = control.integration_show(&which.integration)?.guide(base, None).unwrap_or_default();
    out.result(&json!({"markdown": guide}), || guide.trim_end().to_owned());
    Ok(())
}

/// Prints the document that describes the form of the integration's alert rules.
pub(super) fn document(
    which: &Which,
    extended: bool,
    control: &Control,
    base: &str,
    out: Out,
) -> Result<(), Failure> {
    let document = control.rule_form(&which.integration, base, extended)?;
    let value: Value = serde_json::from_str(&document).unwrap_or_default();
    out.result(&value, || document.clone());
    Ok(())
}
