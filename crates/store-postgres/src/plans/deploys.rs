//! Lists of deploys, and what completes them.

use uuid::Uuid;
use watchbell_model::{Deploy, DeployId, DeploySource, ServiceId, Timestamp, Told};
use watchbell_store::{DeployCursor, DeployFilter, Page};

use super::{Plans, at, kept};
use crate::deploys::{alone, page_of, same, under_heads};

fn service() -> ServiceId {
    ServiceId::from_uuid(Uuid::nil())
}

#[test]
fn lists_of_deploys_are_walks_through_an_index() {
    let plans = Plans::new();
    let none = DeployFilter::default;
    let service = Some(service());
    let environment = || Some("production".to_owned());
    let moment: Option<Timestamp> = Some(at());
    for (filter, index) in [
        (none(), "deploys_time"),
        (DeployFilter { service, ..none() }, "deploys_service"),
        (DeployFilter { environment: environment(), ..none() }, "deploys_environment"),
        (
            DeployFilter { service, environment: environment(), ..none() },
            "deploys_service_environment",
        ),
    ] {
        let cursor = DeployCursor { at: at(), id: DeployId::from_uuid(Uuid::nil()) };
        let after = Page::after(10, Some(cursor));
        plans.readers(page_of(kept(filter.clone()), after), index);
        let between = DeployFilter { after: moment, before: moment, ..filter };
        plans.readers(page_of(kept(between), Page::after(10, None)), index);
    }
}

#[test]
fn the_same_deploy_and_pushed_commits_are_found_by_an_index() {
    let plans = Plans::new();
    let deploy = Deploy {
        id: DeployId::from_uuid(Uuid::nil()),
        service: service(),
        source: DeploySource::Token,
        at: at(),
        told: Told::default(),
    };
    plans.readers(same(kept(deploy), at()), "deploys_service");
    let names = kept(["a".to_owned()]);
    plans.readers(under_heads(service(), names), "pushed_commits_pkey");
    plans.readers(alone(service(), names), "pushed_commits_sha");
}
