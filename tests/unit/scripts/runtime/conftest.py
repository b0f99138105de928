from tests.unit.scripts.runtime.docker_command import docker

__all__ = ["docker"]
