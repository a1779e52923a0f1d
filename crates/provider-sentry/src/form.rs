//! The form of Sentry's alert rules, as every provider's form is asked for it.

use watchbell_model::Reason;
use watchbell_provider::{FormContext, NothingToChoose, RuleForm};

use crate::Sentry;
use crate::app::{IssueLinks, app_json, settings_check};

/// What Sentry says about a JSON that it does not take, and because of what.
pub(crate) const REFUSALS: &[(&str, &str)] = &[
    (
        "`'elements' is a required property`",
        "a part of the JSON was pasted. It begins with `{ \"elements\": [`",
    ),
    (
        "`'uri' is a required property`",
        "the line `\"uri\": …/webhook` beside `\"type\": \"alert-rule-action\"` is missing; the one \
         under `settings` is another one",
    ),
    (
        "`alert-rule-settings` is not an allowed top-level type",
        "`settings` was moved to the top. It belongs inside the `alert-rule-action`",
    ),
];

impl RuleForm for Sentry {
    fn name(&self) -> &'static str {
        "Sentry App JSON"
    }

    fn refusals(&self) -> &'static [(&'static str, &'static str)] {
        REFUSALS
    }

    fn document(&self, context: &FormContext) -> Result<String, NothingToChoose> {
        // The plain form is the one that people know from elsewhere, and nothing more.
        let links = context.extended && context.links;
        app_json(context, if links { IssueLinks::Yes } else { IssueLinks::No })
    }

    fn check(
        &self,
        body: &[u8],
        service: &dyn Fn(&str) -> Result<(), Reason>,
    ) -> Result<(), String> {
        settings_check(body, service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_explains_each_refusal_in_the_same_words() {
        let docs = include_str!("../../../docs/troubleshooting.md");
        for (said, because) in REFUSALS {
            assert!(docs.contains(&format!("| {said} | {because} |")), "{said}");
        }
    }
}
