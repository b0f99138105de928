from tests.unit.scripts.fake_aws import aws

__all__ = ["aws"]
