//! The tables, written by hand: a test compares them with the migrated schema. Only what this crate
//! reads or writes by name.

diesel::table! {
    config_state (id) {
        id -> BigInt,
        revision -> BigInt,
    }
}

diesel::table! {
    services (id) {
        id -> Uuid,
        key -> Text,
        legacy_key -> BigInt,
        slug -> Nullable<Text>,
        name -> Text,
        description -> Nullable<Text>,
        active -> Bool,
        default_severity -> Nullable<SmallInt>,
        environment -> Text,
        kind -> Text,
        repository -> Nullable<Text>,
        url -> Nullable<Text>,
        created_at -> Timestamptz,
        team -> Nullable<Uuid>,
    }
}

diesel::table! {
    service_references (reference) {
        reference -> Text,
        service -> Uuid,
    }
}

diesel::table! {
    integrations (seq) {
        seq -> BigInt,
        id -> Uuid,
        provider -> Text,
        name -> Text,
        state -> Text,
        rate_limit -> BigInt,
        accept_over_limit -> Bool,
        default_service -> Nullable<Uuid>,
        restricted_to_links -> Bool,
        options -> Json,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    links (integration, service) {
        integration -> Uuid,
        service -> Uuid,
        position -> BigInt,
        mapping -> Json,
    }
}

diesel::table! {
    project_mappings (integration, scope, project) {
        integration -> Uuid,
        scope -> Uuid,
        project -> Text,
        service -> Uuid,
        active -> Bool,
    }
}

diesel::table! {
    subscriptions (integration, topic) {
        integration -> Uuid,
        topic -> Text,
        state -> Text,
        at -> Timestamptz,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    connections (id) {
        id -> Uuid,
        integration -> Uuid,
        mode -> Text,
        base_url -> Text,
        region_url -> Nullable<Text>,
        organization -> Text,
        organization_name -> Text,
        installation -> Nullable<Uuid>,
        scopes -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        state_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        attempts -> Integer,
        retry_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    connection_apps (integration) {
        integration -> Uuid,
        slug -> Text,
        client_id -> Text,
        base_url -> Text,
    }
}

diesel::table! {
    routing_keys (seq) {
        seq -> BigInt,
        hash -> Binary,
        integration -> Uuid,
        sealed -> Binary,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    signing_secrets (seq) {
        seq -> BigInt,
        id -> Uuid,
        integration -> Uuid,
        sealed -> Binary,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    api_keys (seq) {
        seq -> BigInt,
        id -> Uuid,
        hash -> Binary,
        name -> Text,
        hint -> Text,
        scopes -> Text,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    incidents (number) {
        number -> BigInt,
        id -> Uuid,
        integration -> Nullable<Uuid>,
        scope -> Uuid,
        dedup_key -> Nullable<Text>,
        occurrence -> Nullable<Text>,
        group_hash -> Nullable<Binary>,
        service -> Uuid,
        status -> Text,
        open -> Bool,
        severity -> SmallInt,
        worst_reported -> SmallInt,
        occurrences -> BigInt,
        version -> BigInt,
        opened_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        detected_at -> Nullable<Timestamptz>,
        acknowledged_at -> Nullable<Timestamptz>,
        acknowledged_by -> Nullable<Text>,
        test -> Bool,
        title -> Text,
        source_name -> Nullable<Text>,
        source_url -> Nullable<Text>,
        metadata -> Json,
        description -> Nullable<Text>,
        assigned_to -> Nullable<Uuid>,
        resolved_by -> Nullable<Text>,
        also_affected -> Nullable<Text>,
    }
}

diesel::table! {
    timeline (incident, id) {
        incident -> Uuid,
        id -> Uuid,
        at -> Timestamptz,
        kind -> Text,
        actor -> Text,
        delivery -> Nullable<Uuid>,
        text -> Text,
    }
}

diesel::table! {
    deliveries (id) {
        id -> Uuid,
        integration -> Uuid,
        received_at -> Timestamptz,
        outcome -> Text,
        reason -> Text,
        status -> Integer,
        duration_us -> BigInt,
        revision -> BigInt,
        repeats -> Nullable<Uuid>,
        results -> Text,
        trace -> Text,
        headers -> Text,
        body -> Nullable<Binary>,
    }
}

diesel::table! {
    delivery_keys (dedup_key, delivery) {
        dedup_key -> Text,
        delivery -> Uuid,
    }
}

diesel::table! {
    idempotency (integration, key) {
        integration -> Uuid,
        key -> Binary,
        body -> Binary,
        delivery -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    source_clocks (integration, scope, dedup_key) {
        integration -> Uuid,
        scope -> Uuid,
        dedup_key -> Text,
        clock -> Timestamptz,
        at -> Timestamptz,
    }
}

diesel::table! {
    integration_counters (integration) {
        integration -> Uuid,
        received -> BigInt,
        stored -> BigInt,
        counted -> BigInt,
        processed -> BigInt,
        ignored -> BigInt,
        duplicate -> BigInt,
        rejected -> BigInt,
        failed -> BigInt,
    }
}

diesel::table! {
    incident_numbers (year) {
        year -> BigInt,
        last -> BigInt,
    }
}
diesel::table! {
    accepted_counts (integration, server, second) {
        integration -> Uuid,
        server -> Uuid,
        second -> Timestamptz,
        deliveries -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Uuid,
        until -> Timestamptz,
    }
}

diesel::table! {
    api_requests (actor, key) {
        actor -> Text,
        key -> Binary,
        body -> Binary,
        incident -> BigInt,
        response -> Binary,
        at -> Timestamptz,
    }
}

diesel::table! {
    users (id) {
        id -> Uuid,
        email -> Text,
        folded -> Text,
        name -> Text,
        role -> Text,
        active -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    teams (id) {
        id -> Uuid,
        name -> Text,
        folded -> Text,
        description -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    team_members (team, person) {
        team -> Uuid,
        person -> Uuid,
    }
}

diesel::table! {
    instance_settings (id) {
        id -> BigInt,
        organization_name -> Nullable<Text>,
        default_severity -> Nullable<SmallInt>,
        reopen_days -> Nullable<BigInt>,
    }
}

diesel::table! {
    passwords (person) {
        person -> Uuid,
        phc -> Text,
    }
}

diesel::table! {
    sessions (hash) {
        hash -> Binary,
        person -> Uuid,
        created_at -> Timestamptz,
        last_seen_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    one_time_links (hash) {
        hash -> Binary,
        person -> Nullable<Uuid>,
        purpose -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    provider_accounts (person, issuer) {
        person -> Uuid,
        issuer -> Text,
        subject -> Text,
    }
}

diesel::table! {
    api_key_uses (key) {
        key -> Uuid,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    audit (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor -> Text,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        subject_name -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        request -> Nullable<Uuid>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        subject -> Text,
        joins -> Bool,
        payload -> Text,
        state -> Text,
        created_at -> Timestamptz,
        run_at -> Timestamptz,
        attempts -> BigInt,
        holder -> Nullable<Uuid>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    deploy_keys (seq) {
        seq -> BigInt,
        id -> Uuid,
        service -> Uuid,
        hash -> Nullable<Binary>,
        sealed -> Nullable<Binary>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    deploys (id) {
        id -> Uuid,
        service -> Uuid,
        source -> Text,
        at -> Timestamptz,
        commit_sha -> Text,
        commit_message -> Nullable<Text>,
        branch -> Nullable<Text>,
        deployed_by -> Nullable<Text>,
        environment -> Nullable<Text>,
        version -> Nullable<Text>,
        description -> Nullable<Text>,
        url -> Nullable<Text>,
        commits -> Json,
    }
}

diesel::table! {
    pushed_commits (service, head, place) {
        service -> Uuid,
        head -> Text,
        place -> BigInt,
        sha -> Text,
        message -> Nullable<Text>,
        author -> Nullable<Text>,
        made_at -> Nullable<Timestamptz>,
        files -> Json,
        pushed_at -> Timestamptz,
    }
}

diesel::table! {
    suspects (incident) {
        incident -> Uuid,
        onset -> Timestamptz,
        computed_at -> Timestamptz,
        ranked -> Json,
    }
}

diesel::table! {
    enrichments (incident) {
        incident -> Uuid,
        state -> Text,
        attempts -> BigInt,
        reason -> Nullable<Text>,
        updated_at -> Timestamptz,
        wanted -> Json,
        document -> Nullable<Json>,
    }
}

diesel::table! {
    issue_links (id) {
        id -> Uuid,
        incident -> BigInt,
        integration -> Uuid,
        scope -> Uuid,
        issue -> Text,
        short_id -> Nullable<Text>,
        url -> Nullable<Text>,
        project -> Nullable<Text>,
        origin -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        external -> Nullable<Text>,
        installation -> Nullable<Uuid>,
        created_by -> Text,
        created_by_name -> Nullable<Text>,
        created_at -> Timestamptz,
        changed_at -> Timestamptz,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sessions, users);
diesel::allow_tables_to_appear_in_same_query!(deliveries, delivery_keys);
