//! What is known of an incident beside its moment.

/// What is known of an incident beside its moment. All of it may be absent: then age alone counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Where it happened.
    pub environment: Option<String>,
    /// The release that the event names.
    pub release: Option<String>,
    /// The files of the stack's frames that are the application's own, the one that failed first.
    pub files: Vec<String>,
    /// The commits that Sentry suspects.
    pub commits: Vec<String>,
}

impl Evidence {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        let Self { environment, release, files, commits } = self;
        environment.is_none() && release.is_none() && files.is_empty() && commits.is_empty()
    }
}
