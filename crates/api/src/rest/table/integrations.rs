//! The part of the table that is about integrations: their settings, links, keys and secrets.

use watchbell_model::Scope;

use super::{DELETE, GET, IF_MATCH, PATCH, POST, PUT};
use crate::envelope::ListView;
use crate::rest::integrations::{self, links, secrets, topics, view};
use crate::rest::operation::Access::Needs;
use crate::rest::operation::Operation;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub(super) fn operations() -> Vec<Operation> {
    type One = view::IntegrationView;
    let (read, write) = (Needs(Scope::IntegrationsRead), Needs(Scope::IntegrationsWrite));
    let reveal = Needs(Scope::IntegrationsSecrets);
    vec![
        Operation::new::<Vec<view::ProviderView>, _, _>(
            GET,
            "/providers",
            read,
            integrations::providers,
            "List the kinds of senders, with their levels and settings",
        ),
        Operation::new::<ListView<One>, _, _>(
            GET,
            "/integrations",
            read,
            integrations::list,
            "List integrations, in the order of their making",
        )
        .query::<integrations::IntegrationQuery>(),
        Operation::new::<view::IntegrationCreatedView, _, _>(
            POST,
            "/integrations",
            write,
            integrations::create,
            "Add an integration; shows its routing key",
        )
        .takes::<integrations::IntegrationCreate>()
        .creates(),
        Operation::new::<One, _, _>(
            GET,
            "/integrations/{id}",
            read,
            integrations::detail,
            "Show an integration",
        ),
        Operation::new::<One, _, _>(
            PATCH,
            "/integrations/{id}",
            write,
            integrations::update,
            "Change settings of an integration",
        )
        .takes::<integrations::IntegrationUpdate>()
        .header("If-Match", IF_MATCH),
        Operation::new::<One, _, _>(
            POST,
            "/integrations/{id}/enable",
            write,
            integrations::enable,
            "Take deliveries again",
        ),
        Operation::new::<One, _, _>(
            POST,
            "/integrations/{id}/disable",
            write,
            integrations::disable,
            "Refuse deliveries for now (403)",
        ),
        Operation::new::<One, _, _>(
            POST,
            "/integrations/{id}/disconnect",
            write,
            integrations::disconnect,
            "Answer its key like an unknown one (404); history stays",
        ),
        Operation::new::<One, _, _>(
            POST,
            "/integrations/{id}/reconnect",
            write,
            integrations::reconnect,
            "Connect it again, with the same key",
        ),
        Operation::new::<One, _, _>(
            PUT,
            "/integrations/{id}/services/{service_key}",
            write,
            links::link,
            "Link a service, or set how it reads levels",
        )
        .may_take::<links::LinkSet>()
        .header("If-Match", IF_MATCH),
        Operation::new::<One, _, _>(
            DELETE,
            "/integrations/{id}/services/{service_key}",
            write,
            links::unlink,
            "Take the link to a service away",
        ),
        Operation::new::<One, _, _>(
            PUT,
            "/integrations/{id}/projects/{project}",
            write,
            links::map_project,
            "Send a project's new incidents to a service",
        )
        .takes::<links::ProjectSet>(),
        Operation::new::<One, _, _>(
            DELETE,
            "/integrations/{id}/projects/{project}",
            write,
            links::unmap_project,
            "Take a project's mapping away",
        ),
        Operation::new::<Vec<topics::TopicView>, _, _>(
            GET,
            "/integrations/{id}/topics",
            read,
            topics::list,
            "List the topics at the source that asked to be let in",
        ),
        Operation::new::<Vec<topics::TopicView>, _, _>(
            POST,
            "/integrations/{id}/topics/confirm",
            write,
            topics::confirm,
            "Let a topic in that waits",
        )
        .takes::<topics::TopicConfirm>(),
        Operation::new::<view::IntegrationCreatedView, _, _>(
            POST,
            "/integrations/{id}/rotate",
            write,
            secrets::rotate,
            "Give it a new routing key, which is shown",
        )
        .may_take::<secrets::Rotate>()
        .creates(),
        Operation::new::<secrets::SecretCreatedView, _, _>(
            POST,
            "/integrations/{id}/secrets",
            write,
            secrets::add,
            "Store a signing secret: from then on a signature is asked for",
        )
        .may_take::<secrets::SecretCreate>()
        .creates(),
        Operation::new::<secrets::SecretsLeftView, _, _>(
            DELETE,
            "/integrations/{id}/secrets",
            write,
            secrets::remove_all,
            "Remove every signing secret: from then on no signature is asked for",
        ),
        Operation::new::<secrets::SecretsLeftView, _, _>(
            DELETE,
            "/integrations/{id}/secrets/{secret_id}",
            write,
            secrets::remove,
            "Remove a signing secret, unless it is the last",
        ),
        Operation::new::<secrets::RevealedView, _, _>(
            POST,
            "/integrations/{id}/reveal",
            reveal,
            secrets::reveal,
            "Show the routing key",
        ),
        Operation::new::<secrets::GuideView, _, _>(
            GET,
            "/integrations/{id}/guide",
            read,
            secrets::guide,
            "Say how to set up the sender",
        ),
        Operation::new::<serde_json::Value, _, _>(
            GET,
            "/integrations/{id}/rule-form",
            reveal,
            secrets::rule_form,
            "Give the document that describes the form of the source's alert rules",
        )
        .query::<secrets::RuleFormQuery>(),
    ]
}
