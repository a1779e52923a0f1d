//! What pipelines are given is what the documentation has.

use watchbell_deploy::snippet::{GITHUB_ACTIONS, GITLAB_CI};

#[test]
fn the_snippets_are_those_of_the_documentation() {
    let docs = include_str!("../../../docs/deploys.md");
    for snippet in [GITHUB_ACTIONS, GITLAB_CI] {
        assert!(docs.contains(&format!("```yaml\n{snippet}```")), "{snippet}");
    }
}
