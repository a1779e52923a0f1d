DROP INDEX jobs_enrichment;
DROP TABLE enrichments;
