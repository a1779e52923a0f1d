-- A duplicate repeats the first delivery; any other may be a stored one that was run again.
ALTER TABLE deliveries RENAME COLUMN duplicate_of TO repeats;

-- Finds how often a delivery was run again.
CREATE INDEX deliveries_run_again ON deliveries (repeats, id)
    WHERE repeats IS NOT NULL AND outcome <> 'duplicate';
