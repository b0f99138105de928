"""Encryption asks for no permission of a key: every key is one that AWS manages, and lets its service's users use.

A call that KMS is asked on behalf of is in no record of calls. With a key of the account's own, readers would need
kms:Decrypt and writers kms:GenerateDataKey; tests/iam/implied.py would have to ask for both.
https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk
"""

from collections.abc import Iterator
from typing import Any

from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]

from scripts import paths

KEYS = {"KeyId", "KmsKey", "KmsKeyArn", "KmsKeyId", "KmsMasterKeyId", "KMSMasterKeyID"}


def test_the_template_names_no_key_but_those_that_aws_manages() -> None:
    template = cfn_yaml.load(str(paths.ROOT / "infra" / "template.yaml"))
    named = list(keys(template["Resources"]))
    assert named
    assert [key for key in named if not str(key).startswith("alias/aws/")] == []


def keys(part: Any) -> Iterator[Any]:
    """The value of every property that names a key."""
    if isinstance(part, dict):
        yield from (value for name, value in part.items() if name in KEYS)
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from keys(each)
