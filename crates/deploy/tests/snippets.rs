//! What pipelines are given is what the documentation has.

use watchbell_deploy::snippet::{GITHUB_ACTIONS, GITLAB_CI};

#[test]
fn the_snippets_are_those_of_the_documentation() {
    let docs = include_str!("../../../docs/deploys.md");
    for snippet in [GITHUB_ACTIONS, GITLAB_CI] {
        assert!(docs.contains(&format!("```yaml\n{snippet}```")), "{snippet}");
    }
}

/// Whoever names a branch writes what `${{ github.… }}` puts into the text of a command.
#[test]
fn nothing_that_others_name_stands_in_the_text_of_a_command() {
    let (_, command) = GITHUB_ACTIONS.split_once("run:").unwrap();
    assert!(!command.contains("${{"), "{command}");
}
