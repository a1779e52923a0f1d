use watchbell_control::{
    ApiKeyNew, IntegrationNew, IntegrationSet, SecretRemove, ServiceNew, ServiceSet, SettingsSet,
    TeamNew, TeamSet, UserSet,
};
use watchbell_model::{
    Actor, AuditAction, AuditEntry, Connection, ConnectionApp, ConnectionMode, ConnectionState,
    InstanceSettings, IntegrationId, Role, Secret, SubscriptionState, Timestamp, UserId,
};
use watchbell_store::{
    AuditFilter, AuditOrder, AuditPage, ConfigChange, ConnectionRecord, DeployKeyKind,
    DeployKeyRecord, DeployProof, RoutingKeyRecord, StoredConfig, SubscriptionRecord,
};

use crate::World;

impl World {
    /// The whole audit log, the oldest entry first.
    pub(crate) fn audit(&self) -> Vec<AuditEntry> {
        let page = AuditPage { order: AuditOrder::OldestFirst, past: None, limit: 10_000 };
        self.control.audit_list(&AuditFilter::default(), page).unwrap()
    }

    fn told(&self) -> Vec<String> {
        let text = |part: &Option<String>| part.clone().unwrap_or_else(|| "-".to_owned());
        let line = |entry: &AuditEntry| {
            let AuditEntry { actor, action, subject, before, after, .. } = entry;
            let (kind, name) = (subject.kind, &subject.name);
            format!("{actor} {action} {kind} {name:?}: {} → {}", text(before), text(after))
        };
        self.audit().iter().map(line).collect()
    }
}

fn service(name: &str) -> ServiceSet {
    ServiceSet { name: Some(name.to_owned()), ..ServiceSet::default() }
}

#[test]
fn a_change_is_told_with_the_fields_that_differ_and_by_whom() {
    let world = World::new();
    world.control.service_add(&ServiceNew::named("One")).unwrap();
    let user: UserId = format!("usr_{:032x}", 7).parse().unwrap();
    let request = format!("req_{:032x}", 9).parse().unwrap();
    let control = world.control.acting(Actor::User(user), Some(request));
    control.service_set("SER-00001", &service("Two")).unwrap();
    control.service_set("SER-00001", &service("Two")).unwrap();
    let team = TeamNew { name: "Owners".to_owned(), ..TeamNew::default() };
    world.control.team_add(&team).unwrap();
    let owned = ServiceSet { team: Some(Some("Owners".to_owned())), ..ServiceSet::default() };
    world.control.service_set("SER-00001", &owned).unwrap();
    world.control.team_remove("Owners").unwrap();
    let told = world.told();
    assert_eq!(
        told[1],
        format!(r#"{user} service.changed service "Two": {{"name":"One"}} → {{"name":"Two"}}"#)
    );
    assert_eq!(world.audit()[1].request, Some(request));
    assert_eq!(
        told[3..],
        [
            r#"system service.changed service "Two": {"team":null} → {"team":"Owners"}"#,
            r#"system team.removed team "Owners": {"description":null,"members":[],"name":"Owners"} → -"#,
            r#"system service.changed service "Two": {"team":"Owners"} → {"team":null}"#,
        ]
    );
}

/// A connection with an organization at Sentry.
fn connection(integration: IntegrationId, at: Timestamp) -> ConnectionRecord {
    ConnectionRecord {
        connection: Connection {
            id: "scp_01920000000070008000000000000001".parse().unwrap(),
            integration,
            mode: ConnectionMode::OAuth,
            base_url: "https://sentry.example".to_owned(),
            region_url: None,
            organization: "acme".to_owned(),
            organization_name: "Acme".to_owned(),
            installation: None,
            scopes: Vec::new(),
            state: ConnectionState::Connected,
            reason: None,
            state_at: at,
            expires_at: None,
            attempts: 0,
            retry_at: None,
            created_at: at,
        },
        sealed: Some(vec![1]),
    }
}

/// Everything that there is to be changed, one after the other.
fn every_change(world: &World) -> Vec<ConfigChange> {
    let before = world.config();
    let StoredConfig {
        services,
        integrations,
        routing_keys,
        signing_secrets,
        api_keys,
        teams,
        users,
        ..
    } = before;
    let integration = integrations.first().unwrap().clone();
    let key = RoutingKeyRecord { hash: [7; 32], ..routing_keys.first().unwrap().clone() };
    let at = world.clock.now();
    let topic = SubscriptionRecord {
        integration: integration.id,
        subscription: watchbell_model::Subscription {
            topic: "arn".to_owned(),
            state: SubscriptionState::Confirmed,
            at,
        },
        sealed: None,
    };
    let connection = connection(integration.id, at);
    let secret = signing_secrets.first().unwrap().clone();
    let service = services.first().unwrap().id;
    let key_of = |proof| {
        let id = "sec_01920000000070008000000000000009".parse().unwrap();
        DeployKeyRecord { id, service, proof, created_at: at, expires_at: None }
    };
    let token = key_of(DeployProof::Token { hash: [1; 32] });
    let github = key_of(DeployProof::GitHub { sealed: vec![1] });
    vec![
        ConfigChange::ServiceAdd(services.first().unwrap().clone()),
        ConfigChange::ServiceSet(services.first().unwrap().clone()),
        ConfigChange::IntegrationAdd(integration.clone()),
        ConfigChange::IntegrationSet(integration.clone()),
        ConfigChange::RoutingKeyAdd(key.clone()),
        ConfigChange::RoutingKeysEnd { integration: integration.id, at },
        ConfigChange::RoutingKeyReseal { hash: key.hash, sealed: vec![1] },
        ConfigChange::SigningSecretAdd(secret.clone()),
        ConfigChange::SigningSecretReseal { id: secret.id, sealed: vec![1] },
        ConfigChange::SigningSecretRemove(secret.id),
        ConfigChange::SubscriptionSet(topic),
        ConfigChange::ConnectionSet(connection.clone()),
        ConfigChange::ConnectionRemove(connection.connection.id),
        ConfigChange::AppSet(ConnectionApp {
            integration: integration.id,
            slug: "watchbell".to_owned(),
            client_id: "a client".to_owned(),
            base_url: "https://sentry.example".to_owned(),
        }),
        ConfigChange::AppRemove(integration.id),
        ConfigChange::ApiKeyAdd(api_keys.first().unwrap().clone()),
        ConfigChange::ApiKeyRevoke { id: api_keys.first().unwrap().key.id, at },
        ConfigChange::DeployKeyAdd(token.clone()),
        ConfigChange::DeployKeyAdd(github.clone()),
        ConfigChange::DeployKeysEnd { service, kind: DeployKeyKind::Token, at },
        ConfigChange::DeployKeysEnd { service, kind: DeployKeyKind::GitHub, at },
        ConfigChange::DeployKeyReseal { id: github.id, sealed: vec![1] },
        ConfigChange::TeamAdd(teams.first().unwrap().clone()),
        ConfigChange::TeamSet(teams.first().unwrap().clone()),
        ConfigChange::TeamRemove(teams.first().unwrap().id),
        ConfigChange::UserAdd(users.first().unwrap().clone()),
        ConfigChange::UserSet(users.first().unwrap().clone()),
        ConfigChange::SettingsSet(InstanceSettings::default()),
    ]
}

/// A database with one of everything.
fn furnished() -> (World, Vec<Secret>) {
    let world = World::new();
    let service = world.control.service_add(&ServiceNew::named("One")).unwrap();
    let pasted = Secret::new("a pasted signing secret");
    let new = IntegrationNew {
        provider: "custom".to_owned(),
        secrets: vec![pasted.clone()],
        services: vec![service.key.to_string()],
        ..IntegrationNew::default()
    };
    let added = world.control.integration_add(&new).unwrap();
    let key = ApiKeyNew { name: "Key".to_owned(), scopes: Vec::new(), expires_at: None };
    let key = world.control.api_key_create(&key).unwrap();
    let member = world.member("ada@example.com");
    let team = TeamNew {
        name: "Owners".to_owned(),
        members: vec!["ada@example.com".to_owned()],
        ..TeamNew::default()
    };
    world.control.team_add(&team).unwrap();
    let routing_key = Secret::new(added.routing_key.expose());
    (world, vec![pasted, routing_key, key.token, member.token])
}

#[test]
fn every_change_of_the_configuration_is_told() {
    let (world, _) = furnished();
    // A new kind of change has to be added to the list above: without it this does not compile.
    let kind = |change: &ConfigChange| match change {
        ConfigChange::JobAdd(_) => panic!("what a change causes is no change of its own"),
        ConfigChange::ServiceAdd(_) => AuditAction::ServiceAdded,
        ConfigChange::ServiceSet(_) => AuditAction::ServiceChanged,
        ConfigChange::IntegrationAdd(_) => AuditAction::IntegrationAdded,
        ConfigChange::IntegrationSet(_) => AuditAction::IntegrationChanged,
        ConfigChange::RoutingKeyAdd(_) => AuditAction::KeyAdded,
        ConfigChange::RoutingKeysEnd { .. } => AuditAction::KeysEnded,
        ConfigChange::RoutingKeyReseal { .. } => AuditAction::KeyResealed,
        ConfigChange::SigningSecretAdd(_) => AuditAction::SecretAdded,
        ConfigChange::SigningSecretReseal { .. } => AuditAction::SecretResealed,
        ConfigChange::SigningSecretRemove(_) => AuditAction::SecretRemoved,
        ConfigChange::SubscriptionSet(_) => AuditAction::TopicChanged,
        ConfigChange::ConnectionSet(_) => AuditAction::ConnectionAdded,
        ConfigChange::ConnectionRemove(_) => AuditAction::ConnectionRemoved,
        ConfigChange::AppSet(_) => AuditAction::AppSet,
        ConfigChange::AppRemove(_) => AuditAction::AppRemoved,
        ConfigChange::ApiKeyAdd(_) => AuditAction::ApiKeyAdded,
        ConfigChange::ApiKeyRevoke { .. } => AuditAction::ApiKeyRevoked,
        ConfigChange::DeployKeyAdd(record) => match record.proof.kind() {
            DeployKeyKind::Token => AuditAction::DeployTokenAdded,
            DeployKeyKind::GitHub => AuditAction::GithubSecretAdded,
        },
        ConfigChange::DeployKeysEnd { kind, .. } => match kind {
            DeployKeyKind::Token => AuditAction::DeployTokensEnded,
            DeployKeyKind::GitHub => AuditAction::GithubSecretsEnded,
        },
        ConfigChange::DeployKeyReseal { .. } => AuditAction::GithubSecretResealed,
        ConfigChange::TeamAdd(_) => AuditAction::TeamAdded,
        ConfigChange::TeamSet(_) => AuditAction::TeamChanged,
        ConfigChange::TeamRemove(_) => AuditAction::TeamRemoved,
        ConfigChange::UserAdd(_) => AuditAction::UserAdded,
        ConfigChange::UserSet(_) => AuditAction::UserChanged,
        ConfigChange::SettingsSet(_) => AuditAction::SettingsChanged,
    };
    let changes = every_change(&world);
    let mut tried = std::collections::BTreeSet::new();
    for change in &changes {
        let entries = world.control.audit_entries(&world.config(), std::slice::from_ref(change));
        let actions: Vec<_> = entries.iter().map(|entry| entry.action).collect();
        assert_eq!(actions.first(), Some(&kind(change)), "{change:?}");
        tried.insert(kind(change));
    }
    assert_eq!(tried.len(), 28, "each kind of change is tried");
}

#[test]
fn what_people_do_is_told_and_nothing_secret_is() {
    let (world, mut secrets) = furnished();
    let control = &world.control;
    control.integration_reveal("custom").unwrap();
    let set = IntegrationSet { rate_limit: Some(5), ..IntegrationSet::default() };
    control.integration_set("custom", &set).unwrap();
    secrets
        .push(Secret::new(control.integration_rotate("custom", 60).unwrap().routing_key.expose()));
    secrets.extend(control.secret_add("custom", None).unwrap().generated);
    control.secret_remove("custom", SecretRemove::All).unwrap();
    control.api_key_revoke("Key").unwrap();
    let wrong = Secret::new("a wrong password");
    let from = "192.0.2.7".parse().unwrap();
    control.sign_in("ada@example.com", &wrong, from).unwrap_err();
    control.sign_in("typed into the wrong field", &wrong, from).unwrap_err();
    let right = Secret::new("correct horse battery");
    let member = control.sign_in("ada@example.com", &right, from).unwrap();
    control.sign_out(&member.token).unwrap();
    let (_, link) = control.user_link("ada@example.com").unwrap();
    let set = UserSet { role: Some(Role::Admin), ..UserSet::default() };
    control.user_set("ada@example.com", &set).unwrap();
    let set = TeamSet { members: Some(Vec::new()), ..TeamSet::default() };
    control.team_set("Owners", &set).unwrap();
    let set = SettingsSet { reopen_days: Some(Some(1)), ..SettingsSet::default() };
    control.settings_set(&set).unwrap();
    secrets.extend([wrong, right, link.token, member.token]);
    secrets.push(Secret::new("typed into the wrong field"));

    let told = world.told();
    let text = told.join("\n");
    for secret in &secrets {
        assert!(!text.contains(secret.expose()), "{}: {text}", secret.expose());
    }
    assert!(!text.contains("$argon2id$"), "{text}");
    let actions: Vec<_> = world.audit().iter().skip(11).map(|entry| entry.action).collect();
    let expected = [
        AuditAction::KeyRevealed,
        AuditAction::IntegrationChanged,
        AuditAction::KeysEnded,
        AuditAction::KeyAdded,
        AuditAction::SecretAdded,
        AuditAction::SecretRemoved,
        AuditAction::SecretRemoved,
        AuditAction::ApiKeyRevoked,
        AuditAction::SignInFailed,
        AuditAction::SignInFailed,
        AuditAction::SignedIn,
        AuditAction::SignedOut,
        AuditAction::LinkMade,
        AuditAction::UserChanged,
        AuditAction::TeamChanged,
        AuditAction::SettingsChanged,
    ];
    assert_eq!(actions, expected, "{text}");
}

#[test]
fn what_a_source_does_to_its_topics_is_its_own_doing() {
    let world = World::new();
    let new = IntegrationNew { provider: "cloudwatch".to_owned(), ..IntegrationNew::default() };
    let id = world.control.integration_add(&new).unwrap().view.integration.id;
    let source = world.control.acting(Actor::Integration(id), None);
    source.topic_confirmed(id, "arn:a").unwrap();
    source.topic_ended(id, "arn:a", None).unwrap();
    let told = world.told();
    assert!(told[2].starts_with(&format!("{id} topic.changed")), "{told:?}");
    assert!(
        told[3].ends_with(
            r#"{"state":"confirmed","topic":"arn:a"} → {"state":"ended","topic":"arn:a"}"#
        )
    );
}
