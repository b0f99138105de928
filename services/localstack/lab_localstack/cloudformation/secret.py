"""AWS::SecretsManager::Secret with updates: LocalStack's own type lets every change of a secret pass by."""

from typing import Any

from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceRequest
from localstack.services.secretsmanager.resource_providers.aws_secretsmanager_secret import (
    SecretsManagerSecretProvider,
)

CHANGEABLE = ["SecretString", "Description", "KmsKeyId"]


class SecretResource(SecretsManagerSecretProvider):
    """A secret; a change of its value is a new version of it, as on AWS."""

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Change value, description or key. A new name is refused: it would need a new secret."""
        wanted, name = request.desired_state, (request.previous_state or {})["Name"]
        if wanted.get("Name", name) != name:
            message = f"Secret {name} cannot be renamed by an update of the local AWS."
            return ProgressEvent(OperationStatus.FAILED, resource_model={}, message=message)
        changes = {each: wanted[each] for each in CHANGEABLE if each in wanted}
        arn = request.aws_client_factory.secretsmanager.update_secret(SecretId=name, **changes)["ARN"]
        return ProgressEvent(OperationStatus.SUCCESS, resource_model={**wanted, "Name": name, "Id": arn})
