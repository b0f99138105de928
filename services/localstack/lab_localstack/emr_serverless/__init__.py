"""EMR Serverless: Spark applications, and job runs that really run, as batches or as streams that are kept alive."""
