//! The form of Sentry's alert rules, as every provider's form is asked for it.

use watchbell_model::Reason;
use watchbell_provider::{FormContext, NothingToChoose, RuleForm};

use crate::Sentry;
use crate::app::{AppContext, ServiceOption, ServiceProblem, app_json, settings_check};

impl RuleForm for Sentry {
    fn document(&self, context: &FormContext) -> Result<String, NothingToChoose> {
        let FormContext { address, services, extended } = context;
        let option =
            |(key, name): &(String, String)| ServiceOption { key: key.clone(), name: name.clone() };
        app_json(&AppContext {
            address: address.clone(),
            services: services.iter().map(option).collect(),
            extended: *extended,
            issue_links: false,
        })
        .map_err(|_| NothingToChoose)
    }

    fn check(
        &self,
        body: &[u8],
        service: &dyn Fn(&str) -> Result<(), Reason>,
    ) -> Result<(), String> {
        settings_check(body, &|key| {
            service(key).map_err(|reason| match reason {
                Reason::ServiceInactive => ServiceProblem::Inactive,
                Reason::ServiceNotLinked => ServiceProblem::NotLinked,
                _ => ServiceProblem::Unknown,
            })
        })
    }
}
