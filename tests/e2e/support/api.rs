//! The REST API as a program uses it: a key, and JSON in both directions.

use serde_json::Value;

use super::{NOTICED, Reply, Server, eventually};

/// A client with an API key.
#[derive(Debug)]
pub(crate) struct Api<'a> {
    server: &'a Server,
    token: String,
}

impl<'a> Api<'a> {
    /// With a key that has these scopes, which the server knows already.
    pub(crate) fn with(server: &'a Server, scopes: &[&str]) -> Self {
        let mut arguments = vec!["key", "create", "a program"];
        arguments.extend(scopes.iter().flat_map(|scope| ["--scope", scope]));
        let created = server.cli.json(&arguments);
        let api = Self::new(server, created["token"].as_str().unwrap());
        eventually("the key is known", NOTICED, || {
            (api.get("/auth/verify").status == 200).then_some(())
        });
        api
    }

    /// With a key for everything that there is.
    pub(crate) fn for_everything(server: &'a Server) -> Self {
        let scopes: Vec<_> = watchbell_model::Scope::ALL.iter().map(|s| s.as_str()).collect();
        Self::with(server, &scopes)
    }

    /// With this key.
    pub(crate) fn new(server: &'a Server, token: &str) -> Self {
        Self { server, token: token.to_owned() }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Any request, with these headers besides the key.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let mut all =
            vec![("authorization", bearer.as_str()), ("content-type", "application/json")];
        all.extend(headers);
        let body = body.map(ToString::to_string).unwrap_or_default();
        self.server.speak(method, &format!("/api/v1{path}"), &all, body.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[], None)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.ask("POST", path, &[], Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.ask("PUT", path, &[], Some(body))
    }

    pub(crate) fn patch(&self, path: &str, body: &Value) -> Reply {
        self.ask("PATCH", path, &[], Some(body))
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.ask("DELETE", path, &[], None)
    }
}
