"""AWS Glue: the Data Catalog with its optimistic lock, and jobs whose runs really run."""
