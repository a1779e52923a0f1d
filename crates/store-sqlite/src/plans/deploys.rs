//! Lists of deploys, and what completes them.

use uuid::Uuid;
use watchbell_model::{Deploy, DeployId, DeploySource, ServiceId, Timestamp, Told};
use watchbell_store::{DeployCursor, DeployFilter, Page};

use super::Plans;
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
    let moment = Some(Timestamp::UNIX_EPOCH);
    for (filter, of) in [
        (none(), "deploys_time ("),
        (DeployFilter { service, ..none() }, "deploys_service (service=? AND "),
        (
            DeployFilter { environment: environment(), ..none() },
            "deploys_environment (environment=? AND ",
        ),
        (
            DeployFilter { service, environment: environment(), ..none() },
            "deploys_service_environment (service=? AND environment=? AND ",
        ),
    ] {
        let id = DeployId::from_uuid(Uuid::nil());
        let cursor = DeployCursor { at: Timestamp::UNIX_EPOCH, id };
        let after = Page::after(10, Some(cursor));
        let search = format!("SEARCH deploys USING INDEX {of}(at,id)<(?,?))");
        plans.check(page_of(&filter, after), &[&search]);
        let between = DeployFilter { after: moment, before: moment, ..filter };
        let search = format!("SEARCH deploys USING INDEX {of}at>? AND at<?)");
        plans.check(page_of(&between, Page::after(10, None)), &[&search]);
    }
}

#[test]
fn the_same_deploy_and_pushed_commits_are_found_by_an_index() {
    let plans = Plans::new();
    let deploy = Deploy {
        id: DeployId::from_uuid(Uuid::nil()),
        service: service(),
        source: DeploySource::Token,
        at: Timestamp::UNIX_EPOCH,
        told: Told::default(),
    };
    plans.check(
        same(&deploy, Timestamp::UNIX_EPOCH),
        &["SEARCH deploys USING INDEX deploys_service_environment \
           (service=? AND environment=? AND at>?)"],
    );
    let names = ["a".to_owned()];
    plans.check(
        under_heads(service(), &names),
        &["SEARCH pushed_commits USING PRIMARY KEY (service=? AND head=?)"],
    );
    plans.check(
        alone(service(), &names),
        &[
            "SEARCH pushed_commits USING INDEX pushed_commits_sha (sha=?)",
            "USE TEMP B-TREE FOR LAST TERM OF ORDER BY",
        ],
    );
}
