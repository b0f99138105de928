"""LocalStack with the parts of AWS that its open-source edition lacks: one sub-package per service."""
