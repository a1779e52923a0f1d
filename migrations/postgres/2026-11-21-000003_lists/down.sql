DROP TABLE api_requests;
ALTER TABLE incidents
    DROP COLUMN also_affected,
    DROP COLUMN resolved_by,
    DROP COLUMN assigned_to;
