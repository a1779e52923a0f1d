//! Whether two programs mean the same by names that they spell differently.

/// The fewest digits of a commit's hash by which it is recognised, as git shows them.
const SHORT_HASH: usize = 7;

/// Whether two names mean the same environment: without case, and `prod` is `production`.
pub fn same_environment(one: &str, other: &str) -> bool {
    in_full(one) == in_full(other)
}

fn in_full(environment: &str) -> String {
    let folded = environment.trim().to_lowercase();
    match folded.as_str() {
        "prod" | "prd" | "live" => "production".to_owned(),
        "stage" | "stg" => "staging".to_owned(),
        "dev" => "development".to_owned(),
        _ => folded,
    }
}

/// Whether `release`, as an event names it (`shop@1.2.3+45`, `v1.2.3`, or a commit), is a deploy of
/// this version or commit.
pub fn same_release(release: &str, version: Option<&str>, commit: &str) -> bool {
    let named = bare(release);
    if named.is_empty() {
        return false;
    }
    let is_version = version.is_some_and(|version| {
        let version = bare(version);
        version == named || without_build(version) == without_build(named)
    });
    is_version || same_commit(named, commit)
}

/// Whether two hashes, at least one of them perhaps cut short, are those of one commit.
pub(crate) fn same_commit(one: &str, other: &str) -> bool {
    let (one, other) = (one.trim().as_bytes(), other.trim().as_bytes());
    let length = one.len().min(other.len());
    let is_hash = |text: &[u8]| text.iter().all(u8::is_ascii_hexdigit);
    let begins = match (one.get(..length), other.get(..length)) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => false,
    };
    length >= SHORT_HASH && is_hash(one) && is_hash(other) && begins
}

/// A release without the package's name before it and the `v` of tags.
fn bare(release: &str) -> &str {
    let release = release.trim();
    let version = release.rsplit_once('@').map_or(release, |(_, version)| version);
    let digits = version.strip_prefix(['v', 'V']);
    digits.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(version)
}

fn without_build(version: &str) -> &str {
    version.split_once('+').map_or(version, |(version, _)| version)
}
