//! A delivery that the database refuses, in the middle of a batch of good ones.

use std::time::Duration;

use serde_json::json;

use crate::support::{Api, Place, Server, Visitor, WriteLock, alert, eventually, unlimited, with};

/// Makes the database refuse every incident with this title: it breaks a constraint.
fn plant(place: &Place, title: &str) {
    let constraint = match place {
        Place::File(_) => format!(
            "CREATE TRIGGER poison BEFORE INSERT ON incidents WHEN NEW.title = '{title}'
             BEGIN INSERT INTO config_state (id, revision) VALUES (2, 0); END"
        ),
        Place::Postgres { .. } => {
            format!("ALTER TABLE incidents ADD CONSTRAINT poison CHECK (title <> '{title}')")
        }
    };
    place.sql(&constraint);
}

/// Takes the constraint away, which the doctor would find.
fn take_away(place: &Place) {
    place.sql(match place {
        Place::File(_) => "DROP TRIGGER poison",
        Place::Postgres { .. } => "ALTER TABLE incidents DROP CONSTRAINT poison",
    });
}

/// How many deliveries have come and are not answered.
fn under_way(server: &Server) -> u64 {
    let text = server.client.get(&format!("{}/metrics", server.url), &[]).unwrap().body;
    let line = text.lines().find_map(|line| line.strip_prefix("watchbell_under_way_deliveries "));
    line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
}

#[test]
fn poison_in_a_batch_is_kept_as_failed_and_its_neighbours_go_through() {
    let server = Server::builder_for(unlimited()).start();
    let url = server.hook("custom");
    plant(server.cli.place(), "Poison");
    // Behind the lock a first batch waits; what comes meanwhile is the second.
    let lock = WriteLock::take(server.cli.place());
    let replies = std::thread::scope(|scope| {
        let (server, url) = (&server, &url);
        let post = |body| scope.spawn(move || server.post(url, &body));
        let first = post(alert("first"));
        let mut others: Vec<_> = (0..5).map(|n| post(alert(&format!("good-{n}")))).collect();
        others.push(post(with(alert("poison"), "title", "Poison")));
        others.extend((5..10).map(|n| post(alert(&format!("good-{n}")))));
        eventually("all have arrived", Duration::from_secs(4), || {
            (under_way(server) == 12).then_some(())
        });
        drop(lock);
        others.push(first);
        others.into_iter().map(|reply| reply.join().unwrap()).collect::<Vec<_>>()
    });
    let said: Vec<_> = replies.iter().map(crate::support::Reply::said).collect();
    assert_eq!(said.iter().filter(|said| *said == "processed/created").count(), 11, "{said:?}");
    assert_eq!(said.iter().filter(|said| *said == "failed/internal").count(), 1, "{said:?}");

    // The Hub says so, to everybody, and leads those to it who may see it.
    let owner = Visitor::owner(&server);
    let id = server.path_of("Custom webhook").rsplit('/').next().unwrap().to_owned();
    let hub = owner.page("/integrations");
    let (before, _) = hub.split_once("\">1 failed: see why</a>").expect("a link");
    let log = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    assert!(log.starts_with(&format!("/deliveries?source={id}&outcome=failed&from=2")), "{log}");
    let viewer = Visitor::with_role(&server, &Api::for_everything(&server), "viewer");
    assert!(viewer.page("/integrations").contains("\">1 failed: see why</span>"));

    // It is kept in full, so that somebody can look at it.
    let failed = server.newest("internal");
    let its_page = format!("/deliveries/{}", failed["delivery_id"].as_str().unwrap());
    assert!(owner.page(&log).contains(&its_page));
    let body: serde_json::Value = serde_json::from_str(failed["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, with(alert("poison"), "title", "Poison"));
    assert_eq!(server.all("/api/v1/incidents").len(), 11);
    // The batch is over a moment after its last answer.
    let ready = eventually("it is ready", Duration::from_secs(5), || {
        let ready = server.client.get(&format!("{}/readyz", server.url), &[]).unwrap();
        (ready.status == 200).then_some(ready)
    });
    assert_eq!(ready.json(), json!({"status": "ready"}));
    take_away(server.cli.place());

    // The cause is gone: it is run again, and done.
    let id = failed["delivery_id"].as_str().unwrap();
    let failures = ["replay", "--integration", "custom", "--outcome", "failed"];
    let shown = server.cli.json(&failures);
    assert_eq!(shown["summary"]["create"], 1, "{shown}");
    let ran = server.cli.json(&[&failures[..], &["--yes"]].concat());
    assert_eq!(ran["deliveries"][0]["delivery_id"], id);
    assert_eq!(ran["deliveries"][0]["reason"], "created", "{ran}");
    assert_eq!(server.all("/api/v1/incidents").len(), 12);
    server.cli.assert_sound();
}
