"""Brings back the newest generation before LocalStack takes requests."""

import logging

from localstack.services.plugins import SERVICE_PLUGINS, ServiceLifecycleHook

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
    states = saved.read(name)
    service_hooks = ServiceLifecycleHook() if name == _RESUMES_WHEN_IT_STARTS else service.lifecycle_hook
    service_hooks.on_before_state_load()
    try:
        put_all(containers_of(service), states)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableStateError(f"the part of {name} has another shape: {error!r}.") from error
    service_hooks.on_after_state_load()
