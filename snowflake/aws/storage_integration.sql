-- How Snowflake reads the lake's bucket on AWS: through a role that trusts Snowflake's own AWS user and this
-- integration's external id. Run by `lab deploy` where the profile's stage names an integration; the one file of this
-- folder that the local profile has no use for. Idempotent.
-- Never CREATE OR REPLACE: a replaced integration has another external id, which the role does not trust, and its stages
-- are cut off from it.
CREATE STORAGE INTEGRATION IF NOT EXISTS &{integration}
    TYPE = EXTERNAL_STAGE
    STORAGE_PROVIDER = 'S3'
    ENABLED = TRUE
    STORAGE_AWS_ROLE_ARN = '&{role_arn}'
    STORAGE_ALLOWED_LOCATIONS = ('s3://&{lake_bucket}/exports/')
    COMMENT = 'Reads the exports of the media stream';

-- For one that is there already: the role and the bucket may be another deployment's.
ALTER STORAGE INTEGRATION &{integration} SET
    ENABLED = TRUE
    STORAGE_AWS_ROLE_ARN = '&{role_arn}'
    STORAGE_ALLOWED_LOCATIONS = ('s3://&{lake_bucket}/exports/');
