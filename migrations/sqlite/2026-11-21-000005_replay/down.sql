DROP INDEX deliveries_run_again;
ALTER TABLE deliveries RENAME COLUMN repeats TO duplicate_of;
