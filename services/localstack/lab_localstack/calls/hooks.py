"""Recording, where LAB_RECORD_CALLS names a file for it; pyproject.toml names these hooks."""

import os
from pathlib import Path

from localstack.runtime import hooks

from lab_localstack.calls.recorder import Recorder

_FILE = os.environ.get("LAB_RECORD_CALLS")

RECORDER = Recorder(Path(_FILE)) if _FILE else None


@hooks.on_infra_start()
def record_calls() -> None:
    """See every call that LocalStack answers; the short way for Kinesis records tells of its own."""
    from localstack.aws import handlers

    if RECORDER is not None:
        handlers.run_custom_response_handlers.append(RECORDER)
        RECORDER.start()


@hooks.on_infra_shutdown()
def write_the_last_calls() -> None:
    """The last second of a life is recorded too."""
    if RECORDER is not None:
        RECORDER.finish()
