DROP TABLE api_requests;
ALTER TABLE incidents DROP COLUMN also_affected;
ALTER TABLE incidents DROP COLUMN resolved_by;
ALTER TABLE incidents DROP COLUMN assigned_to;
