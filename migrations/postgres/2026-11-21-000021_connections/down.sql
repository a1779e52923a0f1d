DROP TABLE connection_apps;
DROP TABLE connections;
