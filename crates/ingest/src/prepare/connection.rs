//! Which connection a delivery came by.

use watchbell_model::{ConnectionScope, Reason, Stage, Trace, cut};
use watchbell_provider::{Installation, Item};

use super::PreparedItem;
use crate::Source;

/// The connection whose identities a delivery touches; none, if the integration has an app and the
/// delivery belongs to no organization that is connected by it. Without an app the installation is
/// written down, and refuses nothing.
pub(super) fn scope(
    source: &Source,
    installation: Option<&Installation>,
    trace: &mut Trace,
) -> Option<ConnectionScope> {
    let Some(known) = &source.installations else {
        if let Some(Installation { id, .. }) = installation {
            trace.note(Stage::Read, format!("it belongs to installation {id}"));
        }
        return Some(ConnectionScope::NONE);
    };
    let Some(Installation { id, .. }) = installation else {
        trace.note(Stage::Read, "it belongs to no installation of the app".to_owned());
        return None;
    };
    let found = known.get(id).copied();
    trace.note(
        Stage::Read,
        match found {
            Some(scope) => format!("it belongs to installation {id}: connection {scope}"),
            None => format!("it belongs to installation {}, which is not connected", cut(id, 60)),
        },
    );
    found
}

/// What belongs to nobody changes nothing. What says nothing that could stays what it is.
pub(super) fn nobodys(items: Vec<Item>, trace: &mut Trace) -> Vec<PreparedItem> {
    let ignored = |(index, item)| match item {
        Item::Alert(_) => PreparedItem::Ignored(Reason::UnknownInstallation),
        Item::Ignored { reason, what } => {
            trace.note_alert(index, Stage::Read, what);
            PreparedItem::Ignored(reason)
        }
    };
    items.into_iter().enumerate().map(ignored).collect()
}
