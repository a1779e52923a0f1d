//! Who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::checkout::{PACKAGES, array, cargo, cargo_json, none, text};

/// A crate depends on lower layers only.
const LAYERS: &[(&str, u8)] = &[
    ("watchbell-model", 0),
    ("watchbell-testkit", 0),
    ("watchbell-provider", 1),
    ("watchbell-dedup", 1),
    ("watchbell-wire", 1),
    ("watchbell-sns", 1),
    ("watchbell-triage", 1),
    ("watchbell-store", 1),
    ("watchbell-suspects", 1),
    ("watchbell-alert-group", 2),
    ("watchbell-deploy", 2),
    ("watchbell-outbound", 2),
    ("watchbell-sentry-event", 2),
    ("watchbell-signature", 2),
    ("watchbell-store-*", 2),
    ("watchbell-vault", 2),
    ("watchbell-provider-*", 3),
    ("watchbell-oidc", 3),
    ("watchbell-sentry-client", 3),
    ("watchbell-ingest", 3),
    ("watchbell-worker", 3),
    ("watchbell-web", 3),
    ("watchbell-providers", 4),
    ("watchbell-control", 5),
    ("watchbell-api", 6),
    ("watchbell", 7),
];

/// The only crates that may name a heavy dependency, in tests too.
const OWNERS: &[(&str, &[&str])] = &[
    ("actix-*", &["watchbell-api", "watchbell"]),
    ("argon2", &["watchbell-vault"]),
    ("askama*", &["watchbell-web"]),
    ("diesel*", &["watchbell-store-*"]),
    ("libsqlite3-sys", &["watchbell-store-sqlite"]),
    ("openssl*", &["watchbell-store-postgres"]),
    ("pq-*", &["watchbell-store-postgres"]),
    ("ring", &["watchbell-signature", "watchbell-vault"]),
    ("serde-saphyr", &["watchbell"]),
    ("ureq", &["watchbell-outbound", "watchbell"]),
    ("x509-cert", &["watchbell-signature"]),
    ("tokio*", &["watchbell-ingest", "watchbell-api", "watchbell"]),
];

/// What an embedder of a parser must not get.
const NOT_EMBEDDED: &[&str] = &[
    "actix*",
    "diesel*",
    "tokio*",
    "libsqlite3-sys",
    "pq-*",
    "openssl*",
    "ring",
    "ureq",
    "x509-cert",
];

/// Whether `name` is `pattern`, or begins as a pattern that ends with `*`.
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == pattern,
    }
}

fn layer(name: &str) -> Option<u8> {
    let found = LAYERS.iter().find(|(pattern, _)| matches(pattern, name));
    found.map(|(_, layer)| *layer)
}

#[test]
fn every_crate_has_a_layer_and_knows_lower_ones_only() {
    let ours: BTreeSet<_> = PACKAGES.iter().map(|package| package.name.as_str()).collect();
    let mut broken = Vec::new();
    for package in PACKAGES.iter() {
        let from = &package.name;
        let Some(own) = layer(from) else {
            broken.push(format!("{from} has no layer: add it to the table in tests/tidy"));
            continue;
        };
        for dependency in &package.dependencies {
            let to = dependency.name.as_str();
            let Some(other) = layer(to).filter(|_| ours.contains(to) && to != from) else {
                continue;
            };
            if other < own {
                continue;
            }
            broken.push(format!("{from} (layer {own}) depends on {to} (layer {other})"));
        }
    }
    none("a crate depends on lower layers only", &broken);
}

#[test]
fn heavy_dependencies_have_owners() {
    let mut broken = Vec::new();
    for package in PACKAGES.iter() {
        for dependency in &package.dependencies {
            let owned = OWNERS.iter().find(|(heavy, _)| matches(heavy, &dependency.name));
            let Some((_, owners)) = owned else { continue };
            if !owners.iter().any(|owner| matches(owner, &package.name)) {
                broken.push(format!("{} depends on {}", package.name, dependency.name));
            }
        }
    }
    none("only its owner names a heavy dependency", &broken);
}

#[test]
fn embedding_a_parser_brings_no_server_database_or_runtime() {
    let tree = Tree::read();
    let mut broken = Vec::new();
    let parsers = PACKAGES.iter().filter(|p| p.name.starts_with("watchbell-provider-"));
    let mut seen = 0;
    for parser in parsers {
        seen += 1;
        let below = tree.below(&parser.name);
        // Proves that the tree was read at all.
        assert!(below.contains("watchbell-model") && below.contains("serde_json"), "{below:?}");
        for banned in NOT_EMBEDDED {
            let found = below.iter().filter(|name| matches(banned, name));
            broken.extend(found.map(|name| format!("{} brings {name}", parser.name)));
        }
    }
    assert!(seen >= 2, "the parsers are named watchbell-provider-…");
    none("an embedder gets a parser and next to nothing with it", &broken);
}

/// The resolved dependencies for this machine, without those of tests.
struct Tree {
    names: BTreeMap<String, String>,
    edges: BTreeMap<String, Vec<String>>,
}

impl Tree {
    fn read() -> Self {
        // Without a platform cargo wants the sources of every platform's crates.
        let version = cargo(&["--version", "--verbose"]);
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
        let metadata =
            cargo_json(&["metadata", "--format-version=1", "--offline", "--filter-platform", host]);
        let names = array(&metadata, "packages").iter();
        let names = names.map(|p| (text(p, "id").to_owned(), text(p, "name").to_owned()));
        let nodes = array(&metadata["resolve"], "nodes").iter();
        let edges = nodes.map(|node| {
            let shipped = array(node, "deps").iter().filter(|edge| is_shipped(edge));
            let targets = shipped.map(|edge| text(edge, "pkg").to_owned()).collect();
            (text(node, "id").to_owned(), targets)
        });
        Self { names: names.collect(), edges: edges.collect() }
    }

    /// The names of everything below a package, itself included.
    fn below(&self, name: &str) -> BTreeSet<&str> {
        let start = self.names.iter().find(|(_, n)| *n == name).unwrap().0;
        let mut seen = BTreeSet::from([start]);
        let mut todo = vec![start];
        while let Some(id) = todo.pop() {
            let next = self.edges[id].iter().filter(|id| seen.insert(id));
            todo.extend(next.collect::<Vec<_>>());
        }
        seen.into_iter().map(|id| self.names[id].as_str()).collect()
    }
}

/// Whether an edge is there in a program, not only in tests.
fn is_shipped(edge: &Value) -> bool {
    let kinds = array(edge, "dep_kinds");
    kinds.iter().any(|kind| kind["kind"].as_str() != Some("dev"))
}
