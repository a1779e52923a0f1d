//! People: how they get in, what they may do, and what nobody else can do in their name.

use std::time::Instant;

use serde_json::{Value, json};

use crate::support::{Api, Reply, Server};

/// A browser: it keeps its cookie and sends what the page told it to.
struct Browser<'a> {
    server: &'a Server,
    cookie: String,
    csrf: String,
}

const PASSWORD: &str = "a long walk by the sea";

impl<'a> Browser<'a> {
    fn from(server: &'a Server, reply: &Reply) -> Self {
        assert_eq!(reply.status, 200, "{reply:?}");
        let cookie = reply.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
        let csrf = reply.data()["csrf_token"].as_str().unwrap().to_owned();
        Self { server, cookie, csrf }
    }

    fn sign_in(server: &'a Server, email: &str) -> Self {
        Self::from(server, &sign_in(server, email, PASSWORD, &[]))
    }

    fn ask(&self, method: &str, path: &str, extra: &[(&str, &str)], body: &Value) -> Reply {
        let mut headers = vec![("cookie", self.cookie.as_str())];
        headers.extend(extra);
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.server.speak(method, &format!("/api/v1{path}"), &headers, body.as_bytes())
    }

    fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], &Value::Null)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Reply {
        self.ask(method, path, &[("x-csrf-token", &self.csrf)], body)
    }
}

fn post(server: &Server, path: &str, headers: &[(&str, &str)], body: &Value) -> Reply {
    server.speak("POST", &format!("/api/v1{path}"), headers, body.to_string().as_bytes())
}

fn sign_in(server: &Server, email: &str, password: &str, headers: &[(&str, &str)]) -> Reply {
    post(server, "/auth/sign-in", headers, &json!({"email": email, "password": password}))
}

fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// The first owner, by the link that the command line makes.
fn owner(server: &Server) -> Browser<'_> {
    let link = server.cli.json(&["user", "owner-link"]);
    let token = token_of(link["link"].as_str().or(link["url"].as_str()).unwrap());
    let body =
        json!({"token": token, "email": "olga@example.com", "name": "Olga", "password": PASSWORD});
    Browser::from(server, &post(server, "/auth/links/use", &[], &body))
}

/// Somebody with this role, invited by the owner.
fn person<'a>(server: &'a Server, owner: &Browser<'_>, role: &str) -> Browser<'a> {
    let email = format!("{role}@example.com");
    let body = json!({"email": email, "name": role, "role": role});
    let invited = owner.send("POST", "/users", &body);
    assert_eq!(invited.status, 201, "{invited:?}");
    let invited = invited.data();
    let token = token_of(invited["link"].as_str().unwrap());
    let shown = post(server, "/auth/links/show", &[], &json!({"token": token})).data();
    assert_eq!((&shown["purpose"], &shown["user"]["email"]), (&json!("invitation"), &json!(email)));
    let choice = json!({"token": token, "password": PASSWORD});
    let browser = Browser::from(server, &post(server, "/auth/links/use", &[], &choice));
    assert_eq!(post(server, "/auth/links/use", &[], &choice).refused(), "401 unauthorized", "once");
    browser
}

#[test]
fn the_first_owner_gets_in_by_a_link_that_works_once() {
    let server = Server::start();
    let browser = owner(&server);
    let session = browser.get("/auth/session").data();
    assert_eq!(session["user"]["role"], "owner");
    assert_eq!(session["user"]["email"], "olga@example.com");
    assert_eq!(session["csrf_token"], browser.csrf.as_str());
    let again = Browser::sign_in(&server, "OLGA@example.com");
    assert_ne!(again.cookie, browser.cookie, "each sign-in has a session of its own");
    assert_eq!(again.send("POST", "/auth/sign-out", &Value::Null).status, 200);
    assert_eq!(again.get("/auth/session").refused(), "401 unauthorized");
    assert_eq!(browser.get("/auth/session").status, 200, "the other one lives");
    let third = Browser::sign_in(&server, "olga@example.com");
    assert_eq!(third.send("POST", "/auth/sign-out-everywhere", &Value::Null).status, 200);
    assert_eq!(browser.get("/auth/session").refused(), "401 unauthorized");
    for path in ["/auth/links/use", "/auth/links/show"] {
        let body = json!({"token": "no-such-link", "password": PASSWORD});
        let body = if path.ends_with("show") { json!({"token": "no-such-link"}) } else { body };
        assert_eq!(post(&server, path, &[], &body).refused(), "401 unauthorized");
    }
}

#[test]
fn whoever_opens_a_link_is_told_how_to_use_it() {
    let server = Server::start();
    let link = server.cli.json(&["user", "owner-link"]);
    let token = token_of(link["url"].as_str().unwrap());
    let get = |path: &str| server.client.get(&format!("{}{path}", server.url), &[]).unwrap();
    let page = get(&format!("/sign-in/{token}"));
    assert_eq!(page.status, 200);
    assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.body.contains("/api/v1/auth/links/use") && page.body.contains(token), "{page:?}");
    assert!(page.body.contains("you the first owner"), "a browser gets a form: {page:?}");
    assert_eq!(get("/sign-in/%3Cscript%3E").refused(), "404 not_found");
    assert_eq!(get(&format!("/sign-in/{}", "x".repeat(101))).refused(), "404 not_found");
}

#[test]
fn a_cookie_is_for_this_server_alone_and_not_for_scripts() {
    let server = Server::builder().set("server.public_url", "https://watch.example.com").start();
    let link = server.cli.json(&["user", "owner-link"]);
    let token = token_of(link["link"].as_str().or(link["url"].as_str()).unwrap());
    let body = json!({"token": token, "email": "o@example.com", "name": "O", "password": PASSWORD});
    let reply = post(&server, "/auth/links/use", &[], &body);
    let cookie = reply.header("set-cookie").unwrap();
    for part in
        ["__Host-watchbell_session=", "HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age="]
    {
        assert!(cookie.contains(part), "{part}: {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    let plain = Server::start();
    let browser = owner(&plain);
    let reply = sign_in(&plain, "olga@example.com", PASSWORD, &[]);
    assert!(!reply.header("set-cookie").unwrap().contains("Secure"), "it would never come back");
    drop(browser);
}

#[test]
fn a_session_is_never_one_that_somebody_brought_along() {
    let server = Server::start();
    let mut browser = owner(&server);
    browser.cookie = "watchbell_session=chosen-by-a-stranger".to_owned();
    assert_eq!(browser.get("/auth/session").refused(), "401 unauthorized");
    let headers = [("cookie", browser.cookie.as_str())];
    let reply = sign_in(&server, "olga@example.com", PASSWORD, &headers);
    let given = reply.header("set-cookie").unwrap();
    assert!(!given.contains("chosen-by-a-stranger"), "{given}");
    assert_eq!(browser.get("/auth/session").refused(), "401 unauthorized", "it never becomes one");
}

#[test]
fn no_other_site_changes_anything_in_a_persons_name() {
    let server = Server::start();
    let browser = owner(&server);
    let body = json!({"name": "Mine"});
    let check = |headers: &[(&str, &str)], expected: &str| {
        let reply = browser.ask("POST", "/services", headers, &body);
        let said = if reply.status == 201 { "201".to_owned() } else { reply.refused() };
        assert_eq!(said, expected, "{headers:?}");
    };
    let csrf = ("x-csrf-token", browser.csrf.as_str());
    check(&[], "403 forbidden");
    check(&[("x-csrf-token", "")], "403 forbidden");
    check(&[("x-csrf-token", "0123456789abcdef")], "403 forbidden");
    check(&[csrf, ("sec-fetch-site", "cross-site")], "403 forbidden");
    check(&[csrf, ("sec-fetch-site", "same-site")], "403 forbidden");
    check(&[csrf, ("origin", "https://evil.example")], "403 forbidden");
    check(&[csrf, ("origin", "null")], "403 forbidden");
    check(&[csrf, ("sec-fetch-site", "same-origin"), ("origin", &server.url)], "201");
    check(&[csrf, ("origin", &server.url)], "201");
    check(&[csrf], "201");
    // Another session's token is not this one's.
    let other = Browser::sign_in(&server, "olga@example.com");
    check(&[("x-csrf-token", other.csrf.as_str())], "403 forbidden");
    // And nobody is signed in by somebody else's page.
    let headers = [("sec-fetch-site", "cross-site")];
    assert_eq!(sign_in(&server, "olga@example.com", PASSWORD, &headers).refused(), "403 forbidden");
}

#[test]
fn people_change_their_own_password_and_are_put_out_everywhere_else() {
    const NEW: &str = "a longer walk by the sea";
    let server = Server::start();
    let (browser, other) = (owner(&server), Browser::sign_in(&server, "olga@example.com"));
    let body = json!({"current_password": PASSWORD, "new_password": NEW});
    let change = |browser: &Browser<'_>, body: &Value| browser.send("POST", "/auth/password", body);
    let no_token = browser.ask("POST", "/auth/password", &[], &body);
    assert_eq!(no_token.refused(), "403 forbidden");
    assert_eq!(change(&browser, &json!({})).paths(), ["current_password", "new_password"]);
    let wrong = change(&browser, &json!({"current_password": NEW, "new_password": NEW}));
    assert_eq!((wrong.status, wrong.paths()), (400, vec!["current_password".to_owned()]));
    assert_eq!(
        Api::for_everything(&server).post("/auth/password", &body).refused(),
        "409 conflict"
    );
    let changed = Browser::from(&server, &change(&browser, &body));
    assert_eq!(changed.get("/auth/session").status, 200);
    for gone in [&browser, &other] {
        assert_eq!(gone.get("/auth/session").refused(), "401 unauthorized");
    }
    assert_eq!(change(&browser, &body).refused(), "401 unauthorized");
    let old = sign_in(&server, "olga@example.com", PASSWORD, &[]);
    assert_eq!(old.refused(), "401 unauthorized");
    assert_eq!(sign_in(&server, "olga@example.com", NEW, &[]).status, 200);
    let audit = changed.get("/audit").data();
    let set = audit["items"].as_array().unwrap().iter();
    let set: Vec<_> = set.filter(|entry| entry["action"] == "password.set").collect();
    assert_eq!(set.len(), 2, "by the link, and now: {audit}");
    assert!(set.iter().all(|entry| entry["actor"]["name"] == "olga@example.com"), "{set:?}");
    assert!(!audit.to_string().contains(NEW));
}

#[test]
fn guessing_passwords_ends_soon_and_tells_nothing() {
    let server = Server::start();
    let browser = owner(&server);
    let wrong = sign_in(&server, "olga@example.com", "not the password", &[]);
    let nobody = sign_in(&server, "nobody@example.com", "not the password", &[]);
    let text = |reply: &Reply| reply.error()["message"].clone();
    assert_eq!((wrong.refused(), text(&wrong)), (nobody.refused(), text(&nobody)), "one text");
    let mut refused = None;
    for _ in 0..12 {
        let reply = sign_in(&server, "olga@example.com", "not the password", &[]);
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
        assert_eq!(reply.refused(), "401 unauthorized");
    }
    let refused = refused.expect("somebody who guesses is stopped");
    let wait: u32 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    let right = sign_in(&server, "olga@example.com", PASSWORD, &[]);
    assert_eq!(right.status, 429, "also with the right one, so that nothing is learnt");
    assert_eq!(browser.get("/auth/session").status, 200, "who is in stays in");
    let failed = server.cli.json(&["audit"]);
    assert!(failed.to_string().contains("sign_in.failed"), "{failed}");
}

#[test]
fn a_sign_in_takes_as_long_for_somebody_who_is_not_there() {
    let server = Server::start();
    drop(owner(&server));
    // The fastest of several: what a machine that is busy adds is no part of it.
    let fastest = |email: &str| {
        let tries = (0..4).map(|_| {
            let begin = Instant::now();
            assert_eq!(
                sign_in(&server, email, "not the password", &[]).refused(),
                "401 unauthorized"
            );
            begin.elapsed()
        });
        tries.min().unwrap()
    };
    let (known, unknown) = (fastest("olga@example.com"), fastest("nobody@example.com"));
    let ratio = known.as_secs_f64() / unknown.as_secs_f64();
    assert!((0.33..3.0).contains(&ratio), "{known:?} against {unknown:?}");
}

#[test]
fn a_role_may_do_what_the_table_says() {
    let server = Server::start();
    let owner = owner(&server);
    let document =
        server.client.get(&format!("{}/api/openapi.json", server.url), &[]).unwrap().json();
    let roles = ["viewer", "responder", "admin", "owner"];
    for (rank, role) in roles.iter().enumerate() {
        let browser = if *role == "owner" {
            Browser::sign_in(&server, "olga@example.com")
        } else {
            person(&server, &owner, role)
        };
        let mut seen = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                let Some(least) = operation["x-role"].as_str() else { continue };
                let least = roles.iter().position(|role| *role == least).unwrap();
                let address = path.strip_prefix("/api/v1").unwrap();
                // A form that nothing has: whoever may ask is told that there is no such thing, or that
                // the body is wrong.
                let address = address
                    .split('/')
                    .map(|part| if part.starts_with('{') { "none" } else { part });
                let address = address.collect::<Vec<_>>().join("/");
                let reply =
                    browser.send(&method.to_uppercase(), &format!("{address}?x=1"), &Value::Null);
                let what = format!("{role}: {method} {path}: {reply:?}");
                assert_eq!(reply.status == 403, rank < least, "{what}");
                assert!(matches!(reply.status, 400 | 403 | 404), "{what}");
                if reply.status == 403 {
                    let message = reply.error()["message"].to_string();
                    assert!(message.contains(roles[least]), "names the role: {message}");
                }
                seen += 1;
            }
        }
        assert!(seen > 40, "the operations were found");
    }
}

#[test]
fn who_may_no_longer_is_out_at_once_and_an_owner_is_made_by_owners_only() {
    let server = Server::start();
    let owner = owner(&server);
    let admin = person(&server, &owner, "admin");
    let responder = person(&server, &owner, "responder");
    assert_eq!(responder.get("/deliveries").status, 200);
    let less = admin.send("PATCH", "/users/responder@example.com", &json!({"role": "viewer"}));
    assert_eq!(less.data()["role"], "viewer");
    assert_eq!(responder.get("/deliveries").refused(), "403 forbidden", "at once");
    let out = admin.send("PATCH", "/users/responder@example.com", &json!({"is_active": false}));
    assert_eq!(out.data()["is_active"], false);
    assert_eq!(responder.get("/incidents").refused(), "401 unauthorized");
    let refused = |reply: &Reply| {
        assert_eq!(reply.refused(), "409 conflict", "{reply:?}");
    };
    refused(&admin.send("PATCH", "/users/admin@example.com", &json!({"role": "owner"})));
    refused(&admin.send("PATCH", "/users/olga@example.com", &json!({"is_active": false})));
    refused(&admin.send("POST", "/users/olga@example.com/link", &Value::Null));
    refused(&admin.send(
        "POST",
        "/users",
        &json!({"email": "x@example.com", "name": "x", "role": "owner"}),
    ));
    refused(&owner.send("PATCH", "/users/olga@example.com", &json!({"role": "admin"})));
    // A key, whatever it may, is no owner either.
    let api = Api::for_everything(&server);
    refused(&api.patch("/users/olga@example.com", &json!({"is_active": false})));
}

#[test]
fn what_a_person_did_is_written_down_in_their_name() {
    let server = Server::start();
    let owner = owner(&server);
    let made = owner.send("POST", "/services", &json!({"name": "Search"})).data();
    let key = made["service_key"].as_str().unwrap();
    owner.send("PATCH", &format!("/services/{key}"), &json!({"name": "Find"}));
    let integrations = owner.get("/integrations?provider=custom").data();
    let id = integrations["items"][0]["integration_id"].as_str().unwrap();
    assert_eq!(owner.send("POST", &format!("/integrations/{id}/reveal"), &Value::Null).status, 200);
    let audit = owner.get("/audit?limit=100").data();
    let entries = audit["items"].as_array().unwrap();
    let find = |action: &str| {
        let found = entries.iter().find(|entry| entry["action"] == action);
        found.unwrap_or_else(|| panic!("{action}: {audit:#}"))
    };
    let changed = find("service.changed");
    assert_eq!(changed["actor"]["kind"], "user");
    assert_eq!(changed["actor"]["name"], "olga@example.com");
    assert_eq!(
        (&changed["before"]["name"], &changed["after"]["name"]),
        (&json!("Search"), &json!("Find"))
    );
    assert_eq!(changed["after"].as_object().unwrap().len(), 1, "what differs, and nothing else");
    assert!(changed["request_id"].as_str().unwrap().starts_with("req_"));
    for action in ["service.added", "key.revealed", "user.signed_in", "link.used"] {
        find(action);
    }
    let secret = server.cli.routing_key("custom");
    assert!(!audit.to_string().contains(&secret) && !audit.to_string().contains(PASSWORD));
    // In pages, by filter, and as a whole.
    let audit = owner.get("/audit?limit=100").data();
    let entries = audit["items"].as_array().unwrap();
    let one = owner.get("/audit?limit=1").data();
    assert_eq!((&one["items"][0], &one["has_more"]), (&entries[0], &json!(true)));
    let next = one["next_cursor"].as_str().unwrap();
    assert_eq!(owner.get(&format!("/audit?limit=1&cursor={next}")).data()["items"][0], entries[1]);
    let revealed = owner.get(&format!("/audit?subject_kind=integration&subject_id={id}")).data();
    assert!(
        revealed["items"].as_array().unwrap().iter().any(|entry| entry["action"] == "key.revealed")
    );
    assert_eq!(owner.get("/audit?subject_id=x").paths(), ["subject_id"]);
    let url = format!("{}/api/v1/audit/export", server.url);
    let whole = server.client.get(&url, &[("cookie", &owner.cookie)]).unwrap();
    assert_eq!(whole.header("content-type"), Some("application/jsonl"));
    let lines: Vec<Value> =
        whole.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() >= entries.len(), "{} of {}", lines.len(), entries.len());
    let times: Vec<_> = lines.iter().map(|line| line["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "the oldest first");
}
