//! One's own account: another password, and the end of every session.

use crate::support::{PASSWORD, Server, Visitor};

const OTHER: &str = "a longer walk by another sea";

fn signed_in<'a>(server: &'a Server, password: &str) -> Visitor<'a> {
    let visitor = Visitor::stranger(server);
    let who = [("email", "olga@example.com"), ("password", password)];
    visitor.submit("/sign-in", "/sign-in", &who).leads_to("/");
    visitor
}

#[test]
fn everybody_changes_their_own_password() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let elsewhere = signed_in(&server, PASSWORD);
    let page = owner.get("/account");
    super::is_safe(&page);
    assert!(page.body.contains("olga@example.com") && page.body.contains("<dd>owner</dd>"));
    assert!(owner.page("/").contains("href=\"/account\""), "the name in the head leads there");
    let change = |current: &str, new: &str| {
        let fields = [
            ("username", "olga@example.com"),
            ("current_password", current),
            ("new_password", new),
        ];
        owner.submit("/account", "/account/password", &fields)
    };
    let wrong = change("something else", OTHER);
    assert_eq!(wrong.status, 400);
    super::is_safe(&wrong);
    assert!(wrong.body.contains("the present password"), "{wrong:?}");
    assert!(!wrong.body.contains(OTHER), "no password stands in a page: {wrong:?}");
    let short = change(PASSWORD, "short");
    assert!(short.status == 400 && short.body.contains("New password: expected"), "{short:?}");
    change(PASSWORD, OTHER).leads_to("/account?done=password");
    assert!(owner.page("/account?done=password").contains("The password is changed"));
    elsewhere.get("/incidents").leads_to("/sign-in?back=%2Fincidents");
    signed_in(&server, OTHER);
    let audited = server.cli.json(&["audit"]).to_string();
    assert!(audited.contains("password.set"), "{audited}");
}

#[test]
fn somebody_signs_out_everywhere() {
    let server = Server::start();
    let owner = Visitor::owner(&server);
    let elsewhere = signed_in(&server, PASSWORD);
    let out = owner.submit("/account", "/account/sign-out", &[]);
    out.leads_to("/sign-in?done=signed-out");
    for visitor in [&owner, &elsewhere] {
        visitor.get("/account").leads_to("/sign-in?back=%2Faccount");
    }
}
