"""The settings that the template gives the two functions, and those that Lambda itself gives."""

SETTINGS = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "LAKE_BUCKET": "lake",
    "MWAA_ENVIRONMENT": "media-stream",
}
