"""What happens as LocalStack starts, before it takes requests."""

from localstack import config
from localstack.runtime import hooks


@hooks.on_infra_start()
def answer_kinesis_records_first() -> None:
    """Put the short way for Kinesis records at the beginning of the gateway's chain."""
    from localstack.aws import handlers

    from lab_localstack.kinesis.fast_path import KinesisFastPath

    handlers.preprocess_request.append(KinesisFastPath())


@hooks.on_infra_start()
def keep_s3_below_the_lab() -> None:
    """Large S3 objects go below the lab's own state: LocalStack's /tmp/localstack-s3-storage is every lab's."""
    from localstack.services.s3 import provider

    provider.DEFAULT_S3_TMP_DIR = f"{config.dirs.tmp}/s3"
