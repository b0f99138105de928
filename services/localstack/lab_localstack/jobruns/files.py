"""A job's code, brought from S3 to the folder the job runs in."""

from pathlib import Path
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from lab_localstack.jobruns.account import Account


class CodeNotFoundError(Exception):
    """A script or library of the job is not where the job says it is."""


class CodeFiles:
    """Fetches s3:// addresses; each keeps its file name, for Python imports a zip by it."""

    def __init__(self, account: Account, directory: Path) -> None:
        self._s3 = account.client("s3")
        self._directory = directory
        self._fetched: dict[str, Path] = {}

    def fetch(self, address: str) -> Path:
        """The local copy of `address`. Raises CodeNotFoundError with a sentence when S3 refuses it."""
        if address not in self._fetched:
            self._fetched[address] = self._download(address)
        return self._fetched[address]

    def _download(self, address: str) -> Path:
        parts = urlsplit(address)
        bucket, key = parts.netloc, parts.path.lstrip("/")
        if parts.scheme not in {"s3", "s3a", "s3n"} or not bucket or not key:
            raise CodeNotFoundError(f"{address!r} is not the address of an object; write s3://bucket/key.")
        target = self._directory / str(len(self._fetched)) / Path(key).name
        target.parent.mkdir(parents=True)
        try:
            self._s3.download_file(bucket, key, str(target))
        except ClientError as error:
            raise CodeNotFoundError(f"Cannot read {address}: {error.response['Error']['Message']}.") from error
        return target
