//! GitHub's webhooks: which of them tell of deploys and commits, and what.

use std::borrow::Cow;

use watchbell_model::{Commit, Told, clean, clean_opt};
use watchbell_provider::{Hmac, Proof, SignatureHeaders};
use watchbell_wire::{Lenient, List, Text, http_url, iso8601, text_of_body};

use crate::{
    MAX_COMMITS, MAX_FILES, MAX_NAME_CHARS, MAX_PATH_CHARS, MAX_TEXT_CHARS, Pushed, Report,
};

/// The header that says what kind of webhook it is.
pub const EVENT_HEADER: &str = "x-github-event";

/// How GitHub signs: with the webhook's secret, over the body alone.
pub const PROOF: Proof = Proof::Hmac(Hmac {
    headers: Cow::Borrowed(&[SignatureHeaders {
        signature: Cow::Borrowed("x-hub-signature-256"),
        timestamp: None,
    }]),
    prefix: "sha256=",
    time: None,
});

/// The most commits of a push that GitHub lists.
const LISTED: usize = 2_048;

/// What a webhook tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Something was deployed.
    Deployed(Box<Report>),
    /// Commits were pushed.
    Pushed(Pushed),
    /// Nothing that matters here, and why.
    Nothing(Cow<'static, str>),
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct Named<'a> {
        repository: Repository<'a> = "repository",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct Repository<'a> {
        full_name: Text<'a> = "full_name",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct StatusBody<'a> {
        status: Status<'a> = "deployment_status",
        deployment: Deployment<'a> = "deployment",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct Status<'a> {
        state: Text<'a> = "state",
        environment: Text<'a> = "environment",
        description: Text<'a> = "description",
        log_url: Text<'a> = "log_url",
        target_url: Text<'a> = "target_url",
        created_at: Text<'a> = "created_at",
        creator: Person<'a> = "creator",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct Deployment<'a> {
        sha: Text<'a> = "sha",
        reference: Text<'a> = "ref",
        environment: Text<'a> = "environment",
        description: Text<'a> = "description",
        creator: Person<'a> = "creator",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct Person<'a> {
        login: Text<'a> = "login" | "username",
        name: Text<'a> = "name",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct PushBody<'a> {
        reference: Text<'a> = "ref",
        after: Text<'a> = "after",
        commits: List<PushedCommit<'a>, LISTED> = "commits",
    }
}

watchbell_wire::object! {
    #[derive(Debug, Default)]
    struct PushedCommit<'a> {
        id: Text<'a> = "id",
        message: Text<'a> = "message",
        timestamp: Text<'a> = "timestamp",
        author: Person<'a> = "author",
        added: List<Text<'a>, MAX_FILES> = "added",
        modified: List<Text<'a>, MAX_FILES> = "modified",
        removed: List<Text<'a>, MAX_FILES> = "removed",
    }
}

/// The repository that a webhook says it is about, `owner/repo`. It is only a claim until the
/// signature holds.
///
/// # Errors
/// It names none; what it is instead, for people.
pub fn repository(body: &[u8]) -> Result<String, String> {
    let text = text_of_body(body);
    if text.starts_with("payload=") {
        return Err("a form: set the webhook's content type to application/json".to_owned());
    }
    let named: Named<'_> = watchbell_wire::parse(&text)?;
    let repository = named.repository.ok().unwrap_or_default();
    let name = words(&repository.full_name, MAX_NAME_CHARS);
    name.ok_or_else(|| "an object without repository.full_name".to_owned())
}

/// What a webhook of this kind, which is its [`EVENT_HEADER`], tells.
///
/// # Errors
/// It is not of GitHub's form; what it is instead, for people.
pub fn read(event: &str, body: &[u8]) -> Result<News, String> {
    let text = text_of_body(body);
    match event {
        "deployment_status" => status(watchbell_wire::parse(&text)?),
        "push" => push(watchbell_wire::parse(&text)?),
        "ping" => Ok(News::Nothing(Cow::Borrowed("GitHub says that the webhook is set up"))),
        other => {
            let other = watchbell_model::one_line(other, 60);
            Ok(News::Nothing(format!("webhooks of the kind {other} tell of no deploy").into()))
        }
    }
}

fn words(field: &Lenient<Text<'_>>, max: usize) -> Option<String> {
    clean_opt(field.get().map(|Text(text)| text.as_ref()), max)
}

fn status(body: StatusBody<'_>) -> Result<News, String> {
    let status = body.status.ok().ok_or("an object without deployment_status")?;
    let deployment = body.deployment.ok().ok_or("an object without deployment")?;
    let state = words(&status.state, MAX_NAME_CHARS).unwrap_or_default();
    if state != "success" {
        let state = watchbell_model::one_line(&state, 60);
        let why = format!("a deployment of the state \"{state}\" is none that was done");
        return Ok(News::Nothing(why.into()));
    }
    let commit_sha =
        words(&deployment.sha, MAX_NAME_CHARS).ok_or("an object without deployment.sha")?;
    let person = |person: &Lenient<Person<'_>>| {
        person.get().and_then(|person| words(&person.login, MAX_NAME_CHARS))
    };
    let link = |field: &Lenient<Text<'_>>| {
        field.get().and_then(|Text(text)| http_url(text)).map(str::to_owned)
    };
    let reference = words(&deployment.reference, MAX_NAME_CHARS).filter(|name| *name != commit_sha);
    let version = reference.as_deref().and_then(tag).map(str::to_owned);
    let branch = reference.filter(|_| version.is_none());
    let told = Told {
        branch: branch.map(|branch| of_branch(&branch).unwrap_or(&branch).to_owned()),
        deployed_by: person(&deployment.creator).or_else(|| person(&status.creator)),
        environment: words(&status.environment, MAX_NAME_CHARS)
            .or_else(|| words(&deployment.environment, MAX_NAME_CHARS)),
        version,
        description: words(&status.description, MAX_TEXT_CHARS)
            .or_else(|| words(&deployment.description, MAX_TEXT_CHARS)),
        url: link(&status.log_url).or_else(|| link(&status.target_url)),
        commit_sha,
        ..Told::default()
    };
    let at = status.created_at.get().and_then(|Text(text)| iso8601(text));
    Ok(News::Deployed(Box::new(Report { told, at })))
}

/// The tag in a reference: one in full, or what looks like a version.
fn tag(reference: &str) -> Option<&str> {
    let full = reference.strip_prefix("refs/tags/");
    full.or_else(|| {
        let digits = reference.strip_prefix('v').unwrap_or(reference);
        let is_version = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains('.');
        is_version.then_some(reference)
    })
}

fn of_branch(reference: &str) -> Option<&str> {
    reference.strip_prefix("refs/heads/")
}

fn push(body: PushBody<'_>) -> Result<News, String> {
    let reference = words(&body.reference, MAX_NAME_CHARS).ok_or("an object without ref")?;
    let Some(branch) = of_branch(&reference) else {
        return Ok(News::Nothing(Cow::Borrowed("a tag brings no commits")));
    };
    let head = words(&body.after, MAX_NAME_CHARS).ok_or("an object without after")?;
    let commits = body.commits.ok().unwrap_or_default();
    if head.bytes().all(|digit| digit == b'0') || commits.found == 0 {
        return Ok(News::Nothing(Cow::Borrowed("a push without commits")));
    }
    let listed = commits.entries.len();
    let last = commits.entries.into_iter().skip(listed.saturating_sub(MAX_COMMITS));
    let commits = last.filter_map(|entry| commit(&entry.ok()?)).collect();
    Ok(News::Pushed(Pushed { branch: branch.to_owned(), head, commits }))
}

fn commit(body: &PushedCommit<'_>) -> Option<Commit> {
    let author = body.author.get();
    let author = author.and_then(|person| {
        words(&person.login, MAX_NAME_CHARS).or_else(|| words(&person.name, MAX_NAME_CHARS))
    });
    let lists = [&body.modified, &body.added, &body.removed];
    let files = lists.into_iter().filter_map(Lenient::get).flat_map(|list| &list.entries);
    let files = files.filter_map(|file| file.get().and_then(Text::trimmed));
    Some(Commit {
        sha: words(&body.id, MAX_NAME_CHARS)?,
        message: words(&body.message, MAX_TEXT_CHARS),
        author,
        at: body.timestamp.get().and_then(|Text(text)| iso8601(text)),
        files: files.take(MAX_FILES).map(|file| clean(file, MAX_PATH_CHARS)).collect(),
    })
}
