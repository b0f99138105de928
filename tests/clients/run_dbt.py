"""Run dbt commands in one process, for its start is slow. Each argument is a command; stops at a failure."""

import sys

from dbt.cli.main import dbtRunner

for command in sys.argv[1:]:
    result = dbtRunner().invoke(command.split())
    if not result.success:
        sys.exit(f"dbt {command}: {result.exception or 'failed'}")
