//! What documents must say.

use std::collections::BTreeSet;

use serde_json::Value;
use watchbell_api::Code;
use watchbell_model::Reason;

use crate::checkout::{FILES, none, text_of};

#[test]
fn every_decision_has_a_status() {
    let decisions = FILES.iter().filter(|file| {
        let name = file.path.strip_prefix("docs/adr/").unwrap_or("");
        name.starts_with(|c: char| c.is_ascii_digit()) && !name.starts_with("0000")
    });
    let mut seen = 0;
    let mut broken = Vec::new();
    for file in decisions {
        seen += 1;
        let status = file.text.lines().find_map(|line| line.strip_prefix("- Status: "));
        let known = status.is_some_and(|status| {
            ["proposed", "accepted"].contains(&status) || status.starts_with("replaced by ")
        });
        if !known {
            broken.push(format!("{}: {status:?}", file.path));
        }
    }
    assert!(seen >= 7, "the decisions were found");
    none("a decision is proposed, accepted or replaced by another", &broken);
}

#[test]
fn every_setting_is_explained_twice() {
    let manual = text_of("docs/configuration.md");
    let mut broken = Vec::new();
    let settings = settings(text_of("config/default.toml"));
    assert!(settings.len() > 20, "the settings were found");
    for (name, commented) in settings {
        if !commented {
            broken.push(format!("{name} has no comment above it in config/default.toml"));
        }
        if !manual.contains(&format!("`{name}`")) {
            broken.push(format!("`{name}` is not in docs/configuration.md"));
        }
    }
    none("a setting has a comment and a place in the manual", &broken);
}

/// Every setting as `section.key`, and whether a comment stands right above it.
fn settings(toml: &str) -> Vec<(String, bool)> {
    let mut section = "";
    let mut above = "";
    let mut settings = Vec::new();
    for line in toml.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
        } else if let Some((key, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            settings.push((format!("{section}.{key}"), above.starts_with("# ")));
        }
        above = line;
    }
    settings
}

#[test]
fn every_reason_is_listed_with_what_to_do() {
    let listed = first_cells(text_of("docs/reasons.md"));
    let known: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(listed, known, "docs/reasons.md lists every reason, and no other");
}

#[test]
fn every_error_code_is_listed_and_no_status_is_wrong() {
    let page = text_of("docs/errors.md");
    let mut broken = Vec::new();
    for code in Code::ALL {
        let row = format!("| `{}` |", code.as_str());
        let cell = page.lines().find_map(|line| line.strip_prefix(&row)?.split('|').next());
        let status = code.status().to_string();
        // A code that nothing answers with yet may stand there without its status.
        if !cell.is_some_and(|cell| cell.trim().is_empty() || cell.trim() == status) {
            broken.push(format!("{row} {status} |"));
        }
    }
    none("docs/errors.md has a row for every code", &broken);
}

/// What stands in backquotes at the beginning of a table's rows. A row without a further text that
/// says something is left out.
fn first_cells(markdown: &str) -> BTreeSet<&str> {
    let rows = markdown.lines().filter_map(|line| {
        let (name, rest) = line.strip_prefix("| `")?.split_once("` |")?;
        let cells: Vec<_> = rest.trim_end_matches('|').split('|').map(str::trim).collect();
        cells.iter().all(|cell| cell.len() > 3).then_some(name)
    });
    rows.collect()
}

#[test]
fn every_operation_of_the_api_is_listed() {
    let document: Value = serde_json::from_slice(watchbell_api::openapi_json()).unwrap();
    let mut known = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let path = path.strip_prefix("/api/v1").unwrap();
            let word = |name: &str| operation[name].as_str().unwrap_or("any").to_owned();
            let method = method.to_uppercase();
            known.insert(format!("`{method} {path}` {} {}", word("x-scope"), word("x-role")));
        }
    }
    let listed: BTreeSet<_> = text_of("docs/http-api.md")
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| ")?.split(" | ");
            let address = cells.next().filter(|cell| {
                ["`GET /", "`POST /", "`PUT /", "`PATCH /", "`DELETE /"]
                    .iter()
                    .any(|start| cell.starts_with(start))
            })?;
            let word = |cell: Option<&str>| cell.unwrap_or("any").trim_matches('`').to_owned();
            Some(format!("{address} {} {}", word(cells.next()), word(cells.next())))
        })
        .collect();
    assert_eq!(listed, known, "docs/http-api.md lists every operation with its scope and role");
}
