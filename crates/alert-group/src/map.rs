//! From a group to what was received.

use watchbell_model::{Action, Alert, GroupHash};
use watchbell_provider::{Item, Received};
use watchbell_wire::{Lenient, Text, Warnings, http_url};

use crate::entry::{labels_of, text_of};
use crate::whole::Whole;
use crate::wire;
use crate::{MAX_ALERTS, NotAGroup, Sender};

/// What all alerts of a body share.
pub(crate) struct Shared<'a> {
    pub(crate) source: &'a str,
    pub(crate) external_url: Option<&'a str>,
    pub(crate) organization: Option<&'a str>,
    pub(crate) group: Option<GroupHash>,
}

pub(crate) fn received(
    body: wire::Body<'_>,
    sender: Sender,
    whole_groups: bool,
) -> Result<Received, NotAGroup> {
    let wire::Body {
        status,
        org_id,
        common_labels,
        common_annotations,
        alerts,
        external_url,
        group_key,
        truncated_alerts,
    } = body;
    let alerts = match alerts {
        Lenient::Is(alerts) => alerts,
        Lenient::Absent => return Err(NotAGroup::Else("an object without `alerts`".to_owned())),
        Lenient::Odd(kind) => {
            return Err(NotAGroup::Else(format!("an object whose `alerts` is {kind}")));
        }
    };
    if alerts.found > MAX_ALERTS {
        return Err(NotAGroup::TooMany(alerts.found));
    }

    let mut warnings = Warnings::default();
    let mut field = |value, name: &str| text_of(value, &mut warnings, || name.to_owned());
    let status = field(status, "status");
    let external_url = field(external_url, "externalURL");
    let organization = field(org_id, "orgId");
    let group_key = field(group_key, "groupKey").filter(|key| key.trimmed().is_some());
    let complete = is_complete(&truncated_alerts, &mut warnings);
    let shared = Shared {
        source: sender.name,
        external_url: external_url.as_ref().and_then(|Text(url)| http_url(url)),
        organization: organization.as_ref().and_then(Text::trimmed),
        group: group_key.as_ref().map(|Text(key)| GroupHash::of(key)),
    };
    let mut items = Vec::with_capacity(alerts.entries.len());
    let mut is_heartbeat = false;
    for (index, entry) in alerts.entries.into_iter().enumerate() {
        match entry {
            Lenient::Is(entry) => {
                is_heartbeat |= entry.is_heartbeat;
                items.push(entry.within(&shared, index, &mut warnings));
            }
            Lenient::Absent => left_out(index, "null", &mut warnings),
            Lenient::Odd(kind) => left_out(index, kind, &mut warnings),
        }
    }
    if whole_groups {
        // Looked at only where they count: an alert's own labels hold them too.
        let labels = labels_of(common_labels, &mut warnings, || "commonLabels".to_owned());
        let annotations =
            labels_of(common_annotations, &mut warnings, || "commonAnnotations".to_owned());
        match &group_key {
            Some(Text(key)) => {
                let whole = Whole { key, complete, labels: &labels, annotations: &annotations };
                items = one_item(items, &whole, &shared);
            }
            None => warnings.add(|| "no groupKey: each alert is an incident of its own".to_owned()),
        }
    }
    let is_over = complete && is_resolved(status.as_ref());
    let resolved_group = shared.group.filter(|_| is_over);
    let warnings = warnings.into_list();
    Ok(Received { items, resolved_group, is_heartbeat, warnings, ..Received::default() })
}

/// The alerts as one; what is ignored stays as it is.
fn one_item(items: Vec<Item>, whole: &Whole<'_>, shared: &Shared<'_>) -> Vec<Item> {
    let mut alerts = Vec::with_capacity(items.len());
    let mut out = Vec::new();
    for item in items {
        match item {
            Item::Alert(alert) => alerts.push(*alert),
            ignored @ Item::Ignored { .. } => out.push(ignored),
        }
    }
    out.extend(whole.alert(&alerts, shared).map(|alert: Alert| Item::Alert(Box::new(alert))));
    out
}

fn left_out(index: usize, kind: &str, warnings: &mut Warnings) {
    warnings.add(|| format!("alerts[{index}] is {kind}, not an object: left out"));
}

/// Whether no alert was cut off. The group's status is computed after the cut, so without this it
/// says `resolved` while others still fire.
fn is_complete(truncated: &Lenient<Text<'_>>, warnings: &mut Warnings) -> bool {
    let number = match truncated {
        // Versions before 0.22 do not send it, and cut nothing.
        Lenient::Absent => return true,
        Lenient::Is(Text(number)) => number.trim().parse().ok(),
        Lenient::Odd(_) => None,
    };
    match number {
        Some(0_u64) => return true,
        Some(cut) => warnings.add(|| {
            format!(
                "alerts of this group that the sender cut off (max_alerts): {cut}; what becomes of \
                 them is not known here"
            )
        }),
        None => warnings
            .add(|| "truncatedAlerts is not a number: taken as if alerts were cut off".to_owned()),
    }
    false
}

pub(crate) fn is_resolved(status: Option<&Text<'_>>) -> bool {
    status.is_some_and(|Text(status)| status.trim().eq_ignore_ascii_case("resolved"))
}

/// Whether an alert says that its problem is there.
pub(crate) fn fires(alert: &Alert) -> bool {
    matches!(alert.action, Action::Trigger(_))
}
