"""CloudFormation resource types that LocalStack would only pretend to make."""
