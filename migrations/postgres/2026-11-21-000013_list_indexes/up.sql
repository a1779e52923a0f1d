-- Lists are walked through from the newest on, and only as far as a page goes. So each index ends in
-- the order of its list, after what a filter says with `=`; what stands behind the order is looked at
-- without the row. A list of incidents is as many short walks as there are pairs of status and
-- severity, also one of all: an index for that alone would be written with each incident.

DROP INDEX incidents_open_list;
DROP INDEX incidents_list;

CREATE INDEX incidents_state ON incidents (status, severity, opened_at, number, ended_at);
CREATE INDEX incidents_service ON incidents (service, opened_at, number, status, severity);
CREATE INDEX incidents_assigned ON incidents (assigned_to, opened_at, number, status, severity)
    WHERE assigned_to IS NOT NULL;
CREATE INDEX incidents_resolved ON incidents (resolved_by, opened_at, number, status, severity)
    WHERE resolved_by IS NOT NULL;

CREATE INDEX deliveries_reason ON deliveries (reason, outcome, id);
