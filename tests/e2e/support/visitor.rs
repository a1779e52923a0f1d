//! Somebody before a browser that runs no scripts: keeps cookies, reads pages, sends forms.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::json;

use super::{Api, Reply, Server, Stream};

/// What browsers accept.
const ACCEPT: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
/// Everybody's password here.
pub(crate) const PASSWORD: &str = "a long walk by the sea";

/// Somebody before a browser that runs no scripts.
#[derive(Debug)]
pub(crate) struct Visitor<'a> {
    server: &'a Server,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Visitor<'a> {
    /// Nobody that is known.
    pub(crate) fn stranger(server: &'a Server) -> Self {
        Self { server, cookies: RefCell::default() }
    }

    /// The first owner, `olga@example.com`, by the link that the command line makes.
    pub(crate) fn owner(server: &'a Server) -> Self {
        let link = server.cli.json(&["user", "owner-link"]);
        let path = format!("/sign-in/{}", token_of(link["url"].as_str().unwrap()));
        let visitor = Self::stranger(server);
        let fields = [("email", "olga@example.com"), ("name", "Olga"), ("password", PASSWORD)];
        let signed_in = visitor.submit(&path, &path, &fields);
        // Where nothing has come in yet, the first steps are ahead.
        let next = signed_in.header("location");
        assert!(matches!(next, Some("/" | "/welcome")), "{signed_in:?}");
        visitor
    }

    /// Somebody with this role, invited by a program with every right.
    pub(crate) fn with_role(server: &'a Server, api: &Api<'_>, role: &str) -> Self {
        let email = format!("{role}@example.com");
        let invited = api.post("/users", &json!({"email": email, "name": role, "role": role}));
        let invited = invited.data();
        let path = format!("/sign-in/{}", token_of(invited["link"].as_str().unwrap()));
        let visitor = Self::stranger(server);
        visitor.submit(&path, &path, &[("password", PASSWORD)]).leads_to("/");
        visitor
    }

    fn ask(&self, method: &str, path: &str, extra: &[(&str, &str)], body: &str) -> Reply {
        let cookies = self.cookies();
        let mut headers = vec![ACCEPT];
        if !cookies.is_empty() {
            headers.push(("cookie", &cookies));
        }
        headers.extend(extra);
        let reply = self.server.speak(method, path, &headers, body.as_bytes());
        for (_, value) in reply.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, rest) = value.split_once('=').unwrap();
            let kept = rest.split(';').next().unwrap();
            let mut cookies = self.cookies.borrow_mut();
            if kept.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), kept.to_owned());
            }
        }
        reply
    }

    /// The cookies, as they are sent.
    fn cookies(&self) -> String {
        let kept = self.cookies.borrow();
        let cookies: Vec<_> = kept.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// Listens to what the server tells open pages.
    pub(crate) fn listen(&self, path: &str, headers: &[(&str, &str)]) -> Stream {
        Stream::open(self.server, path, &self.cookies(), headers)
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], "")
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask("GET", path, headers, "")
    }

    /// A page that must be there.
    pub(crate) fn page(&self, path: &str) -> String {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}: {reply:?}");
        reply.body
    }

    /// Sends a form of the page at `page` to `action`, as a browser does.
    pub(crate) fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = csrf_of(&self.page(page));
        let fields: Vec<_> =
            [("csrf_token", csrf.as_str())].iter().chain(fields).copied().collect();
        self.post(action, &[("sec-fetch-site", "same-origin")], &fields)
    }

    /// Sends a form with these headers and fields, and nothing else.
    pub(crate) fn post(
        &self,
        path: &str,
        extra: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Reply {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(extra);
        self.ask("POST", path, &headers, &body)
    }
}

impl Reply {
    /// It sends the browser to `path` on this server.
    pub(crate) fn leads_to(&self, path: &str) {
        assert_eq!((self.status, self.header("location")), (303, Some(path)), "{self:?}");
    }
}

/// What stands at the end of a link.
fn token_of(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// What forms of a page bring along.
pub(crate) fn csrf_of(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"csrf_token\" value=\"").expect("a form");
    rest.split('"').next().unwrap().to_owned()
}
