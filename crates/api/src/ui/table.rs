//! Every page and every form: its address and who may use it. The router and the door are made of this
//! table; there is no other.

use actix_web::http::Method;
use actix_web::{FromRequest, Handler, Responder, Route};
use watchbell_model::Scope;

use super::{
    account, deliveries, incidents, integrations, live, overview, records, sign_in, welcome,
};
use crate::rest::operation::Access::{self, Anyone, Needs, Open};

/// One row of the table.
pub(super) struct Page {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) route: Route,
}

/// The table.
pub(super) fn pages() -> Vec<Page> {
    let mut all = work();
    all.extend(set_up());
    all.extend(connections());
    all.extend(records());
    all
}

/// What people work with day and night.
fn work() -> Vec<Page> {
    let (read, write) = (Needs(Scope::IncidentsRead), Needs(Scope::IncidentsWrite));
    let (log, replay) = (Needs(Scope::DeliveriesRead), Needs(Scope::DeliveriesReplay));
    vec![
        get("/sign-in", Open, sign_in::show),
        post("/sign-in", Open, sign_in::sign_in),
        get("/sign-in/{token}", Open, sign_in::link::show),
        post("/sign-in/{token}", Open, sign_in::link::choose),
        post("/sign-out", Anyone, sign_in::sign_out),
        get("/account", Anyone, account::show),
        post("/account/password", Anyone, account::password),
        post("/account/sign-out", Anyone, account::sign_out_everywhere),
        get("/", read, overview::show),
        get("/live", Anyone, live::stream),
        get("/deliveries", log, deliveries::list),
        get("/deliveries/{id}", log, deliveries::detail::show),
        post("/deliveries/{id}/rehearse", replay, deliveries::replay::rehearse),
        post("/deliveries/{id}/replay", replay, deliveries::replay::run),
        get("/incidents", read, incidents::list),
        post("/incidents", write, incidents::open::open),
        get("/incidents/new", write, incidents::open::show),
        get("/incidents/{number}", read, incidents::detail::show),
        post("/incidents/{number}/acknowledge", write, incidents::change::acknowledge),
        post("/incidents/{number}/status", write, incidents::change::status),
        post("/incidents/{number}/severity", write, incidents::change::severity),
        post("/incidents/{number}/assign", write, incidents::change::assign),
        post("/incidents/{number}/comments", write, incidents::change::comment),
        post("/incidents/{number}/texts", write, incidents::change::texts),
        post("/incidents/{number}/enrichment/retry", write, incidents::known::ask_again),
        post("/incidents/{number}/link-issue", write, incidents::known::link),
        post("/incidents/{number}/unlink-issue", write, incidents::known::unlink),
    ]
}

/// Sources of alerts.
fn set_up() -> Vec<Page> {
    let (sources, set_up) = (Needs(Scope::IntegrationsRead), Needs(Scope::IntegrationsWrite));
    let keys = Needs(Scope::IntegrationsSecrets);
    vec![
        get("/welcome", set_up, welcome::show),
        post("/welcome/service", Needs(Scope::ServicesWrite), welcome::act::service),
        post("/welcome/source", keys, welcome::act::source),
        post("/welcome/test", set_up, welcome::act::test),
        get("/integrations", sources, integrations::list),
        post("/integrations", set_up, integrations::connect),
        get("/integrations/{id}", sources, integrations::detail::show),
        post("/integrations/{id}/test", set_up, integrations::act::test),
        post("/integrations/{id}/state", set_up, integrations::act::state),
        post("/integrations/{id}/settings", set_up, integrations::act::settings),
        post("/integrations/{id}/link", set_up, integrations::act::link),
        post("/integrations/{id}/unlink", set_up, integrations::act::unlink),
        post("/integrations/{id}/mapping", set_up, integrations::mapping::set),
        post("/integrations/{id}/projects", set_up, integrations::around::project_map),
        post("/integrations/{id}/projects/remove", set_up, integrations::around::project_unmap),
        post("/integrations/{id}/topics/confirm", set_up, integrations::around::topic_confirm),
        post("/integrations/{id}/reveal", keys, integrations::act::reveal),
        post("/integrations/{id}/rule-form", keys, integrations::rule_form::show),
        post("/integrations/{id}/rotate", set_up, integrations::act::rotate),
        post("/integrations/{id}/secrets", set_up, integrations::act::secret_add),
        post("/integrations/{id}/secrets/remove", set_up, integrations::act::secret_remove),
    ]
}

/// How sources are asked.
fn connections() -> Vec<Page> {
    use records::connections::{add, app, list, offers, one};
    let (see, set_up) = (Needs(Scope::IntegrationsRead), Needs(Scope::IntegrationsWrite));
    vec![
        get("/integrations/{id}/connections", see, list),
        post("/integrations/{id}/connections", set_up, add),
        post("/integrations/{id}/connections/app", set_up, app::set),
        post("/integrations/{id}/connections/app/remove", set_up, app::remove),
        get("/integrations/{id}/connections/{connection}", see, one::show),
        post("/integrations/{id}/connections/{connection}/check", set_up, one::check),
        post("/integrations/{id}/connections/{connection}/remove", set_up, one::remove),
        post("/integrations/{id}/connections/{connection}/map", set_up, one::map),
        post("/integrations/{id}/connections/{connection}/unmap", set_up, one::unmap),
        get("/integrations/{id}/connections/{connection}/projects", set_up, offers::show),
        post("/integrations/{id}/connections/{connection}/projects", set_up, offers::import),
    ]
}

/// What is set up besides, and the logs about it.
fn records() -> Vec<Page> {
    use records::{audit, keys, logs, services, settings, sources, teams, users};
    let set_up = Needs(Scope::IntegrationsWrite);
    let (service, service_set) = (Needs(Scope::ServicesRead), Needs(Scope::ServicesWrite));
    let (team, team_set) = (Needs(Scope::TeamsRead), Needs(Scope::TeamsWrite));
    let (user, user_set) = (Needs(Scope::UsersRead), Needs(Scope::UsersWrite));
    let (key, key_set) = (Needs(Scope::ApiKeysRead), Needs(Scope::ApiKeysWrite));
    vec![
        get("/services", service, services::list),
        post("/services", service_set, services::add),
        get("/services/{key}", service, services::detail),
        post("/services/{key}", service_set, services::change),
        post("/services/{key}/sources", set_up, sources::add),
        post("/services/{key}/sources/link", set_up, sources::link),
        post("/services/{key}/deploy-token", service_set, services::deploys::token),
        post("/services/{key}/deploy-token/remove", service_set, services::deploys::token_remove),
        post("/services/{key}/github-secret", service_set, services::deploys::github),
        post("/services/{key}/github-secret/remove", service_set, services::deploys::github_remove),
        get("/teams", team, teams::list),
        post("/teams", team_set, teams::add),
        get("/teams/{team}", team, teams::detail),
        post("/teams/{team}", team_set, teams::change),
        post("/teams/{team}/remove", team_set, teams::remove),
        get("/users", user, users::list),
        post("/users", user_set, users::invite),
        get("/users/{user}", user, users::detail),
        post("/users/{user}", user_set, users::change),
        post("/users/{user}/link", user_set, users::new_link),
        get("/api-keys", key, keys::list),
        post("/api-keys", key_set, keys::make),
        post("/api-keys/{id}/end", key_set, keys::end),
        get("/deploys", service, logs::deploys),
        get("/audit", Needs(Scope::AuditRead), audit::list),
        get("/settings", Needs(Scope::SettingsRead), settings::show),
        post("/settings", Needs(Scope::SettingsWrite), settings::change),
    ]
}

fn get<H, Args>(path: &'static str, access: Access, handler: H) -> Page
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    page(Method::GET, path, access, handler)
}

fn post<H, Args>(path: &'static str, access: Access, handler: H) -> Page
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    page(Method::POST, path, access, handler)
}

fn page<H, Args>(method: Method, path: &'static str, access: Access, handler: H) -> Page
where
    H: Handler<Args>,
    Args: FromRequest + 'static,
    H::Output: Responder + 'static,
{
    Page { route: Route::new().method(method.clone()).to(handler), method, path, access }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of pages in the documents: each address, and who may open it.
    fn told() -> Vec<(String, String)> {
        let rows = include_str!("../../../../docs/pages.md").lines();
        let rows = rows.filter(|line| line.starts_with("| `/"));
        let rows = rows.flat_map(|line| {
            let mut cells = line.trim_matches('|').split('|').map(str::trim);
            let (addresses, who) = (cells.next().unwrap(), cells.next().unwrap());
            let one = |address: &str| (address.trim().trim_matches('`').to_owned(), who.to_owned());
            addresses.split(',').map(one).collect::<Vec<_>>()
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows
    }

    #[test]
    fn the_documents_name_every_page_and_who_may_open_it() {
        let least = |access: Access| match access {
            Open => "all".to_owned(),
            // Viewers are the least that somebody is who has signed in.
            Anyone => "viewers".to_owned(),
            Needs(scope) => format!("{}s", scope.least_role()),
        };
        let shown = pages().into_iter().filter(|page| page.method == Method::GET);
        let shown = shown.map(|page| (page.path.to_owned(), least(page.access)));
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        assert_eq!(shown, told());
    }
}
