//! Every operation of the REST API: its address, who may call it, what it takes and gives. The
//! router, the gate and the description are made of this table; there is no other.

mod connections;
mod deploys;
mod enrichment;
mod integrations;
mod issue_links;
mod jobs;

use actix_web::http::Method;
use watchbell_model::Scope;

use super::operation::Access::{Anyone, Needs, Open};
use super::operation::Operation;
use super::{
    audit, deliveries, explain, incidents, keys, open_id, replay, services, session, settings,
    teams, users,
};
use crate::envelope::ListView;
use crate::views::{
    DeliveryDetailView, DeliveryView, IncidentDetailView, IncidentView, ServiceView,
};

/// The table.
pub(crate) fn operations() -> Vec<Operation> {
    let all = [
        session(),
        open_id(),
        incidents(),
        issue_links::operations(),
        services(),
        teams(),
        users(),
        integrations::operations(),
        connections::operations(),
        deliveries(),
        deploys::operations(),
        enrichment::operations(),
        jobs::operations(),
        keys(),
        instance(),
        not_built(),
    ];
    all.into_iter().flatten().collect()
}

/// What `If-Match` is for.
const IF_MATCH: &str = "The ETag that was seen: changes only what is still the same";

const GET: Method = Method::GET;
const POST: Method = Method::POST;
const PATCH: Method = Method::PATCH;
const PUT: Method = Method::PUT;
const DELETE: Method = Method::DELETE;

fn session() -> Vec<Operation> {
    vec![
        Operation::new::<session::VerifyView, _, _>(
            GET,
            "/auth/verify",
            Anyone,
            session::verify,
            "Say whether the key is valid, and what it may do",
        ),
        Operation::new::<session::SessionView, _, _>(
            GET,
            "/auth/session",
            Anyone,
            session::show,
            "Say who calls, and what they may do",
        ),
        Operation::new::<session::SignedInView, _, _>(
            POST,
            "/auth/sign-in",
            Open,
            session::sign_in,
            "Sign in with a password; the session is in a cookie",
        )
        .takes::<session::SignIn>(),
        Operation::new::<session::Done, _, _>(
            POST,
            "/auth/sign-out",
            Anyone,
            session::sign_out,
            "End this session",
        ),
        Operation::new::<session::Done, _, _>(
            POST,
            "/auth/sign-out-everywhere",
            Anyone,
            session::sign_out_everywhere,
            "End all of one's sessions",
        ),
        Operation::new::<session::SignedInView, _, _>(
            POST,
            "/auth/password",
            Anyone,
            session::password,
            "Change one's own password; all sessions end, and a new one begins",
        )
        .takes::<session::PasswordChange>(),
        Operation::new::<session::LinkPurposeView, _, _>(
            POST,
            "/auth/links/show",
            Open,
            session::link_show,
            "Say what a link that lets somebody in is for",
        )
        .takes::<session::LinkToken>(),
        Operation::new::<session::SignedInView, _, _>(
            POST,
            "/auth/links/use",
            Open,
            session::link_use,
            "Use such a link up: choose a password and sign in",
        )
        .takes::<session::LinkChoice>(),
    ]
}

fn open_id() -> Vec<Operation> {
    vec![
        Operation::new::<open_id::MethodsView, _, _>(
            GET,
            "/auth/methods",
            Open,
            open_id::methods,
            "Say how one may sign in",
        ),
        Operation::bare(
            GET,
            "/auth/oidc/start",
            Open,
            open_id::start,
            "Go to the identity provider to sign in there",
        )
        .query::<open_id::StartQuery>()
        .redirects(),
        Operation::bare(
            GET,
            "/auth/oidc/callback",
            Open,
            open_id::callback,
            "Come back from the identity provider; the session is in a cookie",
        )
        .redirects(),
    ]
}

fn incidents() -> Vec<Operation> {
    use incidents::change;
    let (read, write) = (Needs(Scope::IncidentsRead), Needs(Scope::IncidentsWrite));
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
            POST,
            "/incidents",
            write,
            change::create,
            "Open an incident",
        )
        .takes::<change::IncidentCreate>()
        .header(
            "Idempotency-Key",
            "The same key and body again open nothing more: the first answer comes back",
        )
        .creates(),
        Operation::new::<IncidentDetailView, _, _>(
            GET,
            "/incidents/{number}",
            read,
            incidents::detail,
            "Show an incident with its timeline and newest deliveries",
        ),
        Operation::new::<IncidentView, _, _>(
            PATCH,
            "/incidents/{number}",
            write,
            change::update,
            "Change title, description, severity, or whose it is",
        )
        .takes::<change::IncidentUpdate>(),
        Operation::new::<IncidentView, _, _>(
            POST,
            "/incidents/{number}/status",
            write,
            change::status,
            "Move it to another status",
        )
        .takes::<change::StatusSet>(),
        Operation::new::<IncidentView, _, _>(
            POST,
            "/incidents/{number}/acknowledge",
            write,
            change::acknowledge,
            "Take it",
        ),
        Operation::new::<change::EventView, _, _>(
            POST,
            "/incidents/{number}/events",
            write,
            change::comment,
            "Write something down in its timeline",
        )
        .takes::<change::Comment>()
        .creates(),
    ]
}

fn teams() -> Vec<Operation> {
    let (read, write) = (Needs(Scope::TeamsRead), Needs(Scope::TeamsWrite));
    vec![
        Operation::new::<ListView<teams::TeamView>, _, _>(
            GET,
            "/teams",
            read,
            teams::list,
            "List teams, by name",
        )
        .query::<teams::TeamQuery>(),
        Operation::new::<teams::TeamView, _, _>(POST, "/teams", write, teams::create, "Add a team")
            .takes::<teams::TeamCreate>()
            .creates(),
        Operation::new::<teams::TeamView, _, _>(
            GET,
            "/teams/{team}",
            read,
            teams::detail,
            "Show a team, by id or name",
        ),
        Operation::new::<teams::TeamView, _, _>(
            PATCH,
            "/teams/{team}",
            write,
            teams::update,
            "Change a team",
        )
        .takes::<teams::TeamUpdate>(),
        Operation::new::<teams::TeamView, _, _>(
            DELETE,
            "/teams/{team}",
            write,
            teams::remove,
            "Remove a team; its services stay, without a team",
        ),
    ]
}

fn users() -> Vec<Operation> {
    let (read, write) = (Needs(Scope::UsersRead), Needs(Scope::UsersWrite));
    vec![
        Operation::new::<ListView<users::UserView>, _, _>(
            GET,
            "/users",
            read,
            users::list,
            "List users, by e-mail address",
        )
        .query::<users::UserQuery>(),
        Operation::new::<users::UserLinkView, _, _>(
            POST,
            "/users",
            write,
            users::invite,
            "Invite somebody; gives the link that lets them in",
        )
        .takes::<users::UserInvite>()
        .creates(),
        Operation::new::<users::UserView, _, _>(
            GET,
            "/users/{user}",
            read,
            users::detail,
            "Show a user, by id or e-mail address",
        ),
        Operation::new::<users::UserView, _, _>(
            PATCH,
            "/users/{user}",
            write,
            users::update,
            "Change name or role, or whether they may sign in",
        )
        .takes::<users::UserUpdate>(),
        Operation::new::<users::UserLinkView, _, _>(
            POST,
            "/users/{user}/link",
            write,
            users::link,
            "Make a link with which they choose a new password",
        )
        .creates(),
    ]
}

fn instance() -> Vec<Operation> {
    let audit = Needs(Scope::AuditRead);
    vec![
        Operation::new::<settings::SettingsView, _, _>(
            GET,
            "/settings",
            Needs(Scope::SettingsRead),
            settings::show,
            "Show the settings of the instance",
        ),
        Operation::new::<settings::SettingsView, _, _>(
            PATCH,
            "/settings",
            Needs(Scope::SettingsWrite),
            settings::update,
            "Change settings of the instance",
        )
        .takes::<settings::SettingsUpdate>(),
        Operation::new::<audit::AuditListView, _, _>(
            GET,
            "/audit",
            audit,
            audit::list,
            "List who changed what, the newest first",
        )
        .query::<audit::AuditQuery>(),
        Operation::new::<audit::AuditView, _, _>(
            GET,
            "/audit/export",
            audit,
            audit::export,
            "Give the audit log as JSON lines, the oldest first",
        )
        .query::<audit::ExportQuery>()
        .streams("application/jsonl"),
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
        Operation::new::<ServiceView, _, _>(
            PATCH,
            "/services/{key}",
            write,
            services::update,
            "Change a service",
        )
        .takes::<services::ServiceUpdate>()
        .header("If-Match", IF_MATCH),
    ]
}

fn deliveries() -> Vec<Operation> {
    let (read, replay) = (Needs(Scope::DeliveriesRead), Needs(Scope::DeliveriesReplay));
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
        Operation::new::<explain::ExplainedView, _, _>(
            POST,
            "/explain",
            read,
            explain::explain,
            "Say what a delivery would do, step by step; writes nothing",
        )
        .takes::<explain::ExplainAsk>(),
        Operation::new::<replay::ReplayView, _, _>(
            POST,
            "/deliveries/{id}/replay",
            replay,
            replay::one,
            "Run a stored delivery again, or show what would come of it",
        )
        .may_take::<replay::ReplayOne>(),
        Operation::new::<replay::ReplayView, _, _>(
            POST,
            "/replays",
            replay,
            replay::many,
            "Run stored deliveries again, or show what would come of it",
        )
        .takes::<replay::ReplayMany>(),
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
