//! A process that is killed between Sentry's doing and hearing of it.

use std::time::Duration;

use super::SCOPES;
use crate::connections::Source;
use crate::support::{Trouble, eventually};

/// The lease of a job whose holder is dead: half a minute, and ten seconds for writing down.
const LEASE: Duration = Duration::from_mins(2);
/// Longer than a server that is about to be killed lives.
const NEVER_MS: u64 = 60_000;

#[test]
fn a_link_is_made_once_although_nobody_heard_that_it_was() {
    let mut source = Source::linkable(&SCOPES);
    let incident = source.opened("ours", "SER-00001");
    source.sentry.trouble("/external-issues/", 1, Trouble::Slow(NEVER_MS));
    assert_eq!(source.link(&incident, "7").status, 201);
    eventually("Sentry has made it", super::SOON, || {
        (source.sentry.links(7).len() == 1).then_some(())
    });
    assert_eq!(source.links(&incident)[0]["state"], "pending", "nobody has heard of it");
    source.server.kill();
    source.server.restart();
    eventually("it is linked", LEASE, || {
        (source.links(&incident)[0]["state"] == "linked").then_some(())
    });
    eventually("the job is done", LEASE, || source.jobs().is_empty().then_some(()));
    let links = source.sentry.links(7);
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(source.links(&incident)[0]["external_issue_id"], links[0]["id"]);
    assert_eq!(source.sentry.asked_for("/external-issues/"), 2, "it was told twice");
    assert_eq!(source.told(&incident)[1..], ["linked with Sentry issue 7"]);
    source.server.cli.assert_sound();
}
