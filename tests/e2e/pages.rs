//! The pages as a browser without scripts gets them: what stands in them, who gets them, and which
//! forms are believed.

mod account;
mod connections;
mod deliveries;
mod deploy_keys;
mod forms;
mod help;
mod hostile;
mod hub;
mod incidents;
mod integrations;
mod known;
mod linked;
mod live;
mod logs;
mod records;
mod roles;
mod rule_form;
mod typed;
mod welcome;

use crate::support::{Reply, Server, Visitor};

/// What every page keeps others out with.
fn is_safe(reply: &Reply) {
    let header = |name| reply.header(name).unwrap_or_else(|| panic!("no {name}: {reply:?}"));
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
    assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("content-type"), "text/html; charset=utf-8");
    // Nothing that the policy would forbid, and nothing from elsewhere.
    for text in ["<style", " style=\"", "<script>", " onclick=", "javascript:", "src=\"http"] {
        assert!(!reply.body.contains(text), "{text} in {}", reply.body);
    }
}

#[test]
fn whoever_has_not_signed_in_is_sent_to_sign_in_and_back() {
    let server = Server::start();
    Visitor::owner(&server);
    let visitor = Visitor::stranger(&server);
    let check = |path: &str, expected: &str| visitor.get(path).leads_to(expected);
    check("/", "/sign-in");
    check("/incidents?status=all", "/sign-in?back=%2Fincidents%3Fstatus%3Dall");
    check("/incidents/INC-2026-001", "/sign-in?back=%2Fincidents%2FINC-2026-001");
    let part = visitor.get_with("/incidents", &[("hx-request", "true")]);
    assert_eq!(part.status, 401, "a part of a page does not become a page: {part:?}");
    assert_eq!(part.header("hx-redirect"), Some("/sign-in?back=%2Fincidents"));
    let page = visitor.get("/sign-in?back=/incidents");
    is_safe(&page);
    let wrong = [("email", "olga@example.com"), ("password", "no"), ("back", "/incidents")];
    let refused = visitor.submit("/sign-in", "/sign-in", &wrong);
    assert_eq!(refused.status, 401);
    is_safe(&refused);
    assert!(refused.body.contains("the e-mail address or the password is wrong"), "{refused:?}");
    assert!(refused.body.contains("value=\"olga@example.com\""), "what was typed is kept");
    let right = [
        ("email", "olga@example.com"),
        ("password", crate::support::PASSWORD),
        ("back", "/incidents"),
    ];
    visitor.submit("/sign-in", "/sign-in", &right).leads_to("/incidents");
    is_safe(&visitor.get("/incidents"));
    visitor.get("/sign-in").leads_to("/");
    let out = visitor.submit("/incidents", "/sign-out", &[]);
    out.leads_to("/sign-in?done=signed-out");
    assert!(visitor.page("/sign-in?done=signed-out").contains("You are signed out."));
    check("/incidents", "/sign-in?back=%2Fincidents");
}

#[test]
fn a_sign_in_leads_nowhere_else() {
    let server = Server::start();
    Visitor::owner(&server);
    let visitor = Visitor::stranger(&server);
    for back in ["//evil.example", "/\\evil.example", "https://evil.example"] {
        let encoded: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
        let page = visitor.get(&format!("/sign-in?back={encoded}"));
        assert_eq!(page.status, 400, "{back}: {page:?}");
        is_safe(&page);
        let fields =
            [("email", "olga@example.com"), ("password", crate::support::PASSWORD), ("back", back)];
        assert_eq!(visitor.submit("/sign-in", "/sign-in", &fields).status, 400, "{back}");
    }
}

#[test]
fn what_is_not_there_is_said_as_the_asker_reads() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    for path in ["/nothing", "/incidents/INC-2000-001", "/incidents/17", "/incidents/x/y"] {
        let page = owner.get(path);
        assert_eq!(page.status, 404, "{path}");
        is_safe(&page);
        assert!(page.body.contains("Not found") && page.body.contains("<code>req_"), "{page:?}");
    }
    let program = server.client.get(&format!("{}/nothing", server.url), &[]).unwrap();
    assert_eq!(program.refused(), "404 not_found");
    let wrong = owner.get("/incidents?status=gone&severity=bad");
    assert_eq!(wrong.status, 400);
    assert!(wrong.body.contains("severity") && wrong.body.contains("a status, over or all"));
    assert_eq!(owner.post("/deploys", &[], &[]).header("allow"), Some("GET"));
}

#[test]
fn what_pages_load_is_kept_by_browsers_and_small() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let page = owner.page("/");
    let mut bytes = page.len();
    let mut seen = 0;
    for part in page.split("/assets/").skip(1) {
        let name = part.split('"').next().unwrap();
        let file = owner.get(&format!("/assets/{name}"));
        assert_eq!(file.status, 200, "{name}");
        assert_eq!(file.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
        bytes += file.body.len();
        seen += 1;
    }
    assert!(seen >= 4 && bytes < 100_000, "{seen} files and the page: {bytes} bytes");
    assert_eq!(owner.get("/assets/watchbell.css").status, 404);
}

#[test]
fn files_are_compressed_and_pages_never_are() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let page = owner.get_with("/", &[("accept-encoding", "gzip")]);
    assert_eq!(page.header("content-encoding"), None, "a page holds what must stay secret");
    let (_, rest) = page.body.split_once("/assets/").unwrap();
    let path = format!("/assets/{}", rest.split('"').next().unwrap());
    let check = |accepts: &str, expected: Option<&str>| {
        // Bytes as they come: the client would unpack them.
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept-encoding: {accepts}\r\n\r\n"
        );
        let answer = crate::support::raw(server.address(), request.as_bytes()).to_lowercase();
        let (head, _) = answer.split_once("\r\n\r\n").unwrap();
        let encoding = head.lines().find_map(|line| line.strip_prefix("content-encoding: "));
        assert_eq!(encoding, expected, "{accepts}: {head}");
        assert!(head.contains("\r\nvary: accept-encoding"), "{head}");
    };
    check("gzip, deflate, br", Some("gzip"));
    check("br, gzip;q=0.8", Some("gzip"));
    check("br", None);
    check("gzip;q=0", None);
    check("identity", None);
    check("", None);
}

#[test]
fn a_server_below_a_path_links_below_it() {
    let settings = ("server.public_url", "http://localhost/bell");
    let server = Server::builder().set(settings.0, settings.1).start();
    let visitor = Visitor::stranger(&server);
    visitor.get("/incidents").leads_to("/bell/sign-in?back=%2Fincidents");
    let page = visitor.page("/sign-in");
    assert!(page.contains("action=\"/bell/sign-in\"") && page.contains("\"/bell/assets/"));
}
