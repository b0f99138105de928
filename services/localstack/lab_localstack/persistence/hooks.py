"""Where LocalStack's life and its kept state meet; pyproject.toml names these hooks."""

import logging
import sys
from dataclasses import dataclass, field

from localstack import config
from localstack.runtime import hooks
from localstack.services.plugins import SERVICE_PLUGINS

from lab_localstack.persistence.place import UnreadableStateError, state_folder
from lab_localstack.persistence.saver import Saver

LOG = logging.getLogger(__name__)

_BEFORE_ALL_OTHERS = 100
_AFTER_ALL_OTHERS = -100
_BEFORE_SERVICES_STOP = 10


@dataclass
class _Running:
    """What the hooks of one life share; there is no saver until everything has been restored."""

    saver: Saver | None = None
    restored: list[str] = field(default_factory=list)


_running = _Running()


@hooks.on_infra_start(priority=_BEFORE_ALL_OTHERS)
def keep_files_in_the_state() -> None:
    """Object bodies and metrics go to the state's folder as they are written."""
    from localstack.services.s3 import provider

    from lab_localstack.persistence.bodies import FileObjectStore

    config.dirs.data = str(state_folder())  # where the metrics' database lies; it is read when that is imported
    provider.EphemeralS3ObjectStore = FileObjectStore


@hooks.on_infra_start(priority=_BEFORE_ALL_OTHERS)
def resume_functions_when_lambda_starts() -> None:
    """Restored functions are started, and their mappings poll, once the gateway gives out their code."""
    from localstack.services.lambda_.provider import LambdaProvider

    LambdaProvider.on_before_start = LambdaProvider.on_after_state_load


@hooks.on_infra_start(priority=_AFTER_ALL_OTHERS)
def restore_state() -> None:
    """Go on from the last save, and save from now on; LocalStack does not start on a state that cannot be read."""
    from localstack.aws import handlers

    from lab_localstack.emr_serverless import store as emr_serverless
    from lab_localstack.glue import store as glue
    from lab_localstack.kinesis.provider import STREAMS
    from lab_localstack.persistence.changes import Changes
    from lab_localstack.persistence.records import RecordFolders
    from lab_localstack.persistence.restore import restore

    record_folders = RecordFolders(state_folder() / "kinesis")
    STREAMS.keep_records(record_folders)
    try:
        newest = restore()
        _running.restored = newest.services() if newest else []
    except UnreadableStateError as error:
        print(error, file=sys.stderr, flush=True)
        raise SystemExit(1) from error
    changes = Changes()
    changes.watch("glue", glue.run_states)
    changes.watch("emr-serverless", emr_serverless.run_states)
    handlers.run_custom_response_handlers.append(changes)
    _running.saver = Saver(changes, newest, record_folders)


@hooks.on_infra_ready()
def go_on() -> None:
    """Restored services go on with what they do by themselves: mappings poll, streaming jobs run."""
    if _running.saver is not None:
        _running.saver.start()
    for name in _running.restored:
        SERVICE_PLUGINS.require(name)


@hooks.on_infra_shutdown(priority=_BEFORE_SERVICES_STOP)
def save_the_last_state() -> None:
    """The state as it is when nobody outside is answered any more and everything still runs."""
    if _running.saver is None:
        return
    try:
        _running.saver.finish()
    except Exception:
        LOG.exception("The last changes could not be saved; the next start goes on without them")
