//! Several servers on one PostgreSQL: they share every promise, and come and go.

mod refresh;

use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde_json::json;
use watchbell_testkit::Database;

use crate::cloudwatch;
use crate::support::{
    Cli, Fire, PASSWORD, Server, SnsOrigin, Visitor, alert, distinct_and_repeated, eventually,
    unlimited_on,
};

/// Two servers on one database, as two machines would run them, without limits from the beginning.
struct Pair {
    database: Database,
    one: Server,
    two: Server,
}

impl Pair {
    fn start() -> Self {
        let database = Database::with_tables();
        let cli = unlimited_on(Cli::on_postgres(database.url()));
        let one = Server::builder_for(cli.clone()).start();
        let two = Server::builder_for(cli).start();
        Self { database, one, two }
    }
}

#[test]
fn an_identity_is_open_once_over_both() {
    let Pair { database: _database, one, two } = Pair::start();
    let (mut at_one, mut at_two) = (Fire::at(&one), Fire::at(&two));
    // Both send the same keys, in the same order, at the same time.
    at_one.under_load(&one, 4, |load| {
        at_two.under_load(&two, 4, |other| {
            load.wait_for(400);
            other.wait_for(400);
        });
    });
    at_one.holds(&one);
    at_two.holds(&two);
}

#[test]
fn what_one_opens_the_other_counts_and_resolves() {
    let Pair { database: _database, one, two } = Pair::start();
    let opened = one.post(&one.hook("custom"), &alert("shared")).data();
    assert_eq!(opened["reason"], "created");
    let counted = two.post(&two.hook("custom"), &alert("shared")).data();
    assert_eq!(counted["reason"], "updated");
    let number = &opened["alerts"][0]["incident_number"];
    assert_eq!(&counted["alerts"][0]["incident_number"], number);
    let mut over = alert("shared");
    over["status"] = json!("resolved");
    assert_eq!(two.post(&two.hook("custom"), &over).data()["reason"], "resolved");
    assert_eq!(one.post(&one.hook("custom"), &over).data()["reason"], "nothing_open");
}

#[test]
fn an_open_page_at_one_is_told_what_the_other_does() {
    let Pair { database: _database, one, two } = Pair::start();
    Visitor::owner(&one);
    let visitor = Visitor::stranger(&two);
    let who = [("email", "olga@example.com"), ("password", PASSWORD)];
    visitor.submit("/sign-in", "/sign-in", &who).leads_to("/");
    let mut stream = visitor.listen("/live", &[]);
    assert_eq!(stream.heard(), "incidents deliveries");
    let number = one.post(&one.hook("custom"), &alert("elsewhere")).incident();
    assert_eq!(stream.heard(), "incidents deliveries");
    assert!(visitor.page("/incidents").contains(&number));
    let there = Visitor::stranger(&one);
    there.submit("/sign-in", "/sign-in", &who).leads_to("/");
    let path = format!("/incidents/{number}");
    there.submit(&path, &format!("{path}/acknowledge"), &[]);
    assert_eq!(stream.heard(), "incidents");
}

#[test]
fn a_senders_id_is_seen_once_over_both() {
    let Pair { database: _database, one, two } = Pair::start();
    let hooks = [one.hook("custom"), two.hook("custom")];
    for round in 0..20 {
        let id = format!("once-{round}");
        let body = alert(&id).to_string();
        let start = Barrier::new(2);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = [(&one, &hooks[0]), (&two, &hooks[1])]
                .into_iter()
                .map(|(server, hook)| {
                    let (start, id, body) = (&start, &id, &body);
                    scope.spawn(move || {
                        start.wait();
                        let headers = [("idempotency-key", id.as_str())];
                        server.post_bytes(hook, &headers, body.as_bytes()).data()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut outcomes: Vec<_> = answers.iter().map(|a| a["outcome"].as_str().unwrap()).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["duplicate", "processed"], "{answers:?}");
        assert_eq!(answers[0]["delivery_id"], answers[1]["delivery_id"]);
        assert_eq!(answers[0]["alerts"], answers[1]["alerts"]);
    }
    one.cli.assert_sound();
}

#[test]
fn a_topic_that_one_has_confirmed_is_let_in_at_the_other_at_once() {
    let (sns, database) = (SnsOrigin::start(), Database::with_tables());
    let one = cloudwatch::believing(&[&sns]).set("database.url", database.url()).start();
    let two = Server::builder_for(one.cli.clone()).start();
    let hook = one.add("cloudwatch", "Alarms", &["--default-service", "SER-00001"]);
    let other = two.hook("Alarms");
    two.status_of_get_becomes(&other, 405);
    let topic = SnsOrigin::topic("alarms");
    let asked = cloudwatch::post(&one, &hook, &sns.question(&topic, 1));
    assert_eq!(asked.said(), "ignored/subscription_confirmed");
    let alarm = sns.alarm(&topic, "errors", "ALARM", &cloudwatch::at(1));
    assert_eq!(cloudwatch::post(&two, &other, &alarm).said(), "processed/created");
    assert_eq!(cloudwatch::post(&one, &hook, &alarm).said(), "duplicate/duplicate_delivery");
    assert_eq!(sns.confirmed(), [topic]);
    one.cli.assert_sound();
}

#[test]
fn a_rate_limit_holds_over_both_to_within_one_batch_each() {
    const LIMIT: usize = 20;
    let Pair { database: _database, one, two } = Pair::start();
    one.cli.json(&["integration", "set", "custom", "--rate-limit", &LIMIT.to_string()]);
    let servers = [(&one, one.hook("custom")), (&two, two.hook("custom"))];
    for (server, hook) in &servers {
        eventually("the limit is known", Duration::from_secs(5), || {
            let reply = server.post_bytes(hook, &[], b"no JSON");
            (reply.header("x-ratelimit-limit") == Some("20")).then_some(())
        });
    }
    let mut accepted = 0;
    let mut refused = [false, false];
    for turn in 0..LIMIT * 4 {
        let (server, hook) = &servers[turn % 2];
        match server.post(hook, &alert(&format!("limited-{turn}"))).status {
            202 => {
                assert!(!refused[turn % 2], "it was full already, in the same minute");
                accepted += 1;
            }
            429 => refused[turn % 2] = true,
            other => panic!("{other}"),
        }
    }
    // One at a time, so a batch is one delivery.
    assert!((LIMIT..=LIMIT + 2).contains(&accepted), "{accepted} of {LIMIT}");
    assert_eq!(refused, [true, true]);
}

#[test]
fn load_what_is_revoked_ends_everywhere_within_a_second() {
    let Pair { database: _database, one, two } = Pair::start();
    let (old_one, old_two) = (one.hook("custom"), two.hook("custom"));
    let key = one.cli.json(&["key", "create", "short-lived"]);
    let bearer = format!("Bearer {}", key["token"].as_str().unwrap());
    let verify = |server: &Server| {
        let url = format!("{}/api/v1/auth/verify", server.url);
        server.client.get(&url, &[("authorization", &bearer)]).unwrap().status
    };
    for server in [&one, &two] {
        eventually("the key is known", Duration::from_secs(5), || {
            (verify(server) == 200).then_some(())
        });
    }
    one.cli.json(&["integration", "rotate", "custom"]);
    one.cli.json(&["key", "revoke", "short-lived"]);
    let revoked = Instant::now();
    for (server, hook) in [(&one, &old_one), (&two, &old_two)] {
        eventually("it is refused", Duration::from_secs(1), || {
            let intake = server.post(hook, &alert("late")).status;
            (intake == 404 && verify(server) == 401).then_some(())
        });
    }
    let took = revoked.elapsed();
    assert!(took < Duration::from_secs(1), "it took {took:?}");
    assert_eq!(two.post(&two.hook("custom"), &alert("new key")).status, 202);
}

#[test]
fn load_a_newer_version_takes_over_while_alerts_come_in() {
    let Pair { database, mut one, two } = Pair::start();
    let (mut at_one, mut at_two) = (Fire::at(&one), Fire::at(&two));
    let settings = one.cli.clone();
    at_two.under_load(&two, 2, |steady| {
        at_one.until_it_breaks(2, distinct_and_repeated, |load| {
            load.wait_for(50);
            // What the next version's migrations do: they add, and older servers go on.
            database.psql(
                "ALTER TABLE incidents ADD COLUMN of_the_next_version text;
                 INSERT INTO __diesel_schema_migrations (version) VALUES ('20990101000001')",
            );
            load.wait_for(150);
            one.signal("TERM");
            assert_eq!(one.wait(), Some(0));
        });
        let before = steady.accepted();
        steady.wait_for(before + 100);
    });
    let third = Server::builder_for(settings).start();
    at_one.moved_to(&third);
    at_one.takes_deliveries(&third);
    at_one.holds(&third);
    at_two.holds(&third);
}

#[test]
fn a_server_refuses_a_database_whose_locks_lock_nothing() {
    let Pair { database, one, two } = Pair::start();
    let name = database.url().rsplit('/').next().unwrap();
    database.psql(&format!(
        "CREATE SCHEMA fake;
         CREATE FUNCTION fake.pg_advisory_xact_lock(int, int) RETURNS void
             LANGUAGE sql AS 'SELECT NULL::void';
         ALTER DATABASE \"{name}\" SET search_path = fake, pg_catalog, public"
    ));
    let refused = one.cli.run(&["serve", "--listen", "127.0.0.1:0"]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(78), "{told}");
    assert!(told.contains("advisory transaction locks"), "{told}");
    assert!(told.contains("docs/operations.md"), "{told}");
    let doctor = two.cli.run(&["doctor"]);
    let told = String::from_utf8_lossy(&doctor.stdout);
    assert_eq!(doctor.status.code(), Some(1), "{told}");
    assert!(told.contains("lacks advisory transaction locks"), "{told}");
}
