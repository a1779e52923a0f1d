//! What every crate must have.

use crate::checkout::{PACKAGES, file, none};

#[test]
fn every_crate_has_its_readme_its_documentation_and_the_lints() {
    assert!(PACKAGES.len() > 10, "cargo names the workspace's packages");
    let mut broken = Vec::new();
    for package in PACKAGES.iter() {
        let mut want = |path: &str, what: &str| {
            let path = package.path(path);
            let there = file(&path).is_some_and(|file| squeezed(&file.text).contains(what));
            if !there {
                broken.push(format!("{path} has no `{what}`"));
            }
        };
        want("Cargo.toml", "[lints] workspace = true");
        if package.folder.starts_with("crates/") {
            want("src/lib.rs", "#![doc = include_str!(\"../README.md\")]");
            want("src/lib.rs", "#![deny(missing_docs)]");
            want("README.md", &format!("# {}", package.name));
        }
    }
    none("a crate has a README that is its documentation, and the workspace's lints", &broken);
}

/// A text with every run of white space as one space.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
