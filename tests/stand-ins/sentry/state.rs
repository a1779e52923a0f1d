//! What the stand-in knows.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::Value;

/// One request that was made.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With its query.
    pub(crate) path: String,
    /// Whether a token or a statement was shown.
    pub(crate) authorized: bool,
    /// The body, if it is JSON.
    pub(crate) body: Value,
}

/// What is done instead of answering.
#[derive(Debug, Clone)]
pub(crate) enum Trouble {
    /// 429, with the moment when it ends: so many seconds from now.
    RateLimited(i64),
    /// This status with this body.
    Status(u16, &'static str),
    /// The answer comes after so many milliseconds.
    Slow(u64),
    /// No answer; the connection stays open until the other side leaves.
    Hang,
    /// What is asked is done, and the connection breaks before the answer.
    LoseAnswer,
    /// An answer without an end: more bytes than anybody wants.
    Flood,
}

pub(super) struct Organization {
    pub(super) name: String,
    pub(super) projects: Vec<String>,
}

pub(super) struct Installation {
    pub(super) organization: String,
    pub(super) verified: bool,
    /// The refresh token that works.
    pub(super) refresh_token: Option<String>,
    /// Identifiers of statements that were shown: each is good once.
    pub(super) statements: Vec<String>,
}

impl Installation {
    pub(super) fn new(organization: &str) -> Self {
        Self {
            organization: organization.to_owned(),
            verified: false,
            refresh_token: None,
            statements: Vec::new(),
        }
    }
}

pub(super) struct Code {
    pub(super) installation: String,
    pub(super) expires: i64,
}

#[derive(Clone)]
pub(super) struct Token {
    pub(super) organization: String,
    pub(super) scopes: Vec<String>,
    pub(super) installation: Option<String>,
    pub(super) expires: Option<i64>,
}

pub(super) struct Issue {
    pub(super) organization: String,
    pub(super) project: String,
    pub(super) status: String,
    pub(super) count: u64,
    pub(super) missing_for: u32,
    pub(super) event: Option<Value>,
    pub(super) links: Vec<Value>,
}

pub(super) struct State {
    pub(super) organizations: BTreeMap<String, Organization>,
    pub(super) installations: BTreeMap<String, Installation>,
    pub(super) codes: BTreeMap<String, Code>,
    pub(super) tokens: BTreeMap<String, Token>,
    pub(super) issues: BTreeMap<u64, Issue>,
    pub(super) troubles: Vec<(String, u32, Trouble)>,
    pub(super) takes_statements: bool,
    pub(super) token_life: i64,
    pub(super) skew: i64,
    pub(super) asked: Vec<Asked>,
    made: u64,
}

impl State {
    pub(super) fn new() -> Self {
        Self {
            organizations: BTreeMap::new(),
            installations: BTreeMap::new(),
            codes: BTreeMap::new(),
            tokens: BTreeMap::new(),
            issues: BTreeMap::new(),
            troubles: Vec::new(),
            takes_statements: true,
            token_life: 8 * 60 * 60,
            skew: 0,
            asked: Vec::new(),
            made: 0,
        }
    }

    /// Seconds since 1970, as this server sees it.
    #[expect(clippy::disallowed_methods, reason = "a server of somebody else reads its own clock")]
    pub(super) fn now(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        i64::try_from(since.as_secs()).unwrap() + self.skew
    }

    /// The same as Sentry writes it.
    pub(super) fn time(seconds: i64) -> String {
        let at = DateTime::from_timestamp(seconds, 0).unwrap();
        at.format("%Y-%m-%dT%H:%M:%S.%fZ").to_string()
    }

    pub(super) fn next(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    pub(super) fn fresh_uuid(&mut self) -> String {
        format!("e5f6a7b8-1234-4cde-9012-{:012x}", self.next())
    }

    pub(super) fn fresh_code(&mut self, installation: &str) -> String {
        let code = format!("code-{:032x}", self.next());
        let expires = self.now() + 10 * 60;
        self.codes.insert(code.clone(), Code { installation: installation.to_owned(), expires });
        code
    }

    /// A token. One of an installation has an end.
    pub(super) fn grant(
        &mut self,
        organization: &str,
        scopes: Vec<String>,
        installation: Option<&str>,
    ) -> String {
        let text = format!("token-{:056x}", self.next());
        let token = Token {
            organization: organization.to_owned(),
            scopes,
            installation: installation.map(str::to_owned),
            expires: installation.map(|_| self.now() + self.token_life),
        };
        self.tokens.insert(text.clone(), token);
        text
    }

    /// What happens to a request for `path`, if trouble was ordered.
    pub(super) fn trouble_for(&mut self, path: &str) -> Option<Trouble> {
        let place =
            self.troubles.iter().position(|(of, times, _)| *times > 0 && path.contains(of))?;
        let (_, times, trouble) = &mut self.troubles[place];
        *times -= 1;
        Some(trouble.clone())
    }
}
