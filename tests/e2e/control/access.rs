//! Every operation of the API against every scope.

use serde_json::Value;
use watchbell_model::Scope;

use crate::support::{Api, Server};

/// An operation as the description has it.
struct Operation {
    method: String,
    path: String,
    scope: Option<String>,
    /// Whether strangers may ask: it wants a password or a link instead.
    open: bool,
}

impl Operation {
    /// All that the server says it has.
    fn all(server: &Server) -> Vec<Self> {
        let url = format!("{}/api/openapi.json", server.url);
        let document = server.client.get(&url, &[]).unwrap().json();
        let paths = document["paths"].as_object().unwrap();
        let mut all = Vec::new();
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().unwrap() {
                all.push(Self {
                    method: method.to_uppercase(),
                    path: path.strip_prefix("/api/v1").unwrap().to_owned(),
                    scope: operation["x-scope"].as_str().map(Into::into),
                    open: operation["security"].is_null(),
                });
            }
        }
        assert!(all.len() > 25, "the operations were found");
        all
    }

    /// The address, with names of things that are not there.
    fn address(&self) -> String {
        let zeros = "0".repeat(32);
        let id = if self.path.starts_with("/api-keys") {
            format!("key_{zeros}")
        } else if self.path.starts_with("/deliveries") {
            format!("dlv_{zeros}")
        } else {
            format!("int_{zeros}")
        };
        self.path
            .replace("{id}", &id)
            .replace("{number}", "INC-2000-001")
            .replace("{secret_id}", &format!("sec_{zeros}"))
            .replace("{service_key}", "SER-99999")
            .replace("{key}", "SER-99999")
            .replace("{project}", "none")
    }

    fn ask(&self, api: &Api<'_>) -> String {
        let reply = api.ask(&self.method, &self.address(), &[], None);
        match reply.status {
            200 | 201 => reply.status.to_string(),
            _ => reply.refused(),
        }
    }
}

#[test]
fn a_stranger_learns_nothing_from_any_address() {
    let server = Server::start();
    let nobody = Api::new(&server, "wb_nobody");
    let (open, closed): (Vec<_>, Vec<_>) =
        Operation::all(&server).into_iter().partition(|operation| operation.open);
    let mut open: Vec<_> = open.iter().map(|operation| operation.path.as_str()).collect();
    open.sort_unstable();
    let of_oidc = ["/auth/methods", "/auth/oidc/callback", "/auth/oidc/start"];
    let all = [&["/auth/links/show", "/auth/links/use"][..], &of_oidc, &["/auth/sign-in"]].concat();
    assert_eq!(open, all);
    for operation in closed {
        let known = operation.path.replace("{key}", "SER-00001");
        let reply = nobody.ask(&operation.method, &known, &[], None);
        assert_eq!(reply.refused(), "401 unauthorized", "{} {known}", operation.method);
        assert_eq!(operation.ask(&nobody), "401 unauthorized", "{} {known}", operation.method);
        assert_eq!(reply.header("cache-control"), Some("no-store"));
    }
}

#[test]
fn an_operation_takes_its_own_scope_and_no_other() {
    let server = Server::start();
    let operations = Operation::all(&server);
    let mut seen = 0;
    for scope in Scope::ALL {
        let api = Api::with(&server, &[scope.as_str()]);
        for operation in &operations {
            let said = operation.ask(&api);
            let what = format!("{} {} with {scope}: {said}", operation.method, operation.path);
            match &operation.scope {
                Some(needed) if needed != scope.as_str() => {
                    assert_eq!(said, "403 forbidden", "{what}");
                    let reply = api.ask(&operation.method, &operation.address(), &[], None);
                    let message = reply.error()["message"].to_string();
                    assert!(message.contains(needed.as_str()), "names the scope: {message}");
                }
                _ => {
                    assert!(!said.starts_with("401") && !said.starts_with("403"), "{what}");
                    seen += 1;
                }
            }
        }
    }
    assert!(seen > operations.len(), "every operation was let through once");
}

#[test]
fn what_is_not_built_says_so_and_is_not_described() {
    let server = Server::start();
    let api = Api::with(&server, &["services:read"]);
    let check = |method: &str, path: &str| {
        assert_eq!(api.ask(method, path, &[], None).refused(), "501 not_built", "{path}");
        let nobody = Api::new(&server, "wb_nobody");
        assert_eq!(nobody.ask(method, path, &[], None).refused(), "401 unauthorized", "{path}");
        let described = Operation::all(&server);
        assert!(described.iter().all(|one| one.path != path), "{path}");
    };
    check("GET", "/on-call/current");
    check("GET", "/on-call/current?team_name=Payments");
    check("GET", "/escalation-policies?severity=SEV1");
    check("GET", "/postmortems?incident_number=INC-2026-001");
    check("POST", "/postmortems");
    check("POST", "/incidents/INC-2026-001/escalate");
    check("POST", "/incidents/INC-2026-001/page");
}

#[test]
fn the_description_says_what_every_operation_needs() {
    let server = Server::start();
    let url = format!("{}/api/openapi.json", server.url);
    let reply = server.client.get(&url, &[]).unwrap();
    let document = reply.json();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(reply.header("content-type"), Some("application/json"));
    let incidents = &document["paths"]["/api/v1/incidents"]["get"];
    assert_eq!(incidents["x-scope"], "incidents:read");
    assert_eq!(incidents["x-role"], "viewer");
    let names: Vec<_> = incidents["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| parameter["name"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"status") && names.contains(&"created_after"), "{names:?}");
    let dangling = dangling(&document);
    assert!(dangling.is_empty(), "every form that is referred to is there: {dangling:?}");
}

/// References of the description that lead nowhere.
fn dangling(document: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![document];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref")
                    && document.pointer(to.trim_start_matches('#')).is_none()
                {
                    found.push(to.clone());
                }
                todo.extend(fields.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    found
}

#[test]
fn the_description_can_be_browsed_and_loads_nothing_from_elsewhere() {
    let server = Server::start();
    let get = |path: &str| server.client.get(&format!("{}{path}", server.url), &[]).unwrap();
    let page = get("/api/docs/");
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").unwrap().starts_with("text/html"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "{}", page.body);
    for file in ["swagger-ui-bundle.js", "swagger-initializer.js", "swagger-ui.css"] {
        assert!(page.body.contains(file), "{file}");
        assert_eq!(get(&format!("/api/docs/{file}")).status, 200, "{file}");
    }
    assert!(get("/api/docs/swagger-initializer.js").body.contains("/api/openapi.json"));
    assert_eq!(get("/api/docs/nothing").status, 404);
    assert_eq!(get("/api/docs").header("location"), Some("/api/docs/"));
}
