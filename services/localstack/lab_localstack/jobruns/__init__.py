"""Job runs that really run: what the providers of Glue and EMR Serverless share to execute a job with spark-submit."""
