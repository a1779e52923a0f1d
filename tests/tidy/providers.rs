//! A provider is named in its own places only: elsewhere the list is read.

use watchbell_providers::PROVIDERS;

use crate::checkout::{FILES, PACKAGES, file, none, text_of};

/// Where code may know single providers. The last ones ask a source's own API, and read its answers.
const PLACES: &[&str] = &[
    "crates/alert-group/",
    "crates/providers/",
    "crates/provider-",
    "crates/sentry-client/",
    "crates/sentry-event/",
];

fn is_elsewhere(path: &str) -> bool {
    let in_code = path.starts_with("crates/") || path.starts_with("bins/");
    in_code && !PLACES.iter().any(|place| path.starts_with(place))
}

#[test]
fn every_provider_crate_is_in_the_list() {
    let crates = PACKAGES.iter().filter(|p| p.name.starts_with("watchbell-provider-"));
    let mut crates: Vec<_> = crates.map(|p| p.name.as_str()).collect();
    let listed = PROVIDERS.iter().map(|p| format!("watchbell-provider-{}", p.slug()));
    let mut listed: Vec<_> = listed.collect();
    crates.sort_unstable();
    listed.sort_unstable();
    assert_eq!(crates, listed);
}

#[test]
fn every_parser_is_fuzzed() {
    let manifest = text_of("fuzz/Cargo.toml");
    let mut broken = Vec::new();
    for slug in PROVIDERS.iter().map(|p| p.slug()) {
        let path = format!("fuzz_targets/{slug}.rs");
        let call = format!("watchbell_fuzz::parser(\"{slug}\", input)");
        let calls = file(&format!("fuzz/{path}")).is_some_and(|file| file.text.contains(&call));
        if !calls || !manifest.contains(&path) {
            broken.push(format!("fuzz/{path} does not call {call}, or fuzz/Cargo.toml lacks it"));
        }
        if !text_of("fuzz/make-corpus").contains(&format!(" {slug}")) {
            broken.push(format!("fuzz/make-corpus does not know {slug}"));
        }
    }
    none("every parser has a fuzz target", &broken);
}

#[test]
fn only_the_list_knows_the_provider_crates() {
    let crates = PACKAGES.iter().map(|package| &package.name);
    let crates: Vec<_> = crates.filter(|name| name.starts_with("watchbell-provider-")).collect();
    let mut broken = Vec::new();
    for file in FILES.iter().filter(|file| is_elsewhere(&file.path)) {
        let manifest = file.path.ends_with("/Cargo.toml");
        for (number, line) in file.lines().filter(|_| manifest || file.is_rust()) {
            let name = crates.iter().find(|name| {
                line.contains(name.as_str()) || line.contains(&name.replace('-', "_"))
            });
            broken.extend(name.map(|name| format!("{}:{number} knows {name}", file.path)));
        }
    }
    none("single providers are known to the list alone", &broken);
}

#[test]
fn shared_code_does_not_ask_which_provider_it_is() {
    // A text that is exactly a provider's own word. Tests, comments and prose may name providers.
    let words = PROVIDERS.iter().flat_map(|provider| {
        let own = [provider.slug(), provider.name(), provider.key_prefix()];
        own.into_iter().chain(provider.aliases().iter().copied())
    });
    let quoted: Vec<_> = words.flat_map(|w| [format!("\"{w}\""), format!("'{w}'")]).collect();
    assert!(quoted.len() >= 12, "{quoted:?}");
    let migrations = FILES.iter().filter(|file| file.path.starts_with("migrations/"));
    let code = FILES.iter().filter(|file| is_elsewhere(&file.path) && file.is_rust());
    let mut broken = Vec::new();
    for file in code.chain(migrations) {
        for (number, line) in file.code().filter(|(_, line)| !line.trim().starts_with("//")) {
            let word = quoted.iter().find(|word| line.contains(word.as_str()));
            broken.extend(word.map(|word| format!("{}:{number} says {word}", file.path)));
        }
    }
    none("shared code reads the list; if it must know more, extend the contract", &broken);
}
