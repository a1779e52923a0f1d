//! Sign-in by OpenID Connect: who gets in, and what does not hold.

use serde_json::{Value, json};
use watchbell_testkit::TlsFiles;

use crate::support::{Api, IdentityProvider, Reply, Server, Signed};

/// A server, and a provider that vouches for Ada, whom the server knows.
struct World {
    server: Server,
    provider: IdentityProvider,
}

/// What a browser has after it was sent to the provider.
struct Begun {
    cookie: String,
    location: String,
}

impl World {
    fn new() -> Self {
        Self::with(&[])
    }

    fn with(settings: &[(&str, &str)]) -> Self {
        let provider = IdentityProvider::start();
        let mut builder = provider.known_to(Server::builder());
        for (name, value) in settings {
            builder = builder.set(name, value);
        }
        let server = builder.start();
        let ada = json!({"email": "ada@example.com", "name": "Ada", "role": "responder"});
        assert_eq!(Api::for_everything(&server).post("/users", &ada).status, 201);
        Self { server, provider }
    }

    /// Begins, then signs in at the provider, then comes back.
    fn sign_in(&self) -> Reply {
        let begun = begin(&self.server, "");
        come_back(&self.server, &begun.cookie, &self.provider.authorize(&begun.location))
    }

    fn audit(&self) -> Vec<Value> {
        let audit = Api::for_everything(&self.server).get("/audit?limit=100").data();
        audit["items"].as_array().unwrap().clone()
    }
}

fn get(server: &Server, path: &str, headers: &[(&str, &str)]) -> Reply {
    server.speak("GET", &format!("/api/v1{path}"), headers, b"")
}

fn begin(server: &Server, query: &str) -> Begun {
    let reply = get(server, &format!("/auth/oidc/start{query}"), &[]);
    assert_eq!(reply.status, 303, "{reply:?}");
    let set = reply.header("set-cookie").unwrap();
    for part in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(set.contains(part), "{part}: {set}");
    }
    let cookie = set.split(';').next().unwrap().to_owned();
    Begun { cookie, location: reply.header("location").unwrap().to_owned() }
}

/// From the provider's page, as browsers say.
fn come_back(server: &Server, cookie: &str, query: &str) -> Reply {
    let path = format!("/auth/oidc/callback?{query}");
    let headers = [("cookie", cookie), ("sec-fetch-site", "cross-site")];
    get(server, &path, &headers)
}

/// The cookie of a session, if one was given.
fn session_of(reply: &Reply) -> Option<String> {
    let mut cookies = reply.headers.iter().filter(|(name, _)| name == "set-cookie");
    let found = cookies.find(|(_, value)| value.contains("watchbell_session="));
    found.map(|(_, value)| value.split(';').next().unwrap().to_owned())
}

/// Who is in by this answer.
fn who(server: &Server, reply: &Reply) -> Value {
    assert_eq!(reply.status, 303, "{reply:?}");
    let cookie = session_of(reply).unwrap_or_else(|| panic!("{reply:?}"));
    get(server, "/auth/session", &[("cookie", &cookie)]).data()["user"].clone()
}

/// `status code` of an answer that lets nobody in.
fn refused(reply: &Reply) -> String {
    assert_eq!(session_of(reply), None);
    reply.refused()
}

#[test]
fn whom_the_provider_vouches_for_is_in() {
    let world = World::new();
    let methods = get(&world.server, "/auth/methods", &[]).data();
    assert_eq!(methods["password"], true);
    let offered = json!({"name": "Acme ID", "start": "/api/v1/auth/oidc/start"});
    assert_eq!(methods["oidc"], offered);
    for signed in [Signed::Rs256, Signed::Es256] {
        world.provider.sign(signed);
        let begun = begin(&world.server, "?back=/incidents%3Fstatus%3Dopen");
        let query = world.provider.authorize(&begun.location);
        let reply = come_back(&world.server, &begun.cookie, &query);
        assert_eq!(reply.header("location"), Some("/incidents?status=open"), "{signed:?}");
        let user = who(&world.server, &reply);
        assert_eq!(
            (&user["email"], &user["name"], &user["role"]),
            (&json!("ada@example.com"), &json!("Ada"), &json!("responder")),
            "as she is known here"
        );
        let used_up = reply.headers.iter().any(|(name, value)| {
            name == "set-cookie"
                && value.starts_with("watchbell_oidc=;")
                && value.contains("Max-Age=0")
        });
        assert!(used_up, "{reply:?}");
    }
    let audit = world.audit();
    let entry = audit.iter().find(|entry| entry["action"] == "user.signed_in").unwrap();
    assert_eq!(entry["actor"]["name"], "ada@example.com");
    assert_eq!(entry["after"]["issuer"], world.provider.issuer());
    // What was fetched once is good for a while.
    assert_eq!((world.provider.asked("/keys"), world.provider.asked("/token")), (1, 2));
    assert_eq!(world.provider.asked("/openid-configuration"), 1);
}

#[test]
fn a_token_that_does_not_hold_lets_nobody_in() {
    let world = World::new();
    let check = |signed: Signed, changes: Value, expected: &str| {
        world.provider.sign(signed);
        world.provider.say(changes.clone());
        let reply = world.sign_in();
        assert_eq!(refused(&reply), expected, "{signed:?} {changes}");
        reply.error()["message"].as_str().unwrap().to_owned()
    };
    let now = crate::support::now_s();
    let no = "401 unauthorized";
    let one = check(Signed::Not, json!({}), no);
    let other = check(Signed::Rs256, json!({"nonce": "of-another-sign-in"}), no);
    assert_eq!(one, other, "one text for all");
    check(Signed::WithThePublicKey, json!({}), no);
    check(Signed::Forged, json!({}), no);
    check(Signed::Unpublished, json!({}), no);
    check(Signed::Mixed, json!({}), no);
    check(Signed::Rs256, json!({"aud": "somebody-else"}), no);
    check(Signed::Rs256, json!({"aud": ["somebody-else", IdentityProvider::CLIENT_ID]}), no);
    check(Signed::Rs256, json!({"azp": "somebody-else"}), no);
    check(Signed::Es256, json!({"iss": "https://evil.example"}), no);
    check(Signed::Es256, json!({"iss": format!("{}/", world.provider.issuer())}), no);
    check(Signed::Rs256, json!({"exp": now - 3_600, "iat": now - 7_200}), no);
    check(Signed::Rs256, json!({"iat": now + 600}), no);
    check(Signed::Rs256, json!({"exp": null}), no);
    let told = check(Signed::Rs256, json!({"email_verified": false}), "403 forbidden");
    assert!(told.contains("Acme ID does not vouch"), "{told}");
    check(Signed::Rs256, json!({"email": null}), "403 forbidden");
    // And with nothing wrong she is in.
    world.provider.say(json!({}));
    assert_eq!(who(&world.server, &world.sign_in())["email"], "ada@example.com");
}

#[test]
fn a_sign_in_ends_in_the_browser_where_it_began() {
    let world = World::new();
    let (hers, his) = (begin(&world.server, ""), begin(&world.server, ""));
    let query = world.provider.authorize(&his.location);
    let check = |cookie: &str, query: &str| {
        assert_eq!(
            refused(&come_back(&world.server, cookie, query)),
            "401 unauthorized",
            "{query}"
        );
    };
    // She is to be signed in as him.
    check(&hers.cookie, &query);
    check("", &query);
    check("watchbell_oidc=AAAA", &query);
    check(&his.cookie, query.split("&state=").next().unwrap());
    assert_eq!(world.provider.asked("/token"), 0, "nobody asked for a token");
    // His code, stolen, in her own sign-in: she has not the verifier.
    let own = world.provider.authorize(&hers.location);
    let state = own.split('&').find(|part| part.starts_with("state=")).unwrap();
    let code = query.split('&').next().unwrap();
    check(&hers.cookie, &format!("{code}&{state}"));
    check(&hers.cookie, &format!("{own}&iss=https%3A%2F%2Fevil.example"));
    check(&hers.cookie, &format!("error=access_denied&{state}"));
    check(&hers.cookie, state);
    assert_eq!(come_back(&world.server, &hers.cookie, &format!("{own}&code=x")).paths(), ["code"]);
    // Once, and not again.
    assert_eq!(come_back(&world.server, &hers.cookie, &own).status, 303);
    check(&hers.cookie, &own);
}

#[test]
fn a_new_key_is_fetched_at_once_and_made_up_names_are_not() {
    let world = World::new();
    assert_eq!(world.sign_in().status, 303);
    world.provider.rotate();
    assert_eq!(world.sign_in().status, 303, "the new key");
    assert_eq!(world.provider.asked("/keys"), 2);
    world.provider.sign(Signed::Unpublished);
    for _ in 0..3 {
        assert_eq!(refused(&world.sign_in()), "401 unauthorized");
    }
    assert_eq!(world.provider.asked("/keys"), 2, "at most once a minute");
}

#[test]
fn a_provider_that_fails_is_our_trouble_and_said_in_words() {
    let check = |reply: &Reply| {
        assert_eq!(refused(reply), "503 unavailable");
        assert!(reply.header("retry-after").is_some());
        let message = reply.error()["message"].to_string();
        assert!(message.contains("Acme ID cannot be asked"), "{message}");
    };
    // Nothing listens there.
    let provider = IdentityProvider::start();
    let builder = provider.known_to(Server::builder()).set("oidc.issuer", "http://127.0.0.1:1");
    check(&get(&builder.start(), "/auth/oidc/start", &[]));
    // Another one answers.
    let other = format!("{}/", provider.issuer());
    let builder = provider.known_to(Server::builder()).set("oidc.issuer", &other);
    check(&get(&builder.start(), "/auth/oidc/start", &[]));
    // The secret is wrong, or it fails half way.
    check(&World::with(&[("oidc.client_secret", "wrong")]).sign_in());
    let world = World::new();
    world.provider.fail(500, "<html>");
    check(&world.sign_in());
    world.provider.fail(200, "{}");
    assert_eq!(refused(&world.sign_in()), "401 unauthorized");
}

#[test]
fn strangers_are_told_whom_to_ask_and_who_may_no_longer_stays_out() {
    let world = World::new();
    let api = Api::for_everything(&world.server);
    world.provider.say(json!({"email": "grace@example.com"}));
    let reply = world.sign_in();
    assert_eq!(refused(&reply), "403 forbidden");
    let message = reply.error()["message"].to_string();
    assert!(message.contains("grace@example.com") && message.contains("ask an admin"), "{message}");
    assert_eq!(api.get("/users/grace@example.com").refused(), "404 not_found");
    world.provider.say(json!({}));
    assert_eq!(who(&world.server, &world.sign_in())["email"], "ada@example.com");
    assert_eq!(api.patch("/users/ada@example.com", &json!({"is_active": false})).status, 200);
    assert_eq!(refused(&world.sign_in()), "403 forbidden");
    let audit = world.audit();
    let failed: Vec<_> = audit.iter().filter(|entry| entry["action"] == "sign_in.failed").collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert!(failed.iter().all(|entry| entry["after"]["issuer"] == world.provider.issuer()));
}

#[test]
fn everybody_is_let_in_where_the_operator_says_so() {
    let role = ("oidc.new_user_role", "responder");
    let world = World::with(&[("oidc.allow_new_users", "true"), role]);
    for _ in 0..2 {
        world.provider.say(json!({"email": "grace@example.com", "name": "Grace Hopper"}));
        let user = who(&world.server, &world.sign_in());
        assert_eq!((&user["name"], &user["role"]), (&json!("Grace Hopper"), &json!("responder")));
    }
    world.provider.say(json!({"email": "alan@example.com", "name": 7}));
    assert_eq!(who(&world.server, &world.sign_in())["name"], "alan");
    let api = Api::for_everything(&world.server);
    assert_eq!(api.get("/users").data()["total"], 3);
    api.patch("/users/grace@example.com", &json!({"is_active": false}));
    world.provider.say(json!({"email": "GRACE@example.com"}));
    assert_eq!(refused(&world.sign_in()), "403 forbidden", "not even so");
}

#[test]
fn it_may_begin_on_one_server_and_end_on_another() {
    let world = World::new();
    let other = Server::builder_for(world.server.cli.clone()).start();
    let begun = begin(&world.server, "");
    let query = world.provider.authorize(&begun.location);
    let reply = come_back(&other, &begun.cookie, &query);
    assert_eq!(who(&world.server, &reply)["email"], "ada@example.com");
}

#[test]
fn cookies_and_addresses_are_those_that_people_use() {
    let world = World::with(&[("server.public_url", "https://watch.example.com/bell/")]);
    let begun = begin(&world.server, "?back=/incidents");
    assert!(begun.cookie.starts_with("__Host-watchbell_oidc="), "{}", begun.cookie);
    let redirect =
        "redirect_uri=https%3A%2F%2Fwatch.example.com%2Fbell%2Fapi%2Fv1%2Fauth%2Foidc%2F";
    assert!(begun.location.contains(redirect), "{}", begun.location);
    let query = world.provider.authorize(&begun.location);
    let reply = come_back(&world.server, &begun.cookie, &query);
    assert_eq!(reply.header("location"), Some("/bell/incidents"));
    assert!(session_of(&reply).unwrap().starts_with("__Host-watchbell_session="));
}

#[test]
fn nobody_is_sent_to_another_site_and_nobody_may_try_without_end() {
    let world = World::new();
    for back in ["//evil.example", "https://evil.example", "/%5Cevil.example", "incidents", ""] {
        let reply = get(&world.server, &format!("/auth/oidc/start?back={back}"), &[]);
        assert_eq!(reply.paths(), ["back"], "{back}");
    }
    assert_eq!(get(&world.server, "/auth/oidc/start?x=1", &[]).paths(), ["x"]);
    let tries = (0..31).map(|_| come_back(&world.server, "", "code=x&state=y"));
    let refused: Vec<_> = tries.map(|reply| reply.refused()).collect();
    assert_eq!(refused.iter().filter(|said| *said == "401 unauthorized").count(), 30);
    assert_eq!(refused.last().map(String::as_str), Some("429 rate_limited"));
}

#[test]
fn it_is_off_unless_it_is_set_up() {
    let server = Server::start();
    assert_eq!(get(&server, "/auth/methods", &[]).data()["oidc"], Value::Null);
    for path in ["/auth/oidc/start", "/auth/oidc/callback?code=x&state=y"] {
        assert_eq!(get(&server, path, &[]).refused(), "404 not_found", "{path}");
    }
}

#[test]
fn a_browser_gets_a_page_that_says_what_to_do_next() {
    let world = World::with(&[
        ("oidc.name", "<Acme> & \"Sons\""),
        ("server.public_url", "http://localhost/bell"),
    ]);
    let page = |path: &str, cookie: &str, expected: (u16, &str)| {
        let headers = [("accept", "text/html,application/xhtml+xml;q=0.9"), ("cookie", cookie)];
        let reply = get(&world.server, path, &headers);
        assert_eq!(reply.header("content-type"), Some("text/html; charset=utf-8"), "{reply:?}");
        let policy = reply.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert_eq!((reply.status, session_of(&reply)), (expected.0, None));
        assert!(reply.body.contains(expected.1), "{}", reply.body);
        let again = "href=\"/bell/api/v1/auth/oidc/start\">Sign in again</a>";
        assert!(reply.body.contains(again), "{}", reply.body);
        assert!(!reply.body.contains("<Acme>"), "{}", reply.body);
        reply
    };
    let acme = "&#60;Acme&#62; &#38; &#34;Sons&#34;";
    page("/auth/oidc/callback?code=x&state=y", "", (401, &format!("the sign-in by {acme}")));
    page("/auth/oidc/start?back=//evil.example", "", (400, "expected a path on this server"));
    world.provider.say(json!({"email": "grace@example.com"}));
    let begun = begin(&world.server, "");
    let query = world.provider.authorize(&begun.location);
    let path = format!("/auth/oidc/callback?{query}");
    page(&path, &begun.cookie, (403, "Ask an admin of this Watchbell"));
    world.provider.fail(500, "<html>");
    let begun = begin(&world.server, "");
    let query = world.provider.authorize(&begun.location);
    let path = format!("/auth/oidc/callback?{query}");
    let reply = page(&path, &begun.cookie, (503, "cannot be asked just now"));
    assert!(reply.header("retry-after").is_some());
}

#[test]
fn a_provider_behind_an_authority_of_ones_own_is_believed_where_its_root_is_named() {
    let provider = TlsFiles::start("localhost");
    let document = json!({
        "issuer": provider.origin(),
        "authorization_endpoint": format!("{}/authorize", provider.origin()),
        "token_endpoint": format!("{}/token", provider.origin()),
        "jwks_uri": format!("{}/keys", provider.origin()),
    });
    provider.put(".well-known/openid-configuration", &document.to_string());
    let with_roots = |roots: &str| {
        let server = Server::builder()
            .set("oidc.issuer", &provider.origin())
            .set("oidc.client_id", "us")
            .set("oidc.client_secret", "a secret")
            .set("oidc.roots_file", roots)
            .start();
        get(&server, "/auth/oidc/start", &[])
    };
    assert_eq!(refused(&with_roots("")), "503 unavailable");
    let reply = with_roots(provider.certificate().to_str().unwrap());
    assert_eq!(reply.status, 303, "{reply:?}");
    assert!(reply.header("location").unwrap().starts_with(&provider.origin()));
}

#[test]
fn people_are_known_by_their_account_once_they_have_come_by_it() {
    let world = World::new();
    let api = Api::for_everything(&world.server);
    let signs_in = |claims: Value| {
        world.provider.say(claims);
        world.sign_in()
    };
    assert_eq!(who(&world.server, &signs_in(json!({"sub": "1"})))["name"], "Ada");
    // Her address has been given to somebody else since.
    let other = signs_in(json!({"sub": "2"}));
    assert_eq!(refused(&other), "403 forbidden");
    let message = other.error()["message"].to_string();
    assert!(message.contains("another account") && message.contains("ask an admin"), "{message}");
    // She has another address now.
    let moved = signs_in(json!({"sub": "1", "email": "lovelace@example.com"}));
    assert_eq!(who(&world.server, &moved)["email"], "ada@example.com");
    // And an admin says that it is her all the same.
    for active in [false, true] {
        let set = json!({"is_active": active});
        assert_eq!(api.patch("/users/ada@example.com", &set).status, 200);
    }
    assert_eq!(who(&world.server, &signs_in(json!({"sub": "2"})))["name"], "Ada");
    assert_eq!(refused(&signs_in(json!({"sub": "1"}))), "403 forbidden");
    let audit = world.audit();
    let failed = audit.iter().filter(|entry| entry["action"] == "sign_in.failed");
    assert_eq!(failed.count(), 2, "{audit:?}");
}
