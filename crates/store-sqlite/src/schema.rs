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
        id -> Binary,
        key -> Text,
        legacy_key -> BigInt,
        slug -> Nullable<Text>,
        name -> Text,
        description -> Nullable<Text>,
        active -> BigInt,
        default_severity -> Nullable<BigInt>,
        environment -> Text,
        kind -> Text,
        repository -> Nullable<Text>,
        url -> Nullable<Text>,
        created_at -> BigInt,
        team -> Nullable<Binary>,
    }
}

diesel::table! {
    service_references (reference) {
        reference -> Text,
        service -> Binary,
    }
}

diesel::table! {
    integrations (seq) {
        seq -> BigInt,
        id -> Binary,
        provider -> Text,
        name -> Text,
        state -> Text,
        rate_limit -> BigInt,
        accept_over_limit -> BigInt,
        default_service -> Nullable<Binary>,
        restricted_to_links -> BigInt,
        options -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    links (integration, service) {
        integration -> Binary,
        service -> Binary,
        position -> BigInt,
        mapping -> Text,
    }
}

diesel::table! {
    project_mappings (integration, scope, project) {
        integration -> Binary,
        scope -> Binary,
        project -> Text,
        service -> Binary,
        active -> BigInt,
    }
}

diesel::table! {
    subscriptions (integration, topic) {
        integration -> Binary,
        topic -> Text,
        state -> Text,
        at -> BigInt,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    connections (id) {
        id -> Binary,
        integration -> Binary,
        mode -> Text,
        base_url -> Text,
        region_url -> Nullable<Text>,
        organization -> Text,
        organization_name -> Text,
        installation -> Nullable<Binary>,
        scopes -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        state_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        attempts -> BigInt,
        retry_at -> Nullable<BigInt>,
        created_at -> BigInt,
        sealed -> Nullable<Binary>,
    }
}

diesel::table! {
    connection_apps (integration) {
        integration -> Binary,
        slug -> Text,
        client_id -> Text,
        base_url -> Text,
    }
}

diesel::table! {
    routing_keys (seq) {
        seq -> BigInt,
        hash -> Binary,
        integration -> Binary,
        sealed -> Binary,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    signing_secrets (seq) {
        seq -> BigInt,
        id -> Binary,
        integration -> Binary,
        sealed -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    api_keys (seq) {
        seq -> BigInt,
        id -> Binary,
        hash -> Binary,
        name -> Text,
        hint -> Text,
        scopes -> Text,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    incidents (number) {
        number -> BigInt,
        id -> Binary,
        integration -> Nullable<Binary>,
        scope -> Binary,
        dedup_key -> Nullable<Text>,
        occurrence -> Nullable<Text>,
        group_hash -> Nullable<Binary>,
        service -> Binary,
        status -> Text,
        open -> BigInt,
        severity -> BigInt,
        worst_reported -> BigInt,
        occurrences -> BigInt,
        version -> BigInt,
        opened_at -> BigInt,
        last_seen_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        detected_at -> Nullable<BigInt>,
        acknowledged_at -> Nullable<BigInt>,
        acknowledged_by -> Nullable<Text>,
        test -> BigInt,
        title -> Text,
        source_name -> Nullable<Text>,
        source_url -> Nullable<Text>,
        metadata -> Text,
        description -> Nullable<Text>,
        assigned_to -> Nullable<Binary>,
        resolved_by -> Nullable<Text>,
        also_affected -> Nullable<Text>,
    }
}

diesel::table! {
    timeline (incident, id) {
        incident -> Binary,
        id -> Binary,
        at -> BigInt,
        kind -> Text,
        actor -> Text,
        delivery -> Nullable<Binary>,
        text -> Text,
    }
}

diesel::table! {
    deliveries (seq) {
        seq -> BigInt,
        id -> Binary,
        integration -> Binary,
        received_at -> BigInt,
        outcome -> Text,
        reason -> Text,
        status -> BigInt,
        duration_us -> BigInt,
        revision -> BigInt,
        repeats -> Nullable<Binary>,
        results -> Text,
        trace -> Text,
        headers -> Text,
        body -> Nullable<Binary>,
    }
}

diesel::table! {
    delivery_keys (dedup_key, delivery) {
        dedup_key -> Text,
        delivery -> Binary,
    }
}

diesel::table! {
    idempotency (integration, key) {
        integration -> Binary,
        key -> Binary,
        body -> Binary,
        delivery -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    source_clocks (integration, scope, dedup_key) {
        integration -> Binary,
        scope -> Binary,
        dedup_key -> Text,
        clock -> BigInt,
        at -> BigInt,
    }
}

diesel::table! {
    integration_counters (integration) {
        integration -> Binary,
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
        integration -> Binary,
        server -> Binary,
        second -> BigInt,
        deliveries -> BigInt,
    }
}

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Binary,
        until -> BigInt,
    }
}

diesel::table! {
    api_requests (actor, key) {
        actor -> Text,
        key -> Binary,
        body -> Binary,
        incident -> BigInt,
        response -> Binary,
        at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> Binary,
        email -> Text,
        folded -> Text,
        name -> Text,
        role -> Text,
        active -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    teams (id) {
        id -> Binary,
        name -> Text,
        folded -> Text,
        description -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    team_members (team, person) {
        team -> Binary,
        person -> Binary,
    }
}

diesel::table! {
    instance_settings (id) {
        id -> BigInt,
        organization_name -> Nullable<Text>,
        default_severity -> Nullable<BigInt>,
        reopen_days -> Nullable<BigInt>,
    }
}

diesel::table! {
    passwords (person) {
        person -> Binary,
        phc -> Text,
    }
}

diesel::table! {
    sessions (hash) {
        hash -> Binary,
        person -> Binary,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    one_time_links (hash) {
        hash -> Binary,
        person -> Nullable<Binary>,
        purpose -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    provider_accounts (person, issuer) {
        person -> Binary,
        issuer -> Text,
        subject -> Text,
    }
}

diesel::table! {
    api_key_uses (key) {
        key -> Binary,
        used_at -> BigInt,
    }
}

diesel::table! {
    audit (id) {
        id -> Binary,
        at -> BigInt,
        actor -> Text,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        subject_name -> Text,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        request -> Nullable<Binary>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Binary,
        kind -> Text,
        subject -> Text,
        joins -> BigInt,
        payload -> Text,
        state -> Text,
        created_at -> BigInt,
        run_at -> BigInt,
        attempts -> BigInt,
        holder -> Nullable<Binary>,
        last_error -> Nullable<Text>,
    }
}

diesel::table! {
    deploy_keys (seq) {
        seq -> BigInt,
        id -> Binary,
        service -> Binary,
        hash -> Nullable<Binary>,
        sealed -> Nullable<Binary>,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    deploys (id) {
        id -> Binary,
        service -> Binary,
        source -> Text,
        at -> BigInt,
        commit_sha -> Text,
        commit_message -> Nullable<Text>,
        branch -> Nullable<Text>,
        deployed_by -> Nullable<Text>,
        environment -> Nullable<Text>,
        version -> Nullable<Text>,
        description -> Nullable<Text>,
        url -> Nullable<Text>,
        commits -> Text,
    }
}

diesel::table! {
    pushed_commits (service, head, place) {
        service -> Binary,
        head -> Text,
        place -> BigInt,
        sha -> Text,
        message -> Nullable<Text>,
        author -> Nullable<Text>,
        made_at -> Nullable<BigInt>,
        files -> Text,
        pushed_at -> BigInt,
    }
}

diesel::table! {
    suspects (incident) {
        incident -> Binary,
        onset -> BigInt,
        computed_at -> BigInt,
        ranked -> Text,
    }
}

diesel::table! {
    enrichments (incident) {
        incident -> Binary,
        state -> Text,
        attempts -> BigInt,
        reason -> Nullable<Text>,
        updated_at -> BigInt,
        wanted -> Text,
        document -> Nullable<Text>,
    }
}

diesel::table! {
    issue_links (id) {
        id -> Binary,
        incident -> BigInt,
        integration -> Binary,
        scope -> Binary,
        issue -> Text,
        short_id -> Nullable<Text>,
        url -> Nullable<Text>,
        project -> Nullable<Text>,
        origin -> Text,
        state -> Text,
        reason -> Nullable<Text>,
        external -> Nullable<Text>,
        installation -> Nullable<Binary>,
        created_by -> Text,
        created_by_name -> Nullable<Text>,
        created_at -> BigInt,
        changed_at -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(sessions, users);
diesel::allow_tables_to_appear_in_same_query!(deliveries, delivery_keys);
