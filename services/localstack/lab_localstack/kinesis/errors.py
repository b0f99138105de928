"""The errors of the Kinesis API that this service answers with, and AWS's words for the common ones."""

from lab_localstack.service import AwsError


def invalid_argument(message: str) -> AwsError:
    """A parameter that is well-formed and cannot be used."""
    return AwsError("InvalidArgumentException", message)


def validation(message: str) -> AwsError:
    """A parameter outside the limits of the API's model."""
    return AwsError("ValidationException", f"1 validation error detected: {message}")


def not_found(message: str) -> AwsError:
    """A stream or shard that does not exist."""
    return AwsError("ResourceNotFoundException", message)


def in_use(message: str) -> AwsError:
    """A stream that exists already."""
    return AwsError("ResourceInUseException", message)


def expired_iterator(message: str) -> AwsError:
    """An iterator that can no longer be read from: the client takes a new one."""
    return AwsError("ExpiredIteratorException", message)


def throughput_exceeded(message: str) -> AwsError:
    """Above a shard's limits: the client waits and tries again."""
    return AwsError("ProvisionedThroughputExceededException", message)
