"""Everything this package adds to LocalStack, as pyproject.toml's entry points name it. Imports happen on first use."""

from localstack.services.cloudformation.resource_provider import CloudFormationResourceProviderPlugin
from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin
from localstack.services.lambda_.invocation.runtime_executor import RuntimeExecutor
from localstack.services.plugins import Service, aws_provider

from lab_localstack.service import serve


@aws_provider(api="kinesis", name="lab")
def kinesis() -> Service:
    """LocalStack has a "kinesis:default" already, so `start` selects this one by PROVIDER_OVERRIDE_KINESIS=lab."""
    from lab_localstack.kinesis.provider import KinesisProvider

    return serve(KinesisProvider())


@aws_provider(api="glue")
def glue() -> Service:
    from lab_localstack.glue.provider import GlueProvider

    return serve(GlueProvider())


@aws_provider(api="emr-serverless")
def emr_serverless() -> Service:
    from lab_localstack.emr_serverless.provider import EmrServerlessProvider

    return serve(EmrServerlessProvider())


@aws_provider(api="mwaa")
def mwaa() -> Service:
    from lab_localstack.mwaa.provider import MwaaProvider

    return serve(MwaaProvider())


@aws_provider(api="budgets")
def budgets() -> Service:
    from lab_localstack.budgets.provider import BudgetsProvider

    return serve(BudgetsProvider())


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """Lambda functions as processes; `start` selects it by LAMBDA_RUNTIME_EXECUTOR=process."""

    name = "process"

    def load(self) -> type[RuntimeExecutor]:
        from lab_localstack.lambda_.executor import ProcessRuntimeExecutor

        return ProcessRuntimeExecutor


class GlueDatabasePlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::Glue::Database"

    def load(self) -> None:
        from lab_localstack.cloudformation.glue_database import GlueDatabaseProvider

        self.factory = GlueDatabaseProvider


class GlueTablePlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::Glue::Table"

    def load(self) -> None:
        from lab_localstack.cloudformation.glue_table import GlueTableProvider

        self.factory = GlueTableProvider


class GlueJobPlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::Glue::Job"

    def load(self) -> None:
        from lab_localstack.cloudformation.glue_job import GlueJobProvider

        self.factory = GlueJobProvider


class EmrServerlessApplicationPlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::EMRServerless::Application"

    def load(self) -> None:
        from lab_localstack.cloudformation.emr_serverless_application import EmrServerlessApplicationProvider

        self.factory = EmrServerlessApplicationProvider


class MwaaEnvironmentPlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::MWAA::Environment"

    def load(self) -> None:
        from lab_localstack.cloudformation.mwaa_environment import MwaaEnvironmentProvider

        self.factory = MwaaEnvironmentProvider


class BudgetPlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::Budgets::Budget"

    def load(self) -> None:
        from lab_localstack.cloudformation.budget import BudgetProvider

        self.factory = BudgetProvider


class ElasticIpPlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::EC2::EIP"

    def load(self) -> None:
        from lab_localstack.cloudformation.ec2 import ElasticIp

        self.factory = ElasticIp


class SecurityGroupIngressPlugin(CloudFormationResourceProviderPlugin):
    name = "AWS::EC2::SecurityGroupIngress"

    def load(self) -> None:
        from lab_localstack.cloudformation.ec2 import SecurityGroupIngress

        self.factory = SecurityGroupIngress
