//! An embedder gets the parser and next to nothing with it.

use std::process::Command;

#[test]
fn no_server_database_or_runtime_comes_with_it() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--package", "watchbell-provider-alertmanager", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let tree = String::from_utf8(output.stdout).unwrap();
    let mut names: Vec<_> =
        tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    names.sort_unstable();
    names.dedup();
    // Proves that the tree was read at all.
    for needed in ["watchbell-provider-alertmanager", "watchbell-model", "serde_json", "chrono"] {
        assert!(
            names.contains(&needed),
            "{needed} in {names:?}: {output:?}",
            output = output.stderr
        );
    }
    for banned in ["actix", "diesel", "tokio", "ring", "tracing", "libsqlite3-sys", "proptest"] {
        let found = names.iter().find(|name| name.starts_with(banned));
        assert_eq!(found, None, "banned below a provider");
    }
    let ours: Vec<_> = names.iter().filter(|name| name.starts_with("watchbell-")).collect();
    assert_eq!(
        ours,
        [
            &"watchbell-alert-group",
            &"watchbell-model",
            &"watchbell-provider",
            &"watchbell-provider-alertmanager",
            &"watchbell-wire"
        ]
    );
}
