"""Managed Workflows for Apache Airflow: its REST call, passed on to the Airflow that runs beside LocalStack."""
