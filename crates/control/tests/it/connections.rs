//! Connections with a server that behaves as Sentry does.

mod issues;
mod refresh;

use watchbell_control::{
    AppNew, ConnectionNew, Control, ControlError, Installing, IntegrationNew, ProjectChoice,
    ServiceNew,
};
use watchbell_model::{AuditAction, Connection, ConnectionScope, Secret};
use watchbell_outbound::{Outbound, Permit};
use watchbell_sentry_client::Client;

use crate::sentry::{Installed, SentryServer, Trouble};
use crate::{World, at, why};

const SCOPES: [&str; 3] = ["org:read", "project:read", "event:read"];

/// A world with an integration of Sentry's, and a stand-in at the same moment.
struct Source {
    world: World,
    server: SentryServer,
    client: Client,
    integration: String,
}

impl Source {
    fn new() -> Self {
        Self::over(World::new())
    }

    fn over(world: World) -> Self {
        let server = SentryServer::start();
        server.set_now(at(0).timestamp());
        let permit = Permit::new(&server.base()).unwrap();
        let client = Client::new(Outbound::new(vec![permit], "tests"));
        let new = IntegrationNew { provider: "sentry".to_owned(), ..IntegrationNew::default() };
        let integration = world.control.integration_add(&new).unwrap().view.integration.id;
        Self { world, server, client, integration: integration.to_string() }
    }

    /// With an app that organizations can install.
    fn with_app() -> Self {
        let source = Self::new();
        source.control().app_set(&source.integration, &source.app()).unwrap();
        source
    }

    fn control(&self) -> &Control {
        &self.world.control
    }

    fn app(&self) -> AppNew {
        AppNew {
            slug: SentryServer::APP_SLUG.to_owned(),
            client_id: SentryServer::CLIENT_ID.to_owned(),
            client_secret: Some(Secret::new(SentryServer::CLIENT_SECRET)),
            base_url: Some(self.server.base()),
        }
    }

    fn by_token(&self, token: &str) -> Result<Connection, ControlError> {
        let new = ConnectionNew {
            token: Secret::new(token),
            client_secret: None,
            organization: None,
            base_url: Some(self.server.base()),
        };
        self.control().connection_add(&self.client, &self.integration, &new)
    }

    /// Somebody installs the app, and an admin says yes.
    fn install(&self, organization: &str) -> (Installed, Connection) {
        let installed = self.server.install(organization);
        let connection = self.connect(&installed).unwrap();
        (installed, connection)
    }

    fn connect(&self, installed: &Installed) -> Result<Connection, ControlError> {
        let Installed { uuid, code, organization } = installed;
        let installing = Installing::new(code, uuid, organization, self.world.clock.now()).unwrap();
        self.control().installed(&self.client, &self.integration, &installing)
    }

    /// Lets time pass, here and there.
    fn wait(&self, seconds: i64) {
        self.world.wait(seconds);
        self.server.advance(seconds);
    }

    fn now(&self, id: ConnectionScope) -> Connection {
        self.control().connection(&self.integration, id).unwrap()
    }

    /// Whether the connection's token is taken.
    fn works(&self, connection: &Connection) -> bool {
        let asking =
            self.control().connection_ask(connection.integration, connection.scope()).unwrap();
        asking.is_some_and(|asking| asking.by(&self.client).organizations().is_ok())
    }

    /// `state: reason` of a connection.
    fn state(&self, id: ConnectionScope) -> String {
        let connection = self.now(id);
        format!("{}: {}", connection.state, connection.reason.unwrap_or_default())
    }
}

#[test]
fn a_pasted_token_is_checked_before_it_is_kept() {
    let source = Source::new();
    assert_eq!(
        why(source.by_token("never-a-token")),
        "token: expected a token that the source takes, got Invalid token"
    );
    let weak = source.server.internal_token("acme", &["event:read"]);
    assert_eq!(
        why(source.by_token(&weak)),
        "token: expected a token with the scopes org:read, project:read, event:read, got one without \
         org:read, project:read"
    );
    let token = source.server.internal_token("acme", &SCOPES);
    source.server.trouble("/projects/", 1, Trouble::Status(503, ""));
    assert_eq!(why(source.by_token(&token)), "Sentry has trouble of its own (status 503)");
    assert_eq!(source.control().connections(&source.integration).unwrap(), []);
    let connection = source.by_token(&token).unwrap();
    assert_eq!(
        (connection.organization.as_str(), connection.organization_name.as_str()),
        ("acme", "Acme Corp")
    );
    assert_eq!(connection.scope(), ConnectionScope::NONE, "identities stay as they are");
    assert!(source.works(&connection));
    // The next one takes its place.
    let next = source.server.internal_token("acme", &SCOPES);
    assert_eq!(source.by_token(&next).unwrap().id, connection.id);
    source.server.revoke(&token);
    assert!(source.works(&connection));
    let custom = source.world.custom();
    let new = ConnectionNew {
        token: Secret::new("whatever"),
        client_secret: None,
        organization: None,
        base_url: None,
    };
    let refused = source.control().connection_add(&source.client, &custom, &new);
    assert_eq!(
        why(refused),
        "Custom webhook is only listened to: there is nothing to connect with"
    );
}

#[test]
fn a_check_tells_why_a_connection_does_not_work() {
    let source = Source::new();
    let token = source.server.internal_token("acme", &SCOPES);
    let id = source.by_token(&token).unwrap().id;
    let check = || {
        source.control().connection_check(&source.client, &source.integration, id).unwrap();
        source.state(id)
    };
    assert_eq!(check(), "connected: ");
    source.server.trouble("/organizations/", 1, Trouble::Status(502, ""));
    assert_eq!(check(), "degraded: Sentry has trouble of its own (status 502)");
    assert_eq!(check(), "connected: ");
    source.server.revoke(&token);
    assert_eq!(check(), "disconnected: Sentry does not take the token: Invalid token");
    let told: Vec<_> = source.world.audit().into_iter().map(|entry| entry.action).collect();
    assert_eq!(
        told[told.len() - 4..],
        [
            AuditAction::ConnectionAdded,
            AuditAction::ConnectionChanged,
            AuditAction::ConnectionChanged,
            AuditAction::ConnectionChanged,
        ],
        "a check that finds nothing new is no change"
    );
    let secrets = [token.as_str(), SentryServer::CLIENT_SECRET];
    for entry in source.world.audit() {
        let text = format!("{entry:?}");
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");
    }
}

#[test]
fn organizations_are_connected_by_the_app_side_by_side() {
    let source = Source::with_app();
    source.server.organization("other", "Other Ltd", &["a", "b", "c"]);
    let (installed, acme) = source.install("acme");
    let (_, other) = source.install("other");
    assert_ne!(acme.id, other.id);
    assert_eq!(acme.scope(), acme.id, "each has identities of its own");
    assert!(
        source.server.is_verified(&installed.uuid) && source.works(&acme) && source.works(&other)
    );
    // A code works once.
    assert_eq!(
        why(source.connect(&installed)),
        "Sentry does not take the code (Could not find grant for given code): install the app again"
    );
    let late = source.server.install("acme");
    source.server.advance(601);
    assert_eq!(
        why(source.connect(&late)),
        "Sentry does not take the code (Grant has already expired): install the app again"
    );
    // Whoever sends somebody here with the name of another organization gets nothing.
    let lie = Installed { organization: "acme".to_owned(), ..source.server.install("other") };
    assert_eq!(
        why(source.connect(&lie)),
        "the installation is not one of acme: install the app again"
    );
    // By a token or by an app, not both.
    let token = source.server.internal_token("acme", &SCOPES);
    assert!(why(source.by_token(&token)).contains("is connected by its app"));
    assert!(why(source.control().app_remove(&source.integration)).contains("2 organizations"));
}

#[test]
fn an_organization_that_comes_back_keeps_its_connection() {
    let source = Source::with_app();
    let (installed, before) = source.install("acme");
    source.server.uninstall(&installed.uuid);
    let id = before.integration;
    assert!(source.control().connection_ended(id, &installed.uuid).unwrap());
    assert!(!source.control().connection_ended(id, &installed.uuid).unwrap(), "once");
    assert_eq!(source.state(before.id), "disconnected: the app was removed from the organization");
    assert!(!source.works(&before));
    let (_, after) = source.install("acme");
    assert_eq!((after.id, after.reason.as_deref()), (before.id, None));
    assert_ne!(after.installation, before.installation);
    assert!(source.works(&after));
    source.control().connection_remove(&source.integration, after.id).unwrap();
    source.control().app_remove(&source.integration).unwrap();
    assert_eq!(source.control().connections(&source.integration).unwrap(), []);
}

#[test]
fn projects_are_offered_with_services_that_are_called_like_them() {
    let source = Source::with_app();
    source.server.organization("other", "Other Ltd", &["shop"]);
    let (_, connection) = source.install("acme");
    let shop = source.control().service_add(&ServiceNew::named("Shop")).unwrap();
    let money = source.control().service_add(&ServiceNew::named("Money")).unwrap();
    let offers = || {
        let (client, integration) = (&source.client, &source.integration);
        let offers = source.control().connection_projects(client, integration, connection.id);
        let offers = offers.unwrap();
        assert!(offers.complete);
        let told = |offer: &watchbell_control::ProjectOffer| {
            let mapped = offer.mapped.as_ref().map(|(service, _)| service.name.clone());
            let proposed = offer.proposed.as_ref().map(|service| service.name.clone());
            format!("{} {mapped:?} {proposed:?}", offer.project)
        };
        offers.list.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(offers(), ["shop None Some(\"Shop\")", "billing None None"]);
    let choice =
        |project: &str, service: String| ProjectChoice { project: project.to_owned(), service };
    let import = |choices: &[ProjectChoice]| {
        source.control().connection_import(&source.integration, connection.id, choices)
    };
    let wrong =
        import(&[choice("shop", shop.key.to_string()), choice("billing", "nobody".to_owned())]);
    assert_eq!(why(wrong), "projects.billing: expected the key of a service, got \"nobody\"");
    let both = [choice("Shop", shop.key.to_string()), choice("billing", money.key.to_string())];
    let view = import(&both).unwrap();
    let scopes: Vec<_> = view.integration.projects.iter().map(|one| one.scope).collect();
    assert_eq!(scopes, [connection.id, connection.id]);
    assert_eq!(offers(), ["shop Some(\"Shop\") None", "billing Some(\"Money\") None"]);
    // The same project of another organization is another one, also to whoever saw this one.
    let (_, other) = source.install("other");
    let moved = |from: ConnectionScope, to: ConnectionScope| {
        let (control, integration) = (source.control(), &source.integration);
        control.project_unmap_in(integration, from, "shop").unwrap();
        let shop = shop.key.to_string();
        control.project_map_in(integration, to, "shop", &shop, true).unwrap().0.etag
    };
    assert_ne!(moved(connection.id, other.id), view.etag);
    assert_eq!(moved(other.id, connection.id), view.etag);
    source.control().connection_remove(&source.integration, other.id).unwrap();
    // What belongs to a connection goes with it.
    source.control().connection_remove(&source.integration, connection.id).unwrap();
    let view = source.control().integration_show(&source.integration).unwrap();
    assert_eq!(view.integration.projects, []);
}
