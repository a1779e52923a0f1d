DROP TABLE subscriptions;
DROP TABLE project_mappings;
