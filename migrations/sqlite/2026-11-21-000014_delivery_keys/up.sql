-- Which deliveries were about a key: written with the delivery, and forgotten with it.
CREATE TABLE delivery_keys (
    dedup_key TEXT NOT NULL CHECK (length(dedup_key) BETWEEN 1 AND 255),
    delivery BLOB NOT NULL CHECK (length(delivery) = 16),
    PRIMARY KEY (dedup_key, delivery)
) STRICT, WITHOUT ROWID;

INSERT INTO delivery_keys (dedup_key, delivery)
SELECT DISTINCT r.value ->> 'dedup_key', d.id FROM deliveries AS d, json_each(d.results) AS r
WHERE r.value ->> 'dedup_key' IS NOT NULL;

-- An integration's deliveries in the order of their ids for each reason and outcome that there is, so
-- that a rare one is found among many others.
DROP INDEX deliveries_list;
CREATE INDEX deliveries_source ON deliveries (integration, reason, outcome, id);

-- What ended within a time. Those of before and after need not be looked at where they are few.
CREATE INDEX incidents_ended ON incidents (ended_at, opened_at, number, status, severity)
    WHERE ended_at IS NOT NULL;

-- With all that is asked for together with a person.
DROP INDEX incidents_assigned;
CREATE INDEX incidents_assigned
    ON incidents (assigned_to, opened_at, number, status, severity, service)
    WHERE assigned_to IS NOT NULL;
DROP INDEX incidents_resolved;
CREATE INDEX incidents_resolved
    ON incidents (resolved_by, opened_at, number, status, severity, service)
    WHERE resolved_by IS NOT NULL;
