//! Things to store, with every field set to something of its own.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;
use watchbell_model::{
    Acknowledgement, Action, Actor, AlertResult, AuditAction, AuditEntry, AuditSubject,
    ConnectionScope, Counts, DedupKey, DeliveryId, DeliveryRecord, GroupHash, Headers,
    IdempotencyKey, Identity, Incident, IncidentId, IncidentNumber, IntegrationId, Metadata,
    Outcome, Reason, ServerId, ServiceId, Severity, Stage, Status, SubjectKind, TimelineEntry,
    TimelineId, TimelineKind, Timestamp, Trace,
};

use crate::{Changes, Known, Store, StoreError, Wanted, WantedKey, checks};

/// Ids grow, as those of the real source do.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A fresh id of any kind.
pub(super) fn id<T: FromStr>(prefix: &str) -> T {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let text = format!("{prefix}_{number:032x}");
    text.parse().ok().unwrap()
}

pub(super) fn incident_id() -> IncidentId {
    id("inc")
}

pub(super) fn delivery_id() -> DeliveryId {
    id("dlv")
}

pub(super) fn service_id() -> ServiceId {
    id("sid")
}

/// A moment, so many microseconds after noon.
pub(super) fn at(micros: u64) -> Timestamp {
    let noon: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
    noon + Duration::from_micros(micros)
}

pub(super) fn seconds(seconds: u64) -> Timestamp {
    at(seconds * 1_000_000)
}

pub(super) fn key(text: &str) -> DedupKey {
    DedupKey::new(text).unwrap()
}

pub(super) fn identity(text: &str) -> Identity {
    identity_of(id("int"), text)
}

pub(super) fn identity_of(integration: IntegrationId, text: &str) -> Identity {
    Identity { integration, scope: ConnectionScope::NONE, key: key(text) }
}

pub(super) fn number(place: i64) -> IncidentNumber {
    IncidentNumber { year: 2026, place }
}

/// An open incident with every optional field set.
pub(super) fn incident(
    identity: &Identity,
    service: ServiceId,
    number: IncidentNumber,
) -> Incident {
    let mut metadata = Metadata::new();
    metadata.insert("environment", "production");
    metadata.insert("quote \" and \\ and ü", "line\nbreak and \u{1f514}");
    Incident {
        id: incident_id(),
        number,
        integration: Some(identity.integration),
        scope: identity.scope,
        dedup_key: Some(identity.key.clone()),
        occurrence: Some("first".to_owned()),
        group: Some(GroupHash::of("a group")),
        service,
        also_affected: vec![service_id(), service_id()],
        title: "Ein Titel: ü 🔔".to_owned(),
        description: Some("a description".to_owned()),
        severity: Severity::Sev1,
        worst_reported: Severity::Sev0,
        status: Status::Investigating,
        acknowledged: Some(Acknowledgement {
            at: at(7),
            by: Actor::Integration(identity.integration),
        }),
        assigned_to: Some(id("usr")),
        source_name: Some("a source".to_owned()),
        source_url: Some("https://example.com/?a=1&b=2".to_owned()),
        metadata,
        test: true,
        occurrences: 3,
        detected_at: Some(at(1)),
        opened_at: at(2),
        last_seen_at: at(3),
        ended_at: None,
        resolved_by: None,
        version: 1,
    }
}

/// An open incident with every optional field absent, and without an identity.
pub(super) fn bare_incident(service: ServiceId, number: IncidentNumber) -> Incident {
    Incident {
        id: incident_id(),
        number,
        integration: None,
        scope: ConnectionScope::NONE,
        dedup_key: None,
        occurrence: None,
        group: None,
        service,
        also_affected: Vec::new(),
        title: "bare".to_owned(),
        description: None,
        severity: Severity::Sev4,
        worst_reported: Severity::Sev4,
        status: Status::New,
        acknowledged: None,
        assigned_to: None,
        source_name: None,
        source_url: None,
        metadata: Metadata::new(),
        test: false,
        occurrences: 1,
        detected_at: None,
        opened_at: at(0),
        last_seen_at: at(0),
        ended_at: None,
        resolved_by: None,
        version: 1,
    }
}

/// The same incident, resolved.
pub(super) fn ended(mut incident: Incident, at: Timestamp) -> Incident {
    incident.status = Status::Resolved;
    incident.ended_at = Some(at);
    incident.resolved_by = Some(Actor::System);
    incident
}

pub(super) fn line(incident: IncidentId, at: Timestamp, text: &str) -> TimelineEntry {
    TimelineEntry {
        id: id::<TimelineId>("tml"),
        incident,
        at,
        kind: TimelineKind::Noted,
        actor: Actor::System,
        delivery: None,
        text: text.to_owned(),
    }
}

/// A delivery that arrived at a moment, as its id says too.
pub(super) fn delivery_at(integration: IntegrationId, moment: Timestamp) -> DeliveryRecord {
    let millis = u128::try_from(moment.timestamp_millis()).unwrap() << 80;
    let id: DeliveryId = delivery_id();
    let id = DeliveryId::from_uuid(Uuid::from_u128(millis | id.as_uuid().as_u128()));
    let received_at = moment;
    DeliveryRecord { id, received_at, ..delivery(integration, Outcome::Processed) }
}

/// An entry of the audit log with every optional field set.
pub(super) fn entry(micros: u64) -> AuditEntry {
    AuditEntry {
        id: id("aud"),
        at: at(micros),
        actor: Actor::User(id("usr")),
        action: AuditAction::ServiceChanged,
        subject: AuditSubject {
            kind: SubjectKind::Service,
            id: format!("svc_{micros}"),
            name: "Ein \"Dienst\" ü".to_owned(),
        },
        before: Some("{\"name\": \"a\", \"twice\": 1}".to_owned()),
        after: Some("{\"name\":\"ü 🔔\"}".to_owned()),
        request: Some(id("req")),
    }
}

/// An entry of the audit log with every optional field absent.
pub(super) fn bare_entry(micros: u64) -> AuditEntry {
    AuditEntry {
        id: id("aud"),
        at: at(micros),
        actor: Actor::System,
        action: AuditAction::SignInFailed,
        subject: AuditSubject { kind: SubjectKind::User, id: String::new(), name: String::new() },
        before: None,
        after: None,
        request: None,
    }
}

/// A delivery with every optional field set.
pub(super) fn delivery(integration: IntegrationId, outcome: Outcome) -> DeliveryRecord {
    let mut trace = Trace::new();
    trace.note(Stage::Proof, "no proof is asked for");
    trace.note_alert(1, Stage::Decision, "created \"INC-2026-001\"".to_owned());
    DeliveryRecord {
        id: delivery_id(),
        integration,
        received_at: at(5),
        headers: Headers::new([
            ("Content-Type", "application/json"),
            ("X-Twice", "1"),
            ("x-twice", "2"),
        ]),
        body: Some(vec![0, 255, b'{', b'"', 0xc3, 0x28]),
        outcome,
        reason: reason_of(outcome),
        status: if outcome == Outcome::Rejected { 400 } else { 202 },
        duration_us: 1_234,
        trace,
        results: vec![result(), bare_result()],
        repeats: (outcome == Outcome::Duplicate).then(delivery_id),
        revision: 42,
    }
}

fn reason_of(outcome: Outcome) -> Reason {
    match outcome {
        Outcome::Processed => Reason::Created,
        Outcome::Ignored => Reason::NothingOpen,
        Outcome::Duplicate => Reason::DuplicateDelivery,
        Outcome::Rejected => Reason::Malformed,
        Outcome::Failed => Reason::Internal,
    }
}

pub(super) fn result() -> AlertResult {
    AlertResult {
        action: Action::Resolve.as_str(),
        reason: Reason::Resolved,
        incident: Some(number(1_234)),
        service: Some("svc_K7M4Q9TZ2H".parse().unwrap()),
        severity: Some(Severity::Sev2),
        dedup_key: Some(key("a \"key\" \\ ü")),
    }
}

pub(super) fn bare_result() -> AlertResult {
    AlertResult {
        action: Action::Acknowledge.as_str(),
        reason: Reason::NothingOpen,
        incident: None,
        service: None,
        severity: None,
        dedup_key: None,
    }
}

pub(super) fn sender_id(text: &str) -> IdempotencyKey {
    IdempotencyKey::new(text, text.as_bytes())
}

/// What a batch of these identities asks for: everything about them, and a number for each.
pub(super) fn wanted(identities: &[Identity]) -> Wanted {
    Wanted {
        keys: identities
            .iter()
            .map(|identity| WantedKey {
                identity: identity.clone(),
                clock: true,
                occurrences: Vec::new(),
                latest_ended: false,
            })
            .collect(),
        groups: Vec::new(),
        idempotency: Vec::new(),
        ended_since: seconds(0) - Duration::from_hours(7 * 24),
        remembered_since: seconds(0) - Duration::from_hours(7 * 24),
        year: 2026,
        numbers: identities.len(),
        server: id::<ServerId>("srv"),
        limited: Vec::new(),
        accepted_since: seconds(0) - Duration::from_mins(1),
    }
}

/// A batch that stores these deliveries and counts them.
pub(super) fn logged(deliveries: Vec<DeliveryRecord>) -> Changes {
    let mut counts: Vec<(IntegrationId, Counts)> = Vec::new();
    for record in &deliveries {
        let place = counts.iter().position(|(integration, _)| *integration == record.integration);
        let place = place.unwrap_or_else(|| {
            counts.push((record.integration, Counts::default()));
            counts.len() - 1
        });
        counts[place].1.add_stored(record.outcome);
    }
    Changes { deliveries, counts, at: at(0), ..Changes::default() }
}

/// Applies changes that do not depend on what is known. It asks for as many numbers as they use, so
/// that a store which gives numbers in blocks has given at least as many as there are, and a low
/// number that a case has chosen itself is never above the store's counter. But such a number may be
/// one that the store gives to somebody else: a case either chooses its numbers or takes those that
/// it is given.
pub(super) fn apply(store: &impl Store, changes: &Changes) -> Result<(), StoreError> {
    let wanted = Wanted { numbers: changes.numbers_used, ..wanted(&[]) };
    store.batch_apply(&wanted, &mut |_| changes.clone())
}

/// Stores these incidents, whose numbers the case has chosen; see [`apply`].
pub(super) fn open(store: &impl Store, incidents: &[Incident]) {
    let changes = Changes {
        opened: incidents.to_vec(),
        numbers_used: incidents.len(),
        at: at(0),
        ..Changes::default()
    };
    apply(store, &changes).unwrap();
}

/// Opens so many bare incidents in a year, under the numbers that the store gives, and gives those.
pub(super) fn open_given(store: &impl Store, year: i32, incidents: usize) -> Vec<IncidentNumber> {
    let mut given = Vec::new();
    let wanted = Wanted { year, numbers: incidents, ..wanted(&[]) };
    store
        .batch_apply(&wanted, &mut |known| {
            let first = known.first_number;
            given = (first.place..)
                .take(incidents)
                .map(|p| IncidentNumber { place: p, ..first })
                .collect();
            Changes {
                opened: given.iter().map(|number| bare_incident(service_id(), *number)).collect(),
                numbers_used: incidents,
                at: at(0),
                ..Changes::default()
            }
        })
        .unwrap();
    given
}

/// What the store knows of what is wanted. Whoever only looks must be told the same.
pub(super) fn ask(store: &impl Store, wanted: &Wanted) -> Known {
    let looked = store.batch_look(wanted).unwrap();
    let known = ask_in_a_batch(store, wanted);
    assert_eq!(sorted(looked), sorted(known.clone()), "looking and applying know the same");
    known
}

fn sorted(mut known: Known) -> Known {
    known.incidents.sort_by_key(|incident| incident.number);
    known.clocks.sort();
    known.remembered.sort_by_key(|seen| (seen.integration, seen.key.key));
    known.accepted.sort();
    known
}

fn ask_in_a_batch(store: &impl Store, wanted: &Wanted) -> Known {
    let mut answer = None;
    store
        .batch_apply(wanted, &mut |known| {
            answer = Some(known);
            Changes { at: at(0), ..Changes::default() }
        })
        .unwrap();
    answer.unwrap()
}

/// The incidents' numbers, sorted.
pub(super) fn places(incidents: &[Incident]) -> Vec<i64> {
    let mut places: Vec<_> = incidents.iter().map(|incident| incident.number.place).collect();
    places.sort_unstable();
    places
}

/// What the cases leave out to be short: most have no configuration, name deliveries that nobody
/// sent, and open incidents without the line that says so.
const LEFT_OUT: [&str; 3] = [checks::CONFIGURED.name, checks::DELIVERIES.name, checks::OPENED.name];

/// Asserts that nothing is wrong with the database, what the cases leave out apart.
pub(super) fn assert_sound(store: &impl Store) {
    let mut findings = store.check().unwrap();
    findings.retain(|finding| !LEFT_OUT.contains(&finding.check));
    assert_eq!(findings, []);
}
