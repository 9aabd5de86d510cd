"""The platform's HTTP doors for the demo's people: each signs in once and is refused in words when it is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

Json = dict[str, Any]
LATE = 60.0


@dataclass(frozen=True)
class Addresses:
    """Where a platform is, and what this machine knows of its secrets."""

    urls: Mapping[str, str]
    """By the name of the service."""
    admin_password: str
    demo_password: str
    mail_folder: Path | None
    """Where the mail sink keeps what was sent; None when mail goes to a server of somebody's own."""
    client: httpx.Client = field(
        default_factory=lambda: httpx.Client(timeout=LATE, trust_env=False), repr=False
    )

    def close(self) -> None:
        self.client.close()


class Refused(Exception):
    """A door said no; `type` is the last word of the problem's type."""

    def __init__(self, request: str, status: int, body: Json) -> None:
        super().__init__(f"{request} was refused with {status}: {body.get('detail') or body}")
        self.status, self.type = status, str(body.get("type", "")).rpartition(":")[2]


class Person:
    """Somebody with an account: `person.get("registry", "/instruments")`."""

    def __init__(self, addresses: Addresses, username: str, password: str) -> None:
        self._addresses, self._credentials = addresses, {"username": username, "password": password}
        self._headers: dict[str, str] = {}
        self._sign_in()

    def _sign_in(self) -> None:
        form = {"grant_type": "password", **self._credentials}
        answer = self._addresses.client.post(f"{self._addresses.urls['registry']}/token", data=form)
        if answer.is_error:
            raise Refused(f"signing in as {self._credentials['username']}", answer.status_code, answer.json())
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def get(self, service: str, path: str, **parameters: Any) -> Any:
        return self._call("GET", service, path, params=parameters)

    def post(self, service: str, path: str, body: Json | None = None) -> Any:
        return self._call("POST", service, path, json=body)

    def put(self, service: str, path: str, body: Json) -> Any:
        return self._call("PUT", service, path, json=body)

    def all(self, service: str, path: str, **parameters: Any) -> list[Json]:
        """Every row of a list that comes page by page."""
        rows: list[Json] = []
        while page := self.get(
            service, path, limit=500, **parameters, **({"after": rows[-1]["id"]} if rows else {})
        ):
            rows += page
        return rows

    def _call(self, method: str, service: str, path: str, **request: Any) -> Any:
        url = f"{self._addresses.urls[service]}{path}"
        answer = self._addresses.client.request(method, url, headers=self._headers, **request)
        if answer.status_code == 401:  # an access token lives a quarter of an hour
            self._sign_in()
            answer = self._addresses.client.request(method, url, headers=self._headers, **request)
        if answer.is_error:
            raise Refused(f"{method} {service}{path}", answer.status_code, answer.json())
        return answer.json()
