//! Every operation of the REST API: its address, who may call it, what it takes and gives. The
//! router, the gate and the description are made of this table; there is no other.

use actix_web::http::Method;
use watchbell_model::Scope;

use super::operation::Access::{Anyone, Needs};
use super::operation::Operation;
use super::{deliveries, incidents, integrations, keys, services, session};
use crate::envelope::ListView;
use crate::views::{
    DeliveryDetailView, DeliveryView, IncidentDetailView, IncidentView, ServiceView,
};

/// The table.
pub(crate) fn operations() -> Vec<Operation> {
    [session(), incidents(), services(), integrations(), deliveries(), keys(), not_built()]
        .into_iter()
        .flatten()
        .collect()
}

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

fn session() -> Vec<Operation> {
    vec![Operation::new::<session::VerifyView, _, _>(
        GET,
        "/auth/verify",
        Anyone,
        session::verify,
        "Say whether the key is valid, and what it may do",
    )]
}

fn incidents() -> Vec<Operation> {
    let (read, _write) = (Needs(Scope::IncidentsRead), Needs(Scope::IncidentsWrite));
    vec![
        Operation::new::<ListView<IncidentView>, _, _>(
            GET,
            "/incidents",
            read,
            incidents::list,
            "List incidents, the newest first",
        )
        .query::<incidents::IncidentQuery>(),
        Operation::new::<IncidentDetailView, _, _>(
            GET,
            "/incidents/{number}",
            read,
            incidents::detail,
            "Show an incident with its timeline",
        ),
    ]
}

fn services() -> Vec<Operation> {
    let (read, write) = (Needs(Scope::ServicesRead), Needs(Scope::ServicesWrite));
    vec![
        Operation::new::<ListView<ServiceView>, _, _>(
            GET,
            "/services",
            read,
            services::list,
            "List services",
        )
        .query::<services::ServiceQuery>(),
        Operation::new::<ServiceView, _, _>(
            POST,
            "/services",
            write,
            services::create,
            "Add a service",
        )
        .takes::<services::ServiceCreate>()
        .creates(),
        Operation::new::<ServiceView, _, _>(
            GET,
            "/services/{key}",
            read,
            services::detail,
            "Show a service, by any of its keys",
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn integrations() -> Vec<Operation> {
    use integrations::{links, secrets, topics, view};
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
        .takes::<integrations::IntegrationUpdate>(),
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
        .takes::<links::LinkSet>(),
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
        .takes::<secrets::Rotate>()
        .creates(),
        Operation::new::<secrets::SecretCreatedView, _, _>(
            POST,
            "/integrations/{id}/secrets",
            write,
            secrets::add,
            "Store a signing secret: from then on a signature is asked for",
        )
        .takes::<secrets::SecretCreate>()
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

fn deliveries() -> Vec<Operation> {
    let read = Needs(Scope::DeliveriesRead);
    vec![
        Operation::new::<ListView<DeliveryView>, _, _>(
            GET,
            "/deliveries",
            read,
            deliveries::list,
            "List deliveries, the newest first",
        )
        .query::<deliveries::DeliveryQuery>(),
        Operation::new::<DeliveryDetailView, _, _>(
            GET,
            "/deliveries/{id}",
            read,
            deliveries::detail,
            "Show a delivery with its headers, body and the steps of its decision",
        ),
    ]
}

fn keys() -> Vec<Operation> {
    let (read, write) = (Needs(Scope::ApiKeysRead), Needs(Scope::ApiKeysWrite));
    vec![
        Operation::new::<ListView<keys::ApiKeyView>, _, _>(
            GET,
            "/api-keys",
            read,
            keys::list,
            "List API keys, ended ones included",
        )
        .query::<super::words::PageQuery>(),
        Operation::new::<keys::ApiKeyCreatedView, _, _>(
            POST,
            "/api-keys",
            write,
            keys::create,
            "Make an API key, which is shown once",
        )
        .takes::<keys::ApiKeyCreate>()
        .creates(),
        Operation::new::<keys::ApiKeyView, _, _>(
            DELETE,
            "/api-keys/{id}",
            write,
            keys::revoke,
            "End an API key",
        ),
    ]
}

/// What clients of the API that this one follows may ask for, and is not built: 501.
fn not_built() -> Vec<Operation> {
    let operation = |(method, path)| {
        let summary = "Not built";
        Operation::bare(method, path, Anyone, session::not_built, summary)
    };
    let all = [
        (GET, "/on-call/current"),
        (GET, "/escalation-policies"),
        (GET, "/postmortems"),
        (POST, "/postmortems"),
        (POST, "/incidents/{number}/escalate"),
        (POST, "/incidents/{number}/page"),
    ];
    all.into_iter().map(operation).collect()
}
