//! A Sentry of the tests' own: real HTTP, and as strict as Sentry is about tokens, codes that work
//! once, scopes and rate limits. It also fails on demand as Sentry does.
//!
//! Time is the machine's, plus what a test adds by [`SentryServer::advance`].

mod answer;
mod grants;
mod http;
mod state;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

pub(crate) use state::{Asked, Trouble};
use state::{Installation, Issue, Organization, State};

/// The server, on a free port, until the test ends.
pub(crate) struct SentryServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

/// What a browser brings back from an installation.
#[derive(Debug, Clone)]
pub(crate) struct Installed {
    /// The installation's id.
    pub(crate) uuid: String,
    /// The code, good once, for ten minutes.
    pub(crate) code: String,
    /// The organization's slug.
    pub(crate) organization: String,
}

impl Installed {
    /// What stands behind `?` in the address that the browser is sent to: there is no `state`.
    pub(crate) fn query(&self) -> String {
        let Self { uuid, code, organization } = self;
        format!("code={code}&installationId={uuid}&orgSlug={organization}")
    }
}

impl SentryServer {
    /// What the server calls the app, and what the app shows it.
    pub(crate) const CLIENT_ID: &str = "9a7e1c0ffee0stand1in";
    pub(crate) const CLIENT_SECRET: &str = "5ecre7-of-the-app-\u{fc}";
    pub(crate) const APP_SLUG: &str = "watchbell";

    /// Starts it with one organization, `acme`, that has the projects `shop` and `billing`.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::new()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                // One that hangs holds up nobody else.
                thread::spawn(move || drop(http::serve(&stream.unwrap(), &shared)));
            }
        });
        let server = Self { address, state };
        server.organization("acme", "Acme Corp", &["shop", "billing"]);
        server
    }

    /// Its address, as an operator writes it.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A further organization.
    pub(crate) fn organization(&self, slug: &str, name: &str, projects: &[&str]) {
        let projects = projects.iter().map(|&project| project.to_owned()).collect();
        let organization = Organization { name: name.to_owned(), projects };
        self.state().organizations.insert(slug.to_owned(), organization);
    }

    /// A token of an internal integration in an organization. It has no end.
    pub(crate) fn internal_token(&self, organization: &str, scopes: &[&str]) -> String {
        let mut state = self.state();
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        state.grant(organization, scopes, None)
    }

    /// Takes a token back.
    pub(crate) fn revoke(&self, token: &str) {
        self.state().tokens.remove(token);
    }

    /// Somebody installs the app in an organization.
    pub(crate) fn install(&self, organization: &str) -> Installed {
        let mut state = self.state();
        let uuid = state.fresh_uuid();
        let organization = organization.to_owned();
        let installation = Installation::new(&organization);
        state.installations.insert(uuid.clone(), installation);
        let code = state.fresh_code(&uuid);
        Installed { uuid, code, organization }
    }

    /// Somebody uninstalls it: its tokens die. Gives the body of the webhook that says so.
    pub(crate) fn uninstall(&self, uuid: &str) -> Value {
        let mut state = self.state();
        let gone = state.installations.remove(uuid).unwrap();
        state.tokens.retain(|_, token| token.installation.as_deref() != Some(uuid));
        json!({
            "action": "deleted",
            "installation": {"uuid": uuid},
            "data": {"installation": {
                "app": {"uuid": "a1b2c3d4-1111-4aaa-8bbb-222233334444", "slug": Self::APP_SLUG},
                "organization": {"slug": gone.organization},
                "uuid": uuid,
                "status": "installed",
            }},
            "actor": {"type": "user", "id": 1, "name": "Meredith Heller"},
        })
    }

    /// Whether the installation was told to be complete.
    pub(crate) fn is_verified(&self, uuid: &str) -> bool {
        self.state().installations.get(uuid).is_some_and(|one| one.verified)
    }

    /// The tokens of an installation that work now.
    pub(crate) fn live_tokens(&self, uuid: &str) -> Vec<String> {
        let state = self.state();
        let now = state.now();
        let lives = |token: &state::Token| {
            token.installation.as_deref() == Some(uuid) && token.expires.is_none_or(|end| now < end)
        };
        state
            .tokens
            .iter()
            .filter(|(_, token)| lives(token))
            .map(|(text, _)| text.clone())
            .collect()
    }

    /// A new issue of a project, with its latest event. For so many more questions the event is
    /// not there yet.
    pub(crate) fn issue(&self, id: u64, organization: &str, project: &str, missing_for: u32) {
        let issue = Issue {
            organization: organization.to_owned(),
            project: project.to_owned(),
            status: "unresolved".to_owned(),
            count: 120,
            missing_for,
            event: None,
            links: Vec::new(),
        };
        self.state().issues.insert(id, issue);
    }

    /// How many events an issue has; 120 at first.
    pub(crate) fn count(&self, issue: u64, count: u64) {
        self.state().issues.get_mut(&issue).unwrap().count = count;
    }

    /// What a token may do from now on.
    pub(crate) fn scopes(&self, token: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.state().tokens.get_mut(token).unwrap().scopes = scopes;
    }

    /// Another latest event of an issue than the fixture.
    pub(crate) fn event(&self, issue: u64, event: Value) {
        self.state().issues.get_mut(&issue).unwrap().event = Some(event);
    }

    /// What an issue's status is.
    pub(crate) fn issue_status(&self, id: u64) -> String {
        self.state().issues[&id].status.clone()
    }

    /// Somebody gives an issue another status there.
    pub(crate) fn issue_becomes(&self, id: u64, status: &str) {
        status.clone_into(&mut self.state().issues.get_mut(&id).unwrap().status);
    }

    /// The links of an issue, as Sentry shows them.
    pub(crate) fn links(&self, issue: u64) -> Vec<Value> {
        self.state().issues[&issue].links.clone()
    }

    /// Somebody links an issue on its page: the app's answer is kept, under an id that nobody tells.
    pub(crate) fn link_on_page(&self, issue: u64, answer: &Value) {
        let mut state = self.state();
        let link = json!({
            "id": state.next().to_string(), "issueId": issue.to_string(),
            "serviceType": Self::APP_SLUG, "webUrl": answer["webUrl"],
            "displayName": format!("{}#{}", answer["project"].as_str().unwrap(),
                                   answer["identifier"].as_str().unwrap()),
        });
        state.issues.get_mut(&issue).unwrap().links = vec![link];
    }

    /// The next `times` requests whose path holds `path` get this instead of an answer.
    pub(crate) fn trouble(&self, path: &str, times: u32, trouble: Trouble) {
        self.state().troubles.push((path.to_owned(), times, trouble));
    }

    /// No trouble any more.
    pub(crate) fn calm(&self) {
        self.state().troubles.clear();
    }

    /// Whether a signed statement gets a token: not on older servers.
    pub(crate) fn takes_statements(&self, takes: bool) {
        self.state().takes_statements = takes;
    }

    /// Lets so many seconds pass.
    pub(crate) fn advance(&self, seconds: i64) {
        self.state().skew += seconds;
    }

    /// It is this moment, in seconds since 1970: for tests whose clock is their own.
    pub(crate) fn set_now(&self, seconds: i64) {
        let mut state = self.state();
        state.skew += seconds - state.now();
    }

    /// How long tokens live from now on, in seconds; eight hours at first.
    pub(crate) fn token_life(&self, seconds: i64) {
        self.state().token_life = seconds;
    }

    /// What it was asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state().asked.clone()
    }

    /// How many requests had a path that holds `path`.
    pub(crate) fn asked_for(&self, path: &str) -> usize {
        self.state().asked.iter().filter(|asked| asked.path.contains(path)).count()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}
