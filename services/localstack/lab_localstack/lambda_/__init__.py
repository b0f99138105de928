"""Lambda without Docker: functions run as processes of AWS's own runtime client."""
