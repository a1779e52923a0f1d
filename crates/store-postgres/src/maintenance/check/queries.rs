//! The checks that are a query. Each gives one text for each place where a promise is broken.

/// What can be asked about storage in SQL: `pg_amcheck` looks at every page.
pub(super) const STORAGE: &str = "
    SELECT format('index %s cannot be relied on', indexrelid::regclass)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = current_schema()::regnamespace AND NOT (indisvalid AND indisready)
    UNION ALL
    SELECT format('constraint %s of %s was never validated', conname, conrelid::regclass)
    FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace AND NOT convalidated
    UNION ALL
    SELECT format('%s pages with a wrong checksum were read', checksum_failures)
    FROM pg_stat_database
    WHERE datname = current_database() AND checksum_failures > 0
    LIMIT 100";

pub(super) const CONFIGURATION: &str = "
    SELECT format('%s revisions, the lowest is %s', count(*), coalesce(min(revision)::text, 'missing'))
    FROM config_state HAVING count(*) <> 1 OR min(revision) < 0
    UNION ALL
    SELECT format('%s rows of settings', count(*)) FROM instance_settings HAVING count(*) <> 1";

pub(super) const NAMES: &str = "
    WITH names (reference, service) AS (
        SELECT lower(key), id FROM services
        UNION SELECT 'ser-' || lpad(legacy_key::text, greatest(5, length(legacy_key::text)), '0'), id FROM services
        UNION SELECT lower(slug), id FROM services WHERE slug IS NOT NULL
    )
    SELECT format('%s does not lead to its service sid_%s', reference, replace(service::text, '-', ''))
    FROM names WHERE (reference, service) NOT IN (SELECT reference, service FROM service_references)
    UNION ALL
    SELECT format('%s leads to sid_%s, which is not called so', reference, replace(service::text, '-', ''))
    FROM service_references WHERE (reference, service) NOT IN (SELECT reference, service FROM names)
    LIMIT 100";

// Where there may be nothing it is said so: nothing is in no list, not even in an empty one.
pub(super) const CONFIGURED: &str = "
    SELECT format('a link: no int_%s', replace(integration::text, '-', '')) FROM links
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a link of int_%s: no sid_%s', replace(integration::text, '-', ''), replace(service::text, '-', ''))
    FROM links WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('a project: no int_%s', replace(integration::text, '-', '')) FROM project_mappings
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a project of int_%s: no sid_%s', replace(integration::text, '-', ''), replace(service::text, '-', ''))
    FROM project_mappings WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('a topic: no int_%s', replace(integration::text, '-', '')) FROM subscriptions
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a connection scp_%s: no int_%s', replace(id::text, '-', ''), replace(integration::text, '-', '')) FROM connections
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('an app: no int_%s', replace(integration::text, '-', '')) FROM connection_apps
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('issue link lnk_%s: no int_%s', replace(id::text, '-', ''),
                  replace(integration::text, '-', '')) FROM issue_links
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a routing key: no int_%s', replace(integration::text, '-', '')) FROM routing_keys
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('signing secret sec_%s: no int_%s', replace(id::text, '-', ''), replace(integration::text, '-', ''))
    FROM signing_secrets WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('default service of int_%s: no sid_%s', replace(id::text, '-', ''),
                  replace(default_service::text, '-', ''))
    FROM integrations
    WHERE default_service IS NOT NULL AND default_service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('name %s: no sid_%s', reference, replace(service::text, '-', '')) FROM service_references
    WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('team of sid_%s: no tea_%s', replace(id::text, '-', ''), replace(team::text, '-', ''))
    FROM services WHERE team IS NOT NULL AND team NOT IN (SELECT id FROM teams)
    UNION ALL
    SELECT format('somebody in tea_%s: no such team', replace(team::text, '-', '')) FROM team_members
    WHERE team NOT IN (SELECT id FROM teams)
    UNION ALL
    SELECT format('%s: no usr_%s', what, replace(person::text, '-', ''))
    FROM (SELECT 'somebody in a team' AS what, person FROM team_members
          UNION ALL SELECT 'a password', person FROM passwords
          UNION ALL SELECT 'a session', person FROM sessions
          UNION ALL SELECT 'an account at a provider', person FROM provider_accounts
          UNION ALL SELECT 'a link that works once', person FROM one_time_links) AS theirs
    WHERE person IS NOT NULL AND person NOT IN (SELECT id FROM users)
    UNION ALL
    SELECT format('use of an API key: no key_%s', replace(key::text, '-', '')) FROM api_key_uses
    WHERE key NOT IN (SELECT id FROM api_keys)
    UNION ALL
    SELECT format('deploy key sec_%s: no sid_%s', replace(id::text, '-', ''), replace(service::text, '-', ''))
    FROM deploy_keys WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('deploy dep_%s: no sid_%s', replace(id::text, '-', ''), replace(service::text, '-', ''))
    FROM deploys WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('pushed commits: no sid_%s', replace(service::text, '-', ''))
    FROM (SELECT DISTINCT service FROM pushed_commits
          WHERE service NOT IN (SELECT id FROM services) LIMIT 100) AS others
    UNION ALL
    SELECT format('counts: no int_%s', replace(integration::text, '-', '')) FROM integration_counters
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('deliveries: no int_%s', replace(integration::text, '-', ''))
    FROM (SELECT integration FROM deliveries
          WHERE integration NOT IN (SELECT id FROM integrations) LIMIT 100) AS strange
    UNION ALL
    SELECT format('INC-%s-%s: no int_%s', number / 10000000000, number % 10000000000,
                  replace(integration::text, '-', ''))
    FROM incidents WHERE integration IS NOT NULL AND integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('INC-%s-%s: no sid_%s', number / 10000000000, number % 10000000000,
                  replace(service::text, '-', ''))
    FROM incidents WHERE service NOT IN (SELECT id FROM services)
    LIMIT 100";

pub(super) const SUMS: &str = "
    SELECT format('int_%s: %s received, %s stored, %s counted', replace(integration::text, '-', ''),
                  received, stored, counted)
    FROM integration_counters
    WHERE received <> stored + counted
       OR received <> processed + ignored + duplicate + rejected + failed
    LIMIT 100";

pub(super) const STORED: &str = "
    SELECT format('int_%s: %s counted as stored, %s in the event log',
                  replace(integration::text, '-', ''), sum(stored), sum(logged))
    FROM (SELECT integration, stored, 0 AS logged FROM integration_counters
          UNION ALL
          SELECT integration, 0, count(*) FROM deliveries GROUP BY integration) AS numbers
    GROUP BY integration HAVING sum(stored) <> sum(logged)
    LIMIT 100";

pub(super) const OUTCOMES: &str = "
    SELECT format('int_%s: %s processed, %s ignored, %s duplicate, %s failed, %s rejected counted; '
                  || '%s, %s, %s, %s, %s in the event log', replace(integration::text, '-', ''),
                  sum(p), sum(i), sum(d), sum(f), sum(r), sum(lp), sum(li), sum(ld), sum(lf), sum(lr))
    FROM (SELECT integration, processed AS p, ignored AS i, duplicate AS d, failed AS f,
                 rejected AS r, 0 AS lp, 0 AS li, 0 AS ld, 0 AS lf, 0 AS lr
          FROM integration_counters
          UNION ALL
          SELECT integration, 0, 0, 0, 0, 0, count(*) FILTER (WHERE outcome = 'processed'), count(*) FILTER (WHERE outcome = 'ignored'),
                 count(*) FILTER (WHERE outcome = 'duplicate'), count(*) FILTER (WHERE outcome = 'failed'), count(*) FILTER (WHERE outcome = 'rejected')
          FROM deliveries GROUP BY integration) AS numbers
    GROUP BY integration
    HAVING sum(p) < sum(lp) OR sum(i) < sum(li) OR sum(d) < sum(ld) OR sum(f) < sum(lf)
        OR sum(r) < sum(lr)
    LIMIT 100";

pub(super) const REJECTED: &str = "
    SELECT format('int_%s: %s', replace(integration::text, '-', ''), count(*))
    FROM deliveries WHERE outcome = 'rejected' GROUP BY integration HAVING count(*) > 1000
    LIMIT 100";

pub(super) const ANSWERS: &str = "
    SELECT format('dlv_%s: %s, %s, answered %s, %s', replace(id::text, '-', ''), outcome, reason, status,
                  coalesce('repeats dlv_' || replace(repeats::text, '-', ''),
                           'repeats nothing'))
    FROM deliveries
    WHERE NOT CASE outcome
        WHEN 'processed' THEN status = 202 AND repeats IS DISTINCT FROM id
        WHEN 'ignored' THEN status = 202 AND repeats IS DISTINCT FROM id AND reason NOT IN
            ('created', 'reopened', 'raised', 'resolved', 'group_resolved', 'acknowledged',
             'updated', 'noted', 'duplicate_delivery', 'internal')
        WHEN 'duplicate' THEN status = 202 AND repeats IS NOT NULL
            AND reason = 'duplicate_delivery'
        WHEN 'rejected' THEN status BETWEEN 400 AND 499 AND repeats IS NULL
            AND reason NOT IN
            ('created', 'reopened', 'raised', 'resolved', 'group_resolved', 'acknowledged',
             'updated', 'noted')
        WHEN 'failed' THEN status = 202 AND repeats IS DISTINCT FROM id AND reason = 'internal'
        ELSE true
    END
    LIMIT 100";

// Where deliveries have served their time, references to them lead nowhere. What else is missing shows
// in the counts.
pub(super) const DELIVERIES: &str = "
    WITH thinned (integration) AS (
        SELECT integration FROM integration_counters AS c
        WHERE processed + ignored + duplicate + failed >
            (SELECT count(*) FROM deliveries AS d
             WHERE d.integration = c.integration AND d.outcome <> 'rejected')
    )
    SELECT format('timeline of inc_%s: no dlv_%s', replace(incident::text, '-', ''), replace(delivery::text, '-', ''))
    FROM timeline WHERE delivery IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = timeline.delivery)
      AND NOT EXISTS (SELECT 1 FROM incidents JOIN thinned USING (integration)
                      WHERE incidents.id = timeline.incident)
    UNION ALL
    SELECT format('an id that int_%s remembers: no dlv_%s', replace(integration::text, '-', ''),
                  replace(delivery::text, '-', ''))
    FROM idempotency
    WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = idempotency.delivery)
    UNION ALL
    SELECT format('dlv_%s repeats another: no dlv_%s', replace(id::text, '-', ''), replace(repeats::text, '-', ''))
    FROM deliveries AS one WHERE outcome = 'duplicate'
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = one.repeats)
      AND integration NOT IN (SELECT integration FROM thinned)
    LIMIT 100";

pub(super) const KEYS: &str = "
    SELECT format('dlv_%s is not found by key %s', replace(id::text, '-', ''), r ->> 'dedup_key')
    FROM deliveries CROSS JOIN LATERAL jsonb_array_elements(results::jsonb) AS r
    WHERE r ->> 'dedup_key' IS NOT NULL AND NOT EXISTS
        (SELECT 1 FROM delivery_keys AS k
         WHERE k.dedup_key = r ->> 'dedup_key' AND k.delivery = deliveries.id)
    UNION ALL
    SELECT format('key %s leads to dlv_%s, which is not there', dedup_key,
                  replace(delivery::text, '-', ''))
    FROM delivery_keys AS k
    WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = k.delivery)
    LIMIT 100";

// What is left out because its `open` is wrong is found by the next check.
pub(super) const IDENTITY: &str = "
    SELECT format('int_%s, key %s: %s open', replace(integration::text, '-', ''), dedup_key, count(*))
    FROM incidents
    WHERE open AND dedup_key IS NOT NULL AND integration IS NOT NULL
    GROUP BY integration, scope, dedup_key, service HAVING count(*) > 1
    LIMIT 100";

pub(super) const OPEN: &str = "
    SELECT format('INC-%s-%s: status %s, open %s, %s', number / 10000000000, number % 10000000000, status, open,
                  CASE WHEN ended_at IS NULL THEN 'without an end' ELSE 'with an end' END)
    FROM incidents
    WHERE open <> (status NOT IN ('resolved', 'closed')) OR open <> (ended_at IS NULL)
    LIMIT 100";

pub(super) const TIMES: &str = "
    SELECT format('INC-%s-%s: opened %s, last seen %s, acknowledged %s, over %s',
                  number / 10000000000, number % 10000000000, opened_at, last_seen_at,
                  coalesce(acknowledged_at::text, 'never'), coalesce(ended_at::text, 'never'))
    FROM incidents
    WHERE last_seen_at < opened_at OR acknowledged_at < opened_at OR ended_at < opened_at
    LIMIT 100";

pub(super) const OPENED: &str = "
    SELECT format('INC-%s-%s', number / 10000000000, number % 10000000000)
    FROM incidents
    WHERE NOT EXISTS (SELECT 1 FROM timeline
                      WHERE timeline.incident = incidents.id AND timeline.kind = 'opened')
    LIMIT 100";

pub(super) const LINES: &str = "
    SELECT format('tml_%s: no inc_%s', replace(id::text, '-', ''), replace(incident::text, '-', ''))
    FROM timeline
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.id = timeline.incident)
    UNION ALL
    SELECT format('suspects of inc_%s', replace(incident::text, '-', ''))
    FROM suspects
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.id = suspects.incident)
    UNION ALL
    SELECT format('enrichment of inc_%s', replace(incident::text, '-', ''))
    FROM enrichments
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.id = enrichments.incident)
    UNION ALL
    SELECT format('lnk_%s: no incident %s', replace(id::text, '-', ''), incident)
    FROM issue_links
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.number = issue_links.incident)
    LIMIT 100";

pub(super) const NUMBERS: &str = "
    SELECT format('year %s: last number %s, counter %s', y, place,
                  coalesce(incident_numbers.last::text, 'missing'))
    FROM (SELECT number / 10000000000 AS y, max(number % 10000000000) AS place
          FROM incidents GROUP BY y) AS given
    LEFT JOIN incident_numbers ON year = y
    WHERE last IS NULL OR place > last
    LIMIT 100";
