DROP TABLE suspects;
DROP TABLE pushed_commits;
DROP TABLE deploys;
DROP TABLE deploy_keys;
