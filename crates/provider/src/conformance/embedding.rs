//! What comes with a parser.

use std::process::Command;

/// What every parser is made of; proves that the tree was read at all.
const NEEDED: &[&str] = &["watchbell-model", "watchbell-provider", "serde_json"];
/// What an embedder of a parser must not get: each is the beginning of names.
const BANNED: &[&str] = &[
    "actix",
    "diesel",
    "tokio",
    "ring",
    "tracing",
    "libsqlite3-sys",
    "openssl",
    "pq-",
    "proptest",
];

/// Fails if the crate `package` brings a server, a database or a runtime, or of our own crates any
/// but the model, the contract, itself and `ours`.
///
/// ```text
/// brings_only(env!("CARGO_PKG_NAME"), &["watchbell-wire"]);
/// ```
pub fn brings_only(package: &str, ours: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", package, "--edges", "normal,build", "--prefix", "none"])
        .args(["--format", "{p}", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<_> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    for needed in NEEDED.iter().chain([&package]) {
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(names.contains(needed), "{needed} is not in {names:?}: {errors}");
    }
    for banned in BANNED {
        let found = names.iter().find(|name| name.starts_with(banned));
        assert_eq!(found, None, "banned below a provider");
    }
    let mut expected: Vec<_> = ours.to_vec();
    expected.extend(["watchbell-model", "watchbell-provider", package]);
    expected.sort_unstable();
    names.retain(|name| name.starts_with("watchbell-"));
    assert_eq!(names, expected, "our own crates that come with {package}");
}
