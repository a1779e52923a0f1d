//! The part of the table that is about links between incidents and issues.

use watchbell_model::Scope;

use super::{DELETE, GET, POST};
use crate::rest::incidents::issue_links;
use crate::rest::operation::Access::Needs;
use crate::rest::operation::Operation;

pub(super) fn operations() -> Vec<Operation> {
    type One = issue_links::IssueLinkView;
    let (read, write) = (Needs(Scope::IncidentsRead), Needs(Scope::IncidentsWrite));
    vec![
        Operation::new::<Vec<One>, _, _>(
            GET,
            "/incidents/{number}/issue-links",
            read,
            issue_links::list,
            "List the issues at a source that an incident is linked with",
        ),
        Operation::new::<One, _, _>(
            POST,
            "/incidents/{number}/issue-links",
            write,
            issue_links::create,
            "Link an incident with an issue, and have the source told; again: have it told again",
        )
        .takes::<issue_links::IssueLinkCreate>()
        .creates(),
        Operation::new::<Vec<One>, _, _>(
            DELETE,
            "/incidents/{number}/issue-links/{link_id}",
            write,
            issue_links::remove,
            "Take a link back, and have the source told; gives those that are left",
        ),
    ]
}
