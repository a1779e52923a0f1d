//! Incidents through the API, as a client of runframe.md section 9 works with them.

use serde_json::{Value, json};

use crate::support::{Api, Server, alert, with};

fn number(reply: &Value) -> String {
    reply["incident_number"].as_str().unwrap().to_owned()
}

fn kinds(incident: &Value) -> Vec<&str> {
    let lines = incident["timeline"].as_array().unwrap();
    lines.iter().map(|line| line["kind"].as_str().unwrap()).collect()
}

#[test]
fn an_incident_lives_from_its_opening_to_its_end() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let body = json!({
        "title": "Checkout is slow", "description": "p99 is 12 s",
        "service_ids": ["SER-00002", "SER-00001", "ser-00002"],
    });
    let opened = api.post("/incidents", &body);
    assert_eq!(opened.status, 201, "{opened:?}");
    let opened = opened.data();
    assert_eq!((&opened["status"], &opened["severity"]), (&json!("new"), &json!("SEV2")));
    let names: Vec<_> = opened["services"].as_array().unwrap().iter().map(|s| &s["name"]).collect();
    assert_eq!(names, ["Demo Database", "Demo API"], "the first is its own, each once");
    assert_eq!(opened["integration_id"], Value::Null);
    let path = format!("/incidents/{}", number(&opened));
    let taken = api.post(&format!("{path}/acknowledge"), &json!({}));
    assert_eq!(taken.data()["status"], "investigating");
    assert_eq!(taken.data()["acknowledged_by"]["kind"], "api_key");
    let again = api.post(&format!("{path}/acknowledge"), &json!({}));
    assert_eq!(again.refused(), "409 conflict", "taken once");
    let changed =
        api.patch(&path, &json!({"title": "Checkout is down", "severity": "SEV0"})).data();
    assert_eq!(
        (&changed["title"], &changed["severity"]),
        (&json!("Checkout is down"), &json!("SEV0"))
    );
    let noted = api.post(&format!("{path}/events"), &json!({"comment": "restarting the pool"}));
    assert_eq!(noted.status, 201);
    assert_eq!(noted.data()["text"], "restarting the pool");
    assert!(noted.data()["event_id"].as_str().unwrap().starts_with("tml_"));
    let to = |status: &str| {
        api.post(&format!("{path}/status"), &json!({"status": status, "comment": "so it is"}))
    };
    for status in ["fixing", "monitoring", "resolved"] {
        assert_eq!(to(status).data()["status"], status);
    }
    let resolved = to("resolved").data();
    assert_eq!(resolved["resolved_by"]["name"], "a program");
    assert!(resolved["resolved_at"].is_string());
    let refused = to("fixing");
    assert_eq!(refused.refused(), "409 conflict");
    let message = refused.error()["message"].to_string();
    assert!(message.contains("investigating, closed"), "names what is possible: {message}");
    assert_eq!(to("investigating").data()["resolved_at"], Value::Null, "open again");
    assert_eq!(to("resolved").status, 200);
    assert_eq!(to("closed").data()["status"], "closed");
    assert_eq!(to("investigating").refused(), "409 conflict", "for good");
    let shown = api.get(&path).data();
    assert_eq!(
        kinds(&shown),
        [
            "opened",
            "acknowledged",
            "updated",
            "noted",
            "status_changed",
            "status_changed",
            "resolved",
            "reopened",
            "resolved",
            "status_changed",
        ]
    );
    let texts = shown["timeline"].to_string();
    for text in ["severity from SEV2 to SEV0", "fixing became monitoring: so it is"] {
        assert!(texts.contains(text), "{text}: {texts}");
    }
    assert!(
        shown["timeline"].as_array().unwrap().iter().all(|l| l["actor"]["name"] == "a program")
    );
}

#[test]
fn a_request_that_is_repeated_opens_one_incident_and_gets_one_answer() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let ask = |api: &Api<'_>, key: &str, body: &Value| {
        api.ask("POST", "/incidents", &[("idempotency-key", key)], Some(body))
    };
    let body = json!({"title": "A", "service_ids": ["SER-00001"]});
    let first = ask(&api, "one", &body);
    assert_eq!(first.status, 201);
    let again = ask(&api, "one", &json!({"service_ids": ["SER-00001"], "title": "A"}));
    assert_eq!(again.status, 201);
    assert_eq!(again.body, first.body, "the very same answer, whatever order the fields have");
    let other = ask(&api, "one", &with(body.clone(), "title", "B"));
    assert_eq!(other.refused(), "409 conflict");
    assert!(other.error()["message"].to_string().contains(&number(&first.data())));
    assert_eq!(ask(&api, "two", &body).status, 201);
    // Another key's ids are its own.
    assert_eq!(ask(&Api::for_everything(&server), "one", &body).status, 201);
    assert_eq!(api.get("/incidents").data()["total"], 3);
    assert_eq!(ask(&api, "", &body).paths(), ["Idempotency-Key"]);
    assert_eq!(ask(&api, &"x".repeat(256), &body).paths(), ["Idempotency-Key"]);
}

#[test]
fn every_wrong_field_of_an_incident_is_named() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let check = |reply: crate::support::Reply, expected: &[&str]| {
        assert_eq!(reply.refused(), "400 validation_error", "{reply:?}");
        assert_eq!(reply.paths(), expected, "{reply:?}");
    };
    check(api.post("/incidents", &json!({})), &["title", "service_ids"]);
    check(
        api.post(
            "/incidents",
            &json!({"title": "x".repeat(201), "service_ids": [], "severity": "bad", "id": 1}),
        ),
        &["title", "severity", "id"],
    );
    check(
        api.post(
            "/incidents",
            &json!({"title": "x", "service_ids": ["SER-00001", "SER-00009", "no"]}),
        ),
        &["service_ids[1]", "service_ids[2]"],
    );
    check(
        api.post("/incidents", &json!({"title": "x", "service_ids": vec!["SER-00001"; 51]})),
        &["service_ids"],
    );
    let opened =
        api.post("/incidents", &json!({"title": "x", "service_ids": ["SER-00001"]})).data();
    let path = format!("/incidents/{}", number(&opened));
    check(api.patch(&path, &json!({})), &["body"]);
    check(api.patch(&path, &json!({"status": "resolved"})), &["status"]);
    check(api.patch(&path, &json!({"assigned_to": "nobody@example.com"})), &["assigned_to"]);
    check(api.post(&format!("{path}/status"), &json!({"status": "gone"})), &["status"]);
    check(
        api.post(
            &format!("{path}/status"),
            &json!({"status": "fixing", "comment": "x".repeat(501)}),
        ),
        &["comment"],
    );
    check(api.post(&format!("{path}/events"), &json!({"message": "x"})), &["comment", "message"]);
    let gone = api.post("/incidents/INC-2000-001/status", &json!({"status": "fixing"}));
    assert_eq!(gone.refused(), "404 not_found");
    // An inactive service takes no new incident.
    api.patch("/services/SER-00002", &json!({"is_active": false}));
    check(
        api.post("/incidents", &json!({"title": "x", "service_ids": ["SER-00002"]})),
        &["service_ids[0]"],
    );
}

#[test]
fn a_reopening_never_makes_two_open_incidents_of_one_problem() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let hook = server.hook("custom");
    let first = server.post(&hook, &alert("disk")).incident();
    let to = |number: &str, status: &str| {
        api.post(&format!("/incidents/{number}/status"), &json!({"status": status}))
    };
    assert_eq!(to(&first, "resolved").status, 200);
    let second = server.post(&hook, &alert("disk")).incident();
    assert_ne!(first, second);
    let refused = to(&first, "investigating");
    assert_eq!(refused.refused(), "409 conflict");
    assert_eq!(to(&second, "resolved").status, 200);
    assert_eq!(to(&first, "investigating").status, 200);
}

#[test]
fn incidents_are_found_by_team_person_and_service() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let invited = api
        .post("/users", &json!({"email": "Ada@example.com", "name": "Ada", "role": "responder"}));
    assert_eq!(invited.status, 201, "{invited:?}");
    let team = json!({"name": "Payments", "members": ["ada@example.com"]});
    assert_eq!(api.post("/teams", &team).status, 201);
    assert_eq!(api.patch("/services/SER-00002", &json!({"team": "payments"})).status, 200);
    let open = |service: &str| {
        number(&api.post("/incidents", &json!({"title": "x", "service_ids": [service]})).data())
    };
    let (one, two) = (open("SER-00001"), open("SER-00002"));
    let assigned =
        api.patch(&format!("/incidents/{one}"), &json!({"assigned_to": "ada@EXAMPLE.com"}));
    assert_eq!(assigned.data()["assigned_to"], "Ada@example.com");
    let check = |query: &str, expected: &[&String]| {
        let found = api.get(&format!("/incidents?{query}")).data();
        let found: Vec<_> = found["items"].as_array().unwrap().iter().map(number).collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{query}");
    };
    check("assigned_to=ada@example.com", &[&one]);
    check("assigned_to=nobody@example.com", &[]);
    check("resolved_by=ada@example.com", &[]);
    check("team_name=Payments", &[&two]);
    check("team_name=payments", &[]);
    check("service_id=SER-00001", &[&one]);
    check("service_id=SER-00001&service_id=ser-00002", &[&two, &one]);
    check("service_id=SER-00001&team_name=Payments", &[]);
    check("status=new&severity=SEV2&service_id=SER-00002", &[&two]);
    let shown = api.get(&format!("/incidents/{two}")).data();
    assert_eq!(shown["team_name"], "Payments");
    let unassigned = api.patch(&format!("/incidents/{one}"), &json!({"assigned_to": null})).data();
    assert_eq!(unassigned["assigned_to"], Value::Null);
    check("assigned_to=ada@example.com", &[]);
}

#[test]
fn an_incident_is_shown_with_its_deliveries_to_whoever_may_see_them() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let hook = server.hook("custom");
    let first = server.post(&hook, &alert("disk"));
    server.post(&hook, &alert("disk"));
    server.post(&hook, &alert("other"));
    let path = format!("/incidents/{}", first.incident());
    let shown = api.get(&path).data();
    assert_eq!(shown["deliveries"].as_array().unwrap().len(), 2);
    assert_eq!(shown["deliveries"][1]["delivery_id"], first.data()["delivery_id"]);
    let narrow = Api::with(&server, &["incidents:read"]);
    assert_eq!(narrow.get(&path).data()["deliveries"], json!([]));
    let count = |query: &str| api.get(&format!("/deliveries?{query}")).data()["total"].clone();
    assert_eq!(count(&format!("incident_number={}", first.incident())), 2);
    assert_eq!(count("dedup_key=disk"), 2);
    assert_eq!(count("dedup_key=none"), 0);
    assert_eq!(count("received_after=2026-01-01T00:00:00Z"), 3);
    assert_eq!(count("received_before=2026-01-01T00:00:00Z"), 0);
}

#[test]
fn the_deliveries_of_an_incident_are_found_by_its_number() {
    let server = Server::start();
    let api = Api::for_everything(&server);
    let hook = server.hook("custom");
    let delivered = |body: &Value| {
        let reply = server.post(&hook, body);
        (reply.incident(), reply.data()["delivery_id"].clone())
    };
    let (disk, opened) = delivered(&alert("disk"));
    let (_, repeated) = delivered(&alert("disk"));
    let (fan, other) = delivered(&alert("fan"));
    let mut keyless = alert("none");
    keyless.as_object_mut().unwrap().remove("dedup_key");
    let (first, its) = delivered(&keyless);
    let (second, its_own) = delivered(&keyless);
    assert_ne!(first, second);
    let ended = with(alert("disk"), "status", "resolved");
    let (_, resolved) = delivered(&ended);
    let slow = json!({"title": "Slow", "service_ids": ["SER-00001"]});
    let opened_by_people = api.post("/incidents", &slow);
    let people = number(&opened_by_people.data());
    let of = |query: &str| -> Vec<Value> {
        let listed = server.all(&format!("/api/v1/deliveries?{query}"));
        listed.iter().map(|one| one["delivery_id"].clone()).collect()
    };
    let id = |name: &str| server.cli.json(&["integration", "show", name])["id"].clone();
    let (custom, sentry) = (id("custom"), id("sentry"));
    let (custom, sentry) = (custom.as_str().unwrap(), sentry.as_str().unwrap());
    for (query, expected) in [
        (format!("incident_number={disk}"), vec![&resolved, &repeated, &opened]),
        (format!("incident_number={disk}&cursor="), vec![&resolved, &repeated, &opened]),
        (format!("incident_number={disk}&reason=updated"), vec![&repeated]),
        (format!("incident_number={disk}&dedup_key=disk"), vec![&resolved, &repeated, &opened]),
        (format!("incident_number={disk}&dedup_key=fan"), vec![]),
        (format!("incident_number={disk}&integration_id={custom}&outcome=ignored"), vec![]),
        (format!("incident_number={disk}&integration_id={sentry}"), vec![]),
        (format!("incident_number={disk}&received_after=2100-01-01T00:00:00Z"), vec![]),
        (format!("incident_number={disk}&received_before=2001-01-01T00:00:00Z"), vec![]),
        (format!("incident_number={fan}"), vec![&other]),
        (format!("incident_number={first}"), vec![&its]),
        (format!("incident_number={second}"), vec![&its_own]),
        (format!("incident_number={people}"), vec![]),
        ("incident_number=INC-2001-001".to_owned(), vec![]),
        ("dedup_key=disk".to_owned(), vec![&resolved, &repeated, &opened]),
        ("dedup_key=nobody".to_owned(), vec![]),
    ] {
        assert_eq!(of(&query).iter().collect::<Vec<_>>(), expected, "{query}");
    }
}
