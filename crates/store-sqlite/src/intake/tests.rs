//! What a batch sends to the database.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::sql_types::Text;
use diesel::{Connection, RunQueryDsl};
use watchbell_model::{
    Actor, ConnectionScope, Counts, DedupKey, DeliveryId, DeliveryRecord, Headers, IdempotencyKey,
    Identity, Incident, IncidentId, IntegrationId, Metadata, Outcome, Reason, ServerId, ServiceId,
    Severity, Status, TimelineEntry, TimelineId, TimelineKind, Timestamp, Trace,
};
use watchbell_store::stored::{Pairs, to_json};
use watchbell_store::{Changes, IntakeStore, Known, Wanted, WantedKey};

use crate::{SqliteOptions, SqliteStore};

#[derive(Debug, Default)]
struct Seen {
    /// The statements in their order.
    started: Vec<String>,
    /// Those that were kept prepared.
    cached: HashSet<String>,
    /// How many transactions diesel itself began.
    transactions: usize,
}

/// Writes down what the store's writer is asked to do from now on.
fn watch(store: &SqliteStore) -> Arc<Mutex<Seen>> {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let notes = Arc::clone(&seen);
    let text = |query: &dyn std::fmt::Display| {
        let text = query.to_string();
        text.split(" -- binds").next().unwrap().to_owned()
    };
    let notice = move |event: InstrumentationEvent<'_>| {
        let mut notes = notes.lock().unwrap();
        match event {
            InstrumentationEvent::StartQuery { query, .. } => notes.started.push(text(query)),
            InstrumentationEvent::CacheQuery { sql, .. } => {
                notes.cached.insert(sql.to_owned());
            }
            InstrumentationEvent::BeginTransaction { .. } => notes.transactions += 1,
            _ => {}
        }
    };
    store
        .pool
        .with_writer(|writer| {
            writer.set_instrumentation(notice);
            Ok(())
        })
        .unwrap();
    seen
}

struct Sample {
    at: Timestamp,
    integration: IntegrationId,
}

fn id(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}

impl Sample {
    fn identity(&self, key: u32) -> Identity {
        Identity {
            integration: self.integration,
            scope: ConnectionScope::NONE,
            key: DedupKey::new(format!("key {key}")).unwrap(),
        }
    }

    fn wanted(&self) -> Wanted {
        let key = |key| WantedKey {
            identity: self.identity(key),
            clock: true,
            occurrences: vec!["one".to_owned()],
            latest_ended: true,
        };
        Wanted {
            keys: (0..3).map(key).collect(),
            groups: vec![(self.integration, watchbell_model::GroupHash::of("group"))],
            idempotency: vec![(self.integration, IdempotencyKey::new("1", b""))],
            ended_since: self.at,
            remembered_since: self.at,
            year: 2026,
            numbers: 3,
            server: ServerId::from_uuid(id(7)),
            limited: vec![self.integration],
            accepted_since: self.at,
        }
    }

    /// Opens three incidents, or counts on those that are open; the last time it resolves them.
    fn decide(&self, round: u128, known: &Known) -> Changes {
        let mut changes = Changes { at: self.at, numbers_used: 3, ..Changes::default() };
        let mut counts = Counts::default();
        for key in 0..3_u32 {
            let number = round * 100 + u128::from(key);
            let mut place = known.first_number;
            place.place += i64::from(key);
            let identity = self.identity(key);
            let same = |i: &&Incident| i.identity().as_ref() == Some(&identity);
            match known.incidents.iter().find(same) {
                Some(open) => changes.changed.push(Incident {
                    version: open.version + 1,
                    status: if round < 4 { Status::New } else { Status::Resolved },
                    ..open.clone()
                }),
                None => changes.opened.push(self.incident(&identity, number, place)),
            }
            counts.add_stored(Outcome::Rejected);
            changes.deliveries.push(self.delivery(number));
            changes.clocks.push((identity, self.at));
            let key = IdempotencyKey::new(&format!("{key}"), b"");
            let delivery = DeliveryId::from_uuid(id(number));
            changes.remembered.push((self.integration, key, delivery));
        }
        for incident in changes.opened.iter().chain(&changes.changed) {
            changes.timeline.push(TimelineEntry {
                id: TimelineId::from_uuid(id(round)),
                incident: incident.id,
                at: self.at,
                kind: TimelineKind::Noted,
                actor: Actor::System,
                delivery: None,
                text: "a line".to_owned(),
            });
        }
        changes.counts = vec![(self.integration, counts)];
        changes
    }

    fn incident(
        &self,
        identity: &Identity,
        number: u128,
        place: watchbell_model::IncidentNumber,
    ) -> Incident {
        Incident {
            id: IncidentId::from_uuid(id(number)),
            number: place,
            integration: Some(self.integration),
            scope: identity.scope,
            dedup_key: Some(identity.key.clone()),
            occurrence: None,
            group: None,
            service: ServiceId::from_uuid(id(1)),
            title: "title".to_owned(),
            description: None,
            severity: Severity::Sev2,
            worst_reported: Severity::Sev2,
            status: Status::New,
            acknowledged: None,
            assigned_to: None,
            also_affected: Vec::new(),
            source_name: None,
            source_url: None,
            metadata: Metadata::new(),
            test: false,
            occurrences: 1,
            detected_at: None,
            opened_at: self.at,
            last_seen_at: self.at,
            ended_at: None,
            resolved_by: None,
            version: 1,
        }
    }

    fn delivery(&self, number: u128) -> DeliveryRecord {
        DeliveryRecord {
            id: DeliveryId::from_uuid(id(number)),
            integration: self.integration,
            received_at: self.at,
            headers: Headers::default(),
            body: None,
            outcome: Outcome::Rejected,
            reason: Reason::Malformed,
            status: if number.is_multiple_of(2) { 202 } else { 400 },
            duration_us: 1,
            trace: Trace::new(),
            results: Vec::new(),
            repeats: None,
            revision: 1,
        }
    }
}

#[test]
fn a_batch_is_one_transaction_of_statements_prepared_once() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(SqliteOptions::new(folder.path().join("batch.db"))).unwrap();
    store.migrate().unwrap();
    let sample = Sample {
        at: "2026-11-21T12:00:00Z".parse().unwrap(),
        integration: IntegrationId::from_uuid(id(9)),
    };
    let seen = watch(&store);
    for round in 1..=5 {
        let before = std::mem::take(&mut seen.lock().unwrap().started);
        assert!(before.is_empty() || round > 1);
        store.batch_apply(&sample.wanted(), &mut |known| sample.decide(round, &known)).unwrap();
        let seen = seen.lock().unwrap();
        assert_eq!(seen.transactions, 0, "a row had a transaction of its own");
        let frame = |text: &String| {
            ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"]
                .iter()
                .any(|word| text.starts_with(word))
        };
        let frames: Vec<_> = seen.started.iter().filter(|text| frame(text)).collect();
        assert_eq!(frames, ["BEGIN IMMEDIATE", "COMMIT"]);
        for text in seen.started.iter().filter(|text| !frame(text)) {
            assert!(seen.cached.contains(text), "prepared anew each time: {text}");
        }
        let reads = seen.started.iter().filter(|text| text.starts_with("SELECT")).count();
        assert_eq!(reads, 9, "{:#?}", seen.started);
    }
}

/// Reopening looks for keys that are names in a JSON object.
#[test]
fn a_name_in_an_object_is_found_as_it_is_whatever_stands_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(SqliteOptions::new(folder.path().join("w.db"))).unwrap();
    for key in
        ["plain", "a\"b", "back\\slash", "line\nend", "\u{1}", "é 🔔 \u{2028}", "1.5", "$.a[0]", ""]
    {
        let pairs = [(key, "first"), (key, "second")];
        let object = to_json(&Pairs(pairs.into_iter())).unwrap();
        let found: Vec<(String, String)> = store
            .pool
            .with_writer(|writer| {
                let each = diesel::dsl::sql::<(Text, Text)>("SELECT key, value FROM json_each(");
                Ok(each.bind::<Text, _>(&object).sql(")").load(writer).unwrap())
            })
            .unwrap();
        assert_eq!(found, pairs.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
}
