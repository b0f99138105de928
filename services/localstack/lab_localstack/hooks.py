"""What happens as LocalStack starts, before it takes requests."""

import tempfile

from localstack import config
from localstack.runtime import hooks


@hooks.on_infra_start()
def answer_kinesis_records_first() -> None:
    """Put the short way for Kinesis records at the beginning of the gateway's chain."""
    from localstack.aws import handlers

    from lab_localstack.calls.hooks import RECORDER
    from lab_localstack.kinesis.fast_path import KinesisFastPath

    handlers.preprocess_request.append(KinesisFastPath(recorder=RECORDER))


@hooks.on_infra_start()
def make_streams_as_templates_say() -> None:
    """AWS::Kinesis::Stream becomes ours; of two plugins of one name the order of directories would choose."""
    from localstack.services.kinesis.resource_providers import aws_kinesis_stream

    from lab_localstack.kinesis.resource import StreamResource

    aws_kinesis_stream.KinesisStreamProvider = StreamResource


@hooks.on_infra_start()
def let_secrets_be_updated() -> None:
    """AWS::SecretsManager::Secret becomes ours, which changes a secret when its template does."""
    from localstack.services.secretsmanager.resource_providers import aws_secretsmanager_secret

    from lab_localstack.cloudformation.secret import SecretResource

    aws_secretsmanager_secret.SecretsManagerSecretProvider = SecretResource


@hooks.on_infra_start()
def make_networks_as_templates_say() -> None:
    """Five types of AWS::EC2 become ours, which keep the targets of routes, the rules of groups and the tags."""
    from localstack.services.ec2.resource_providers import (
        aws_ec2_internetgateway,
        aws_ec2_natgateway,
        aws_ec2_route,
        aws_ec2_securitygroup,
        aws_ec2_vpcendpoint,
    )

    from lab_localstack.cloudformation import ec2

    aws_ec2_internetgateway.EC2InternetGatewayProvider = ec2.InternetGateway
    aws_ec2_natgateway.EC2NatGatewayProvider = ec2.NatGateway
    aws_ec2_route.EC2RouteProvider = ec2.Route
    aws_ec2_securitygroup.EC2SecurityGroupProvider = ec2.SecurityGroup
    aws_ec2_vpcendpoint.EC2VPCEndpointProvider = ec2.VpcEndpoint


@hooks.on_infra_start()
def let_conditions_change_a_stack() -> None:
    """A stack can be updated in which conditions leave out resources, and what they leave out from now on goes."""
    from lab_localstack.cloudformation import left_out

    left_out.mend()


@hooks.on_infra_start()
def list_objects_whatever_their_names() -> None:
    """Lists of objects go on where a page ended, and after any name."""
    from lab_localstack import s3_listing

    s3_listing.mend()


@hooks.on_infra_start()
def keep_invocations_within_their_size() -> None:
    """Mappings of Kinesis streams poll with our poller, which knows how much an invocation may carry."""
    from localstack.services.lambda_.event_source_mapping import esm_worker_factory

    from lab_localstack.lambda_.stream_mapping import SizedKinesisPoller

    esm_worker_factory.KinesisPoller = SizedKinesisPoller


@hooks.on_infra_start()
def keep_temporary_files_below_the_lab() -> None:
    """Function code and large S3 objects go below the lab's own state: directories in /tmp would be shared by labs.

    The environment variable TMPDIR would do it too, but LocalStack nests its whole file system below that.
    """
    from localstack.services.s3 import provider

    tempfile.tempdir = config.dirs.tmp
    provider.DEFAULT_S3_TMP_DIR = f"{config.dirs.tmp}/s3"
