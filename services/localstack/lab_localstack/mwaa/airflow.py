"""The local Airflow's REST API, as its user: a token is fetched when needed, kept, and renewed when refused."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import requests

API = "/api/v2"
SECONDS = 30.0


class AirflowDownError(Exception):
    """Airflow does not answer, or refuses the user; the message says which and what to do."""


@dataclass(frozen=True)
class Answer:
    """Airflow's status code and its document (text where it sent no JSON)."""

    status: int
    document: Any

    @property
    def client_error(self) -> bool:
        """Whether Airflow refused the request."""
        return 400 <= self.status < 500

    @property
    def server_error(self) -> bool:
        """Whether Airflow failed."""
        return self.status >= 500


@dataclass
class Airflow:
    """One Airflow web server. Safe to use from several threads."""

    url: str
    user: str
    password: str
    _token: str | None = field(default=None, repr=False)

    @classmethod
    def of_profile(cls) -> "Airflow":
        """The Airflow of the profile: AIRFLOW_URL, AIRFLOW_USER, AIRFLOW_PASSWORD."""
        missing = [name for name in ("AIRFLOW_URL", "AIRFLOW_USER", "AIRFLOW_PASSWORD") if not os.environ.get(name)]
        if missing:
            raise AirflowDownError(f"{', '.join(missing)} not set for LocalStack: start it with `make up`")
        url, user, password = (os.environ[f"AIRFLOW_{name}"] for name in ("URL", "USER", "PASSWORD"))
        return cls(url.rstrip("/"), user, password)

    def call(self, method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> Answer:
        """Airflow's answer to a call of its stable API. Raises AirflowDownError."""
        answer = self._call(method, path, query, body, self._token or self._renew())
        if answer.status == HTTPStatus.UNAUTHORIZED:
            answer = self._call(method, path, query, body, self._renew())
        return answer

    def _call(self, method: str, path: str, query: Mapping[str, Any] | None, body: Any, token: str) -> Answer:
        return self._send(
            method, f"{API}/{path.lstrip('/')}", params=query, json=body, headers={"Authorization": f"Bearer {token}"}
        )

    def _renew(self) -> str:
        answer = self._send("POST", "/auth/token", json={"username": self.user, "password": self.password})
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            raise AirflowDownError(
                f"Airflow at {self.url} gives user {self.user} no token ({answer.status}: {answer.document}); "
                "AIRFLOW_USER and AIRFLOW_PASSWORD are in profiles/local.env"
            )
        token: str = answer.document["access_token"]
        self._token = token
        return token

    def _send(self, method: str, path: str, **parts: Any) -> Answer:
        try:
            response = requests.request(method, self.url + path, timeout=SECONDS, allow_redirects=False, **parts)
        except requests.RequestException as error:
            raise AirflowDownError(
                f"Airflow at {self.url} does not answer ({type(error).__name__}); see `make status`"
            ) from error
        return Answer(response.status_code, _document(response))


def _document(response: requests.Response) -> Any:
    if not response.content:
        return {}
    try:
        return response.json()
    except requests.JSONDecodeError:
        return {"detail": response.text}
