DROP INDEX deliveries_reason;
DROP INDEX incidents_resolved;
DROP INDEX incidents_assigned;
DROP INDEX incidents_service;
DROP INDEX incidents_state;
CREATE INDEX incidents_list ON incidents (opened_at, number, status, severity, ended_at);
CREATE INDEX incidents_open_list ON incidents (opened_at, number, status, severity) WHERE open;
