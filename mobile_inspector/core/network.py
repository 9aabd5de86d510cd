"""The tablet's way out: one HTTP client that says in words why an answer did not come, and can be switched off."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from .refusal import Refused

TIMEOUT = httpx.Timeout(30.0, connect=10.0)


class Unreachable(Refused):
    """No answer that can be trusted: try again later with the same bytes.  `wait` is what the server asked for, in s."""

    def __init__(self, code: str, *, wait: float = 0.0, **values: object) -> None:
        super().__init__(code, field=None, **values)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Answer:
    """A status below 500 (never 429) and its JSON object; a problem+json's parts are at hand."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def problem(self) -> str:
        """The last word of the problem's type, such as "tablet-taken"; empty when the server gave none."""
        return str(self.body.get("type") or "").rpartition(":")[2]

    @property
    def detail(self) -> str:
        """The server's own sentence, or the bare status."""
        return str(self.body.get("detail") or f"HTTP {self.status}")


class Network:
    """Calls servers.  `away = True` is the inspector's flight mode: nothing leaves the tablet."""

    def __init__(self, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(transport=transport, timeout=TIMEOUT, headers={"Accept-Encoding": "gzip"})
        self.away = False
        self.metered = False  # the platform knows, and says so here: Android's ConnectivityManager
        self.spent: Callable[[int], None] = lambda count: None

    def call(self, method: str, url: str, *, token: str | None = None, **request: Any) -> Answer:
        """One request, one answer.

        Raises Unreachable: network-away (no connection, or lost in the middle), server-down (5xx), server-busy (429),
        answer-broken (cut short, or not the JSON it must be).
        """
        headers = {**request.pop("headers", {}), **_bearer(token)}
        with self._reaching():
            response = self._client.request(method, url, headers=headers, **request)
        self.spent(_bytes_of(response))
        _must_be_up(response)
        return Answer(response.status_code, _object(response), response.headers)

    def text(self, url: str, *, token: str) -> str | None:
        """The text at an address; None where there is none for this tablet.  Raises Unreachable as `call`."""
        with self._reaching():
            response = self._client.get(url, headers=_bearer(token))
        self.spent(_bytes_of(response))
        _must_be_up(response)
        return response.text if response.status_code == 200 else None

    def download(
        self,
        url: str,
        file: Path,
        *,
        token: str,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        begins: Callable[[str], None],
    ) -> Answer:
        """Writes what comes into a file: after what is there for a 206, anew for a 200; what came before a break stays.

        Args:
            begins: hears the ETag before the first byte is written.

        Raises Unreachable as `call`.
        """
        asked = {"Accept-Encoding": "identity", **headers, **_bearer(token)}
        with self._reaching(), self._client.stream("GET", url, headers=asked, params=params) as response:
            _must_be_up(response)
            if response.status_code not in (200, 206):
                response.read()
                return Answer(response.status_code, _object(response), response.headers)
            if response.status_code == 200:
                file.unlink(missing_ok=True)
            begins(response.headers.get("ETag", ""))
            try:
                with file.open("ab") as out:
                    for block in response.iter_bytes():
                        out.write(block)
            finally:
                self.spent(_bytes_of(response))
        return Answer(response.status_code, {}, response.headers)

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        if self.away:
            raise Unreachable("network-away")
        try:
            yield
        except (httpx.DecodingError, httpx.RemoteProtocolError) as error:
            raise Unreachable("answer-broken") from error
        except httpx.TimeoutException as error:
            raise Unreachable("network-slow") from error
        except httpx.HTTPError as error:
            raise Unreachable("network-away") from error

    def close(self) -> None:
        self._client.close()


def checked_url(url: str) -> str:
    """The address of a service without its last slash.  Raises Refused address-bad."""
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as error:
        raise Refused("address-bad", url=url) from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Refused("address-bad", url=url)
    return url.rstrip("/")


def _bearer(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def _bytes_of(response: httpx.Response) -> int:
    """What one call weighed, both ways: bodies as they travelled, heads as HTTP/1.1 writes them."""
    heads = (*response.request.headers.raw, *response.headers.raw)
    return (
        sum(len(name) + len(value) + 4 for name, value in heads)
        + len(str(response.request.url))
        + len(response.request.content)
        + (response.num_bytes_downloaded or int(response.headers.get("Content-Length") or 0))
    )


def _must_be_up(response: httpx.Response) -> None:
    if response.status_code == 429 or response.status_code >= 500:
        code = "server-busy" if response.status_code == 429 else "server-down"
        raise Unreachable(code, wait=_wait(response), status=response.status_code)


def _object(response: httpx.Response) -> Mapping[str, Any]:
    if response.status_code in (204, 304) or response.request.method == "HEAD":
        return {}
    if (response.status_code == 201 or response.status_code >= 400) and not response.content:
        return {}
    try:
        body = response.json()
    except ValueError as error:
        if response.status_code >= 400:  # a proxy's own page: the status says enough
            return {}
        raise Unreachable("answer-broken") from error
    if not isinstance(body, dict):
        raise Unreachable("answer-broken")
    return body


def _wait(response: httpx.Response) -> float:
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else 0.0
