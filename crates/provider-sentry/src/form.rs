//! The form of Sentry's alert rules, as every provider's form is asked for it.

use watchbell_model::Reason;
use watchbell_provider::{FormContext, NothingToChoose, RuleForm};

use crate::Sentry;
use crate::app::{IssueLinks, app_json, settings_check};

impl RuleForm for Sentry {
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
