"""Brings back the newest generation before LocalStack takes requests."""

import logging

from localstack.services.plugins import SERVICE_PLUGINS

from lab_localstack.persistence import bodies, generation
from lab_localstack.persistence.containers import containers_of, put_all
from lab_localstack.persistence.generation import Generation
from lab_localstack.persistence.place import UnreadableStateError

LOG = logging.getLogger(__name__)

_RESUMES_WHEN_IT_STARTS = "lambda"


def restore() -> Generation | None:
    """Fill every service with what was saved of it; None when nothing was. Raises UnreadableStateError."""
    generation.remove_unfinished()
    newest = generation.newest()
    if newest is not None:
        for name in newest.services():
            _restore_service(name, newest)
        LOG.info("Restored generation %s of the state.", newest.number)
    bodies.keep_only_the_living()
    return newest


def _restore_service(name: str, saved: Generation) -> None:
    service = SERVICE_PLUGINS.get_service(name)
    if service is None:
        raise UnreadableStateError(f"it holds the service {name}, which is not here.")
    containers, states = containers_of(service), saved.read(name)
    if name == _RESUMES_WHEN_IT_STARTS:
        put_all(containers, states)
        return
    service.lifecycle_hook.on_before_state_load()
    put_all(containers, states)
    service.lifecycle_hook.on_after_state_load()
