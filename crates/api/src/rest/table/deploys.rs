//! The part of the table that is about deploys and suspects.

use watchbell_model::Scope;

use super::{DELETE, GET, POST};
use crate::envelope::ListView;
use crate::rest::deploys;
use crate::rest::operation::Access::Needs;
use crate::rest::operation::Operation;
use crate::views::{DeployView, SuspectsView};

pub(super) fn operations() -> Vec<Operation> {
    let (read, write) = (Needs(Scope::ServicesRead), Needs(Scope::ServicesWrite));
    vec![
        Operation::new::<ListView<DeployView>, _, _>(
            GET,
            "/deploys",
            read,
            deploys::list,
            "List deploys, the newest first",
        )
        .query::<deploys::DeployQuery>(),
        Operation::new::<DeployView, _, _>(
            GET,
            "/deploys/{id}",
            read,
            deploys::detail,
            "Show a deploy with its commits",
        ),
        Operation::new::<deploys::DeployTokenView, _, _>(
            POST,
            "/services/{key}/deploy-token",
            write,
            deploys::rotate_token,
            "Give a service a new deploy token, which is shown once",
        )
        .may_take::<deploys::DeployTokenRotate>()
        .creates(),
        Operation::new::<deploys::DeployKeysRemovedView, _, _>(
            DELETE,
            "/services/{key}/deploy-token",
            write,
            deploys::remove_token,
            "Take no more deploys that are told with a token of the service's",
        ),
        Operation::new::<deploys::GithubSecretView, _, _>(
            POST,
            "/services/{key}/github-secret",
            write,
            deploys::set_github_secret,
            "Set the secret that GitHub signs the service's webhooks with",
        )
        .may_take::<deploys::GithubSecretSet>()
        .creates(),
        Operation::new::<deploys::DeployKeysRemovedView, _, _>(
            DELETE,
            "/services/{key}/github-secret",
            write,
            deploys::remove_github_secret,
            "Take no more webhooks of GitHub's for the service",
        ),
        Operation::new::<SuspectsView, _, _>(
            GET,
            "/incidents/{number}/suspects",
            Needs(Scope::IncidentsRead),
            deploys::suspects,
            "Show the deploys that an incident may have come from, with the reasons",
        ),
    ]
}
