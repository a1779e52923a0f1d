//! A secret is readable in one place: where its owner was told to look.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Reply, Server, eventually};

/// Everything secret in this run, by name.
#[derive(Debug, Default)]
struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    fn add(&mut self, name: &'static str, text: impl Into<String>) -> String {
        let text = text.into();
        assert!(text.len() >= 16, "{name} would be found by chance");
        self.0.push((name, text.clone()));
        text
    }

    /// The names of those in `bytes`.
    fn within(&self, bytes: &[u8]) -> Vec<&'static str> {
        let is_in = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        self.0.iter().filter(|(_, text)| is_in(text)).map(|(name, _)| *name).collect()
    }

    fn assert_none_in(&self, what: &str, bytes: &[u8]) {
        let found = self.within(bytes);
        assert!(found.is_empty(), "{found:?} in {what}");
    }

    fn assert_none_in_reply(&self, reply: &Reply) {
        self.assert_none_in(&format!("{reply:?}"), format!("{reply:?}").as_bytes());
    }
}

/// Every file under `dir`.
fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A server whose log says as much as it can, and all the secrets that it starts with.
fn server(secrets: &mut Secrets) -> Server {
    let server = Server::builder().set("log.filter", "trace").start();
    let cli = &server.cli;
    let signing = secrets.add("a pasted signing secret", "pasted-signing-secret-0123456789");
    cli.json(&["integration", "add", "custom", "--name", "Signed", "--secret", &signing]);
    let made = cli.json(&["integration", "add", "custom", "--name", "Made", "--generate-secret"]);
    secrets.add("a generated signing secret", text(&made["secret"]));
    let api_key = text(&cli.json(&["key", "create", "reader"])["token"]);
    secrets.add("an API key without its prefix", api_key.trim_start_matches("wb_"));
    let master = std::fs::read_to_string(cli.dir().join("data/master.key")).unwrap();
    secrets.add("the master key", master.trim());
    let first_run = std::fs::read_to_string(cli.dir().join("data/first-run.txt")).unwrap();
    server.status_of_get_becomes(&server.hook("Made"), 405);
    let (_, link) = first_run.split_once("/sign-in/").unwrap();
    secrets.add("the first owner's link", link.split_whitespace().next().unwrap());
    let (_, first_key) = first_run.rsplit_once("wb_").unwrap();
    secrets.add("the first API key", first_key.split_whitespace().next().unwrap());
    server
}

/// Sends what a run has: good, refused, unproven and lost deliveries, with credentials in headers.
/// Gives every answer.
fn traffic(server: &Server, secrets: &mut Secrets) -> Vec<Reply> {
    let custom = secrets.add("a routing key", server.cli.routing_key("Custom webhook"));
    let signed =
        secrets.add("a signed integration's routing key", server.cli.routing_key("Signed"));
    let url = |key: &str| format!("{}/webhooks/{key}", server.url);
    let bearer = secrets.add("a sender's bearer token", "bearer-of-a-sender-0123456789");
    let cookie = secrets.add("a sender's cookie", "cookie-of-a-sender-0123456789");
    let token = secrets.add("a sender's token", "token-of-a-sender-0123456789");
    let key = secrets.add("a sender's key", "key-of-a-sender-0123456789");
    let signature = secrets.add("a signature", "ab".repeat(32));
    let headers: Vec<(&str, String)> = vec![
        ("authorization", format!("Bearer {bearer}")),
        ("proxy-authorization", format!("Basic {bearer}")),
        ("cookie", format!("session={cookie}")),
        ("x-vault-token", token),
        ("x-api-key", key),
        ("x-watchbell-signature", format!("sha256={signature}")),
        ("x-watchbell-timestamp", "1700000000".to_owned()),
        // What proxies add: the address, with the routing key in it.
        ("x-original-uri", format!("/webhooks/{custom}")),
        ("x-forwarded-uri", format!("/webhooks/{signed}")),
        ("referer", url(&custom)),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let good = json!({"title": "Down", "service_id": "SER-00001", "dedup_key": "k"}).to_string();
    let unknown = secrets.add("an unknown routing key", "cu_ffffffffffffffffffffffffffffffff");
    let mut replies = Vec::new();
    for (key, body, status) in [
        (&custom, good.as_str(), 202),
        (&custom, "{}", 400),
        (&custom, "no JSON", 400),
        (&signed, good.as_str(), 401),
        (&unknown, good.as_str(), 404),
    ] {
        let reply = server.post_bytes(&url(key), &headers, body.as_bytes());
        assert_eq!(reply.status, status, "{reply:?}");
        replies.push(reply);
    }
    replies.push(server.client.get(&url(&custom), &headers).unwrap());
    replies.push(server.client.get(&format!("{}/nowhere/{custom}", server.url), &[]).unwrap());
    // The key is changed; the old one is nobody's, but still nobody else's business.
    server.cli.json(&["integration", "rotate", "Custom webhook"]);
    let rotated = secrets.add("the next routing key", server.cli.routing_key("Custom webhook"));
    eventually("the old key has ended", Duration::from_secs(5), || {
        let reply = server.post_bytes(&url(&custom), &headers, good.as_bytes());
        let is_over = reply.status == 404;
        replies.push(reply);
        is_over.then_some(())
    });
    let reply = server.post_bytes(&url(&rotated), &headers, good.as_bytes());
    assert_eq!(reply.status, 202, "{reply:?}");
    replies.push(reply);
    replies
}

/// People and programs that use the API: what they are given, and what they send. Gives every answer that
/// is not the one that shows it.
fn people(server: &Server, secrets: &mut Secrets) -> Vec<Reply> {
    let password = secrets.add("a password", "a long walk by the sea");
    let wrong = secrets.add("a wrong password", "a short walk by the lake");
    let link = text(&server.cli.json(&["user", "owner-link"])["url"]);
    let token = secrets.add("an owner's link", link.rsplit('/').next().unwrap());
    let ask = |method: &str, path: &str, headers: &[(&str, &str)], body: &Value| {
        server.speak(method, &format!("/api/v1{path}"), headers, body.to_string().as_bytes())
    };
    let email = "olga@example.com";
    let mut choice = json!({"token": token, "email": email, "name": "O", "password": "short"});
    let mut replies = vec![ask("POST", "/auth/links/use", &[], &choice)];
    choice["password"] = password.as_str().into();
    let welcome = ask("POST", "/auth/links/use", &[], &choice);
    assert_eq!(welcome.status, 200, "{welcome:?}");
    let cookie = welcome.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    secrets.add("a session", cookie.split_once('=').unwrap().1);
    let csrf =
        secrets.add("a session's token against forging", text(&welcome.data()["csrf_token"]));
    let session = [("cookie", cookie.as_str()), ("x-csrf-token", csrf.as_str())];
    replies.push(ask("POST", "/auth/links/use", &[], &choice));
    replies.push(ask("POST", "/auth/sign-in", &[], &json!({"email": email, "password": wrong})));
    replies.push(ask("POST", "/auth/sign-in", &[], &json!({"email": wrong, "password": wrong})));
    let invitation = json!({"email": "v@example.com", "name": "V", "role": "viewer"});
    let invited = ask("POST", "/users", &session, &invitation).data();
    secrets.add("an invitation", text(&invited["link"]).rsplit('/').next().unwrap());
    let made = ask("POST", "/api-keys", &session, &json!({"name": "CI"})).data();
    secrets.add("a key made through the API", text(&made["token"]).trim_start_matches("wb_"));
    let pasted =
        secrets.add("a secret pasted through the API", "pasted-through-the-api-0123456789");
    let body = json!({"provider": "custom", "name": "API", "signing_secret": pasted});
    let integration = ask("POST", "/integrations", &session, &body).data();
    secrets.add("a routing key made through the API", text(&integration["routing_key"]));
    let path = format!("/integrations/{}", text(&integration["integration_id"]));
    let second = ask("POST", &format!("{path}/secrets"), &session, &json!({})).data();
    secrets.add("a secret made through the API", text(&second["signing_secret"]));
    let body = json!({"signing_secret": pasted});
    replies.push(ask("POST", &format!("{path}/secrets"), &session, &body));
    replies.push(ask(
        "POST",
        "/integrations",
        &session,
        &json!({"provider": pasted, "routing_key": 1}),
    ));
    for path in ["/users", "/api-keys", "/integrations", "/audit?limit=100", "/settings", &path] {
        let reply = server.speak("GET", &format!("/api/v1{path}"), &session, b"");
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        replies.push(reply);
    }
    replies.push(ask("GET", &format!("{path}/guide"), &session, &Value::Null));
    replies
}

#[test]
fn no_secret_is_readable_but_where_it_was_given() {
    let mut secrets = Secrets::default();
    let mut server = server(&mut secrets);
    let mut answers = traffic(&server, &mut secrets);
    answers.extend(people(&server, &mut secrets));
    // Refused deliveries are logged a moment after their answer.
    let deliveries = eventually("all are logged", Duration::from_secs(5), || {
        let deliveries = server.all("/api/v1/deliveries");
        (deliveries.len() >= 6).then_some(deliveries)
    });
    for reply in &answers {
        secrets.assert_none_in_reply(reply);
    }
    let wrong = server
        .client
        .get(
            &format!("{}/api/v1/incidents", server.url),
            &[("authorization", "Bearer wb_token-of-a-sender-0123456789")],
        )
        .unwrap();
    assert_eq!(wrong.status, 401);
    secrets.assert_none_in_reply(&wrong);

    let mut paths = vec![
        "/metrics".to_owned(),
        "/readyz".to_owned(),
        "/healthz".to_owned(),
        "/api/v1/auth/verify".to_owned(),
        "/api/v1/services".to_owned(),
        "/api/v1/incidents".to_owned(),
        "/api/v1/incidents/INC-2026-001".to_owned(),
        "/api/v1/deliveries".to_owned(),
    ];
    let ids = deliveries.iter().map(|delivery| &delivery["delivery_id"]);
    paths.extend(ids.map(|id| format!("/api/v1/deliveries/{}", text(id))));
    for path in paths {
        secrets.assert_none_in_reply(&server.api(&path));
    }
    for arguments in [
        &["integration", "list"][..],
        &["integration", "show", "Custom webhook"],
        &["integration", "show", "Signed"],
        &["key", "list"],
        &["service", "list"],
        &["user", "list"],
        &["audit", "--jsonl"],
        &["config", "export"],
        &["config", "print"],
        &["doctor"],
    ] {
        let output = format!("{:?}", server.cli.run(arguments));
        secrets.assert_none_in(&format!("{arguments:?}"), output.as_bytes());
    }

    // While it runs (the write-ahead log has everything), and after it has stopped.
    assert_only_owners_files_hold(&secrets, &server);
    server.signal("TERM");
    assert_eq!(server.wait(), Some(0));
    assert_only_owners_files_hold(&secrets, &server);
}

/// Fails the test if a file other than the two that are meant to holds a secret.
fn assert_only_owners_files_hold(secrets: &Secrets, server: &Server) {
    let content = server.cli.place().content(server.cli.dir());
    let content = content.file_name().unwrap().to_str().unwrap();
    let mut seen = Vec::new();
    for file in files(server.cli.dir()) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let found = secrets.within(&std::fs::read(&file).unwrap());
        let allowed: &[&str] = match name.as_str() {
            "master.key" => &["the master key"],
            "first-run.txt" => &["a routing key", "the first owner's link", "the first API key"],
            _ => &[],
        };
        assert!(found.iter().all(|secret| allowed.contains(secret)), "{found:?} in {name}");
        if !allowed.is_empty() {
            assert_eq!(found.len(), allowed.len(), "{found:?} in {name}");
            let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{name}");
        }
        seen.push(name);
    }
    for name in [content, "server.log", "master.key", "first-run.txt"] {
        assert!(seen.iter().any(|file| file == name), "no {name} in {seen:?}");
    }
}
