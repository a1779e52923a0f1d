//! The address that confirms a subscription.

use crate::arn::TopicArn;
use crate::shape;

/// The address on `base` that confirms `topic` by `token`, if `rest` (what a given address has
/// after its host) asks for exactly that.
pub(crate) fn url(base: &str, rest: &str, topic: &TopicArn<'_>, token: &str) -> Option<String> {
    let query = rest.strip_prefix("/?").filter(|query| !query.contains('#'))?;
    let arn = topic.as_str();
    let wanted = [("Action", "ConfirmSubscription"), ("TopicArn", arn), ("Token", token)];
    let mut seen = 0;
    let all_wanted = form_urlencoded::parse(query.as_bytes()).all(|(name, value)| {
        seen += 1;
        wanted.iter().any(|(n, v)| *n == name && *v == value)
    });
    // Three that are all wanted, and each of the three among them: none twice.
    let complete = wanted.iter().all(|(name, _)| {
        form_urlencoded::parse(query.as_bytes()).filter(|(other, _)| other == name).count() == 1
    });
    if !(all_wanted && complete && seen == wanted.len() && shape::is_token(token)) {
        return None;
    }
    // Neither an ARN nor hexadecimal digits hold anything that would have to be escaped.
    Some(format!("{base}/?Action=ConfirmSubscription&TopicArn={arn}&Token={token}"))
}
