//! The checks that are a query. Each gives one text for each place where a promise is broken.

pub(super) const CONFIGURATION: &str = "
    SELECT format('%d revisions, the lowest is %s', count(*), coalesce(min(revision), 'missing'))
    FROM config_state HAVING count(*) <> 1 OR min(revision) < 0
    UNION ALL
    SELECT format('%d rows of settings', count(*)) FROM instance_settings HAVING count(*) <> 1";

pub(super) const NAMES: &str = "
    WITH names (reference, service) AS (
        SELECT lower(key), id FROM services
        UNION SELECT format('ser-%05d', legacy_key), id FROM services
        UNION SELECT lower(slug), id FROM services WHERE slug IS NOT NULL
    )
    SELECT format('%s does not lead to its service sid_%s', reference, lower(hex(service)))
    FROM names WHERE (reference, service) NOT IN (SELECT reference, service FROM service_references)
    UNION ALL
    SELECT format('%s leads to sid_%s, which is not called so', reference, lower(hex(service)))
    FROM service_references WHERE (reference, service) NOT IN (SELECT reference, service FROM names)
    LIMIT 100";

// Where there may be nothing it is said so: nothing is in no list, not even in an empty one.
pub(super) const CONFIGURED: &str = "
    SELECT format('a link: no int_%s', lower(hex(integration))) FROM links
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a link of int_%s: no sid_%s', lower(hex(integration)), lower(hex(service)))
    FROM links WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('a project: no int_%s', lower(hex(integration))) FROM project_mappings
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a project of int_%s: no sid_%s', lower(hex(integration)), lower(hex(service)))
    FROM project_mappings WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('a topic: no int_%s', lower(hex(integration))) FROM subscriptions
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a connection scp_%s: no int_%s', lower(hex(id)), lower(hex(integration))) FROM connections
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('an app: no int_%s', lower(hex(integration))) FROM connection_apps
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('issue link lnk_%s: no int_%s', lower(hex(id)), lower(hex(integration))) FROM issue_links
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('a routing key: no int_%s', lower(hex(integration))) FROM routing_keys
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('signing secret sec_%s: no int_%s', lower(hex(id)), lower(hex(integration)))
    FROM signing_secrets WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('default service of int_%s: no sid_%s', lower(hex(id)),
                  lower(hex(default_service)))
    FROM integrations
    WHERE default_service IS NOT NULL AND default_service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('name %s: no sid_%s', reference, lower(hex(service))) FROM service_references
    WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('team of sid_%s: no tea_%s', lower(hex(id)), lower(hex(team)))
    FROM services WHERE team IS NOT NULL AND team NOT IN (SELECT id FROM teams)
    UNION ALL
    SELECT format('somebody in tea_%s: no such team', lower(hex(team))) FROM team_members
    WHERE team NOT IN (SELECT id FROM teams)
    UNION ALL
    SELECT format('%s: no usr_%s', what, lower(hex(person)))
    FROM (SELECT 'somebody in a team' AS what, person FROM team_members
          UNION ALL SELECT 'a password', person FROM passwords
          UNION ALL SELECT 'a session', person FROM sessions
          UNION ALL SELECT 'an account at a provider', person FROM provider_accounts
          UNION ALL SELECT 'a link that works once', person FROM one_time_links)
    WHERE person IS NOT NULL AND person NOT IN (SELECT id FROM users)
    UNION ALL
    SELECT format('use of an API key: no key_%s', lower(hex(key))) FROM api_key_uses
    WHERE key NOT IN (SELECT id FROM api_keys)
    UNION ALL
    SELECT format('deploy key sec_%s: no sid_%s', lower(hex(id)), lower(hex(service)))
    FROM deploy_keys WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('deploy dep_%s: no sid_%s', lower(hex(id)), lower(hex(service)))
    FROM deploys WHERE service NOT IN (SELECT id FROM services)
    UNION ALL
    SELECT format('pushed commits: no sid_%s', lower(hex(service)))
    FROM (SELECT DISTINCT service FROM pushed_commits
          WHERE service NOT IN (SELECT id FROM services) LIMIT 100) AS others
    UNION ALL
    SELECT format('counts: no int_%s', lower(hex(integration))) FROM integration_counters
    WHERE integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('deliveries: no int_%s', lower(hex(integration)))
    FROM (SELECT integration FROM deliveries
          WHERE integration NOT IN (SELECT id FROM integrations) LIMIT 100)
    UNION ALL
    SELECT format('INC-%04d-%03d: no int_%s', number / 10000000000, number % 10000000000,
                  lower(hex(integration)))
    FROM incidents WHERE integration IS NOT NULL AND integration NOT IN (SELECT id FROM integrations)
    UNION ALL
    SELECT format('INC-%04d-%03d: no sid_%s', number / 10000000000, number % 10000000000,
                  lower(hex(service)))
    FROM incidents WHERE service NOT IN (SELECT id FROM services)
    LIMIT 100";

pub(super) const SUMS: &str = "
    SELECT format('int_%s: %d received, %d stored, %d counted', lower(hex(integration)),
                  received, stored, counted)
    FROM integration_counters
    WHERE received <> stored + counted
       OR received <> processed + ignored + duplicate + rejected + failed
    LIMIT 100";

pub(super) const STORED: &str = "
    SELECT format('int_%s: %d counted as stored, %d in the event log',
                  lower(hex(integration)), sum(stored), sum(logged))
    FROM (SELECT integration, stored, 0 AS logged FROM integration_counters
          UNION ALL
          SELECT integration, 0, count(*) FROM deliveries GROUP BY integration)
    GROUP BY integration HAVING sum(stored) <> sum(logged)
    LIMIT 100";

pub(super) const OUTCOMES: &str = "
    SELECT format('int_%s: %d processed, %d ignored, %d duplicate, %d failed, %d rejected counted; '
                  || '%d, %d, %d, %d, %d in the event log', lower(hex(integration)),
                  sum(p), sum(i), sum(d), sum(f), sum(r), sum(lp), sum(li), sum(ld), sum(lf), sum(lr))
    FROM (SELECT integration, processed AS p, ignored AS i, duplicate AS d, failed AS f,
                 rejected AS r, 0 AS lp, 0 AS li, 0 AS ld, 0 AS lf, 0 AS lr
          FROM integration_counters
          UNION ALL
          SELECT integration, 0, 0, 0, 0, 0, sum(outcome = 'processed'), sum(outcome = 'ignored'),
                 sum(outcome = 'duplicate'), sum(outcome = 'failed'), sum(outcome = 'rejected')
          FROM deliveries GROUP BY integration)
    GROUP BY integration
    HAVING sum(p) < sum(lp) OR sum(i) < sum(li) OR sum(d) < sum(ld) OR sum(f) < sum(lf)
        OR sum(r) < sum(lr)
    LIMIT 100";

pub(super) const REJECTED: &str = "
    SELECT format('int_%s: %d', lower(hex(integration)), count(*))
    FROM deliveries WHERE outcome = 'rejected' GROUP BY integration HAVING count(*) > 1000
    LIMIT 100";

pub(super) const ANSWERS: &str = "
    SELECT format('dlv_%s: %s, %s, answered %d, %s', lower(hex(id)), outcome, reason, status,
                  iif(repeats IS NULL, 'repeats nothing',
                      'repeats dlv_' || lower(hex(repeats))))
    FROM deliveries
    WHERE NOT CASE outcome
        WHEN 'processed' THEN status = 202 AND repeats IS NOT id
        WHEN 'ignored' THEN status = 202 AND repeats IS NOT id AND reason NOT IN
            ('created', 'reopened', 'raised', 'resolved', 'group_resolved', 'acknowledged',
             'updated', 'noted', 'duplicate_delivery', 'internal')
        WHEN 'duplicate' THEN status = 202 AND repeats IS NOT NULL
            AND reason = 'duplicate_delivery'
        WHEN 'rejected' THEN status BETWEEN 400 AND 499 AND repeats IS NULL
            AND reason NOT IN
            ('created', 'reopened', 'raised', 'resolved', 'group_resolved', 'acknowledged',
             'updated', 'noted')
        WHEN 'failed' THEN status = 202 AND repeats IS NOT id AND reason = 'internal'
        ELSE 1
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
    SELECT format('timeline of inc_%s: no dlv_%s', lower(hex(incident)), lower(hex(delivery)))
    FROM timeline WHERE delivery IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = timeline.delivery)
      AND NOT EXISTS (SELECT 1 FROM incidents JOIN thinned USING (integration)
                      WHERE incidents.id = timeline.incident)
    UNION ALL
    SELECT format('an id that int_%s remembers: no dlv_%s', lower(hex(integration)),
                  lower(hex(delivery)))
    FROM idempotency
    WHERE NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = idempotency.delivery)
    UNION ALL
    SELECT format('dlv_%s repeats another: no dlv_%s', lower(hex(id)), lower(hex(repeats)))
    FROM deliveries AS one WHERE outcome = 'duplicate'
      AND NOT EXISTS (SELECT 1 FROM deliveries WHERE deliveries.id = one.repeats)
      AND integration NOT IN (SELECT integration FROM thinned)
    LIMIT 100";

// Results that cannot be read are found as values.
pub(super) const KEYS: &str = "
    SELECT format('dlv_%s is not found by key %s', lower(hex(d.id)), r.value ->> 'dedup_key')
    FROM deliveries AS d, json_each(iif(json_valid(results), results, '[]')) AS r
    WHERE r.value ->> 'dedup_key' IS NOT NULL
      AND (r.value ->> 'dedup_key', d.id) NOT IN (SELECT dedup_key, delivery FROM delivery_keys)
    UNION ALL
    SELECT format('key %s leads to dlv_%s, which is not there', dedup_key, lower(hex(delivery)))
    FROM delivery_keys WHERE delivery NOT IN (SELECT id FROM deliveries)
    LIMIT 100";

// In the order of the unique index, so that nothing has to be sorted. What the index leaves out
// because its `open` is wrong is found by the next check.
pub(super) const IDENTITY: &str = "
    SELECT format('int_%s, key %s: %d open', lower(hex(integration)), dedup_key, count(*))
    FROM incidents
    WHERE open = 1 AND dedup_key IS NOT NULL AND integration IS NOT NULL
    GROUP BY integration, scope, dedup_key, service HAVING count(*) > 1
    LIMIT 100";

pub(super) const OPEN: &str = "
    SELECT format('INC-%04d-%03d: status %s, open %d, %s', number / 10000000000,
                  number % 10000000000, status, open,
                  iif(ended_at IS NULL, 'without an end', 'with an end'))
    FROM incidents
    WHERE open <> (status NOT IN ('resolved', 'closed')) OR open <> (ended_at IS NULL)
    LIMIT 100";

pub(super) const TIMES: &str = "
    SELECT format('INC-%04d-%03d: opened %d, last seen %d, acknowledged %s, over %s (microseconds)',
                  number / 10000000000, number % 10000000000, opened_at, last_seen_at,
                  coalesce(acknowledged_at, 'never'), coalesce(ended_at, 'never'))
    FROM incidents
    WHERE last_seen_at < opened_at OR acknowledged_at < opened_at OR ended_at < opened_at
    LIMIT 100";

pub(super) const OPENED: &str = "
    SELECT format('INC-%04d-%03d', number / 10000000000, number % 10000000000)
    FROM incidents
    WHERE NOT EXISTS (SELECT 1 FROM timeline
                      WHERE timeline.incident = incidents.id AND timeline.kind = 'opened')
    LIMIT 100";

pub(super) const LINES: &str = "
    SELECT format('tml_%s: no inc_%s', lower(hex(id)), lower(hex(incident)))
    FROM timeline
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.id = timeline.incident)
    UNION ALL
    SELECT format('suspects of inc_%s', lower(hex(incident)))
    FROM suspects
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.id = suspects.incident)
    UNION ALL
    SELECT format('enrichment of inc_%s', lower(hex(incident)))
    FROM enrichments
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.id = enrichments.incident)
    UNION ALL
    SELECT format('lnk_%s: no incident %d', lower(hex(id)), incident)
    FROM issue_links
    WHERE NOT EXISTS (SELECT 1 FROM incidents WHERE incidents.number = issue_links.incident)
    LIMIT 100";

pub(super) const NUMBERS: &str = "
    SELECT format('year %d: last number %d, counter %s', y, place,
                  coalesce(incident_numbers.last, 'missing'))
    FROM (SELECT number / 10000000000 AS y, max(number % 10000000000) AS place
          FROM incidents GROUP BY y)
    LEFT JOIN incident_numbers ON year = y
    WHERE last IS NULL OR place > last
    LIMIT 100";
