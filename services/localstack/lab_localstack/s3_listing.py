"""Lists of objects whose names hold more than letters, as `dt=2026-11-30/`.

A client that asks for encoded names, as boto3 does, gets them, but LocalStack compares the encoded name with the plain
one after which the list goes on: each page but the first lacks what sorts before it so, and so does StartAfter.
"""

from collections.abc import Callable, MutableMapping
from functools import wraps
from typing import Any
from urllib.parse import quote

from localstack.services.s3.provider import S3Provider

LISTS = ("list_objects", "list_objects_v2", "list_object_versions")
ENCODED = ("Key", "Prefix", "Delimiter", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker")
"""What S3 encodes of an answer.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, EncodingType
"""
LISTED = ("Contents", "Versions", "DeleteMarkers", "CommonPrefixes")


def mend() -> None:
    """Have names compared as they are, and encoded in the answer alone."""
    for name in LISTS:
        setattr(S3Provider, name, _plainly(getattr(S3Provider, name)))


def _plainly(stock: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(stock)
    def listed(*arguments: Any, encoding_type: str | None = None, **options: Any) -> Any:
        answer = stock(*arguments, **options)
        if encoding_type:
            for part in (answer, *(item for name in LISTED for item in answer.get(name) or ())):
                _encode(part)
            answer["EncodingType"] = encoding_type
        return answer

    return listed


def _encode(part: MutableMapping[str, Any]) -> None:
    part.update({name: quote(part[name]) for name in ENCODED if isinstance(part.get(name), str)})
