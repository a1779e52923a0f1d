DROP INDEX incidents_resolved;
CREATE INDEX incidents_resolved ON incidents (resolved_by, opened_at, number, status, severity)
    WHERE resolved_by IS NOT NULL;
DROP INDEX incidents_assigned;
CREATE INDEX incidents_assigned ON incidents (assigned_to, opened_at, number, status, severity)
    WHERE assigned_to IS NOT NULL;
DROP INDEX incidents_ended;
DROP INDEX deliveries_source;
CREATE INDEX deliveries_list ON deliveries (integration, id, outcome, reason);
DROP TABLE delivery_keys;
