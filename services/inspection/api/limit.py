"""No body above 5 MB is read to its end, and none in a coding that we would have to unpack first."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import HTTPException

from services.kernel.web import problem

LARGEST_BYTES = 5_000_000
TOO_LARGE = (
    f"The body is larger than {LARGEST_BYTES} bytes. Send half as many records at a time; nothing was taken."
)
CODED = "The body is compressed. Send it as plain UTF-8; nothing was taken."

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class BodyLimit:
    """ASGI middleware: 413 as soon as the length is told or passed, 415 for a content coding."""

    def __init__(self, app: Application) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if headers.get(b"content-encoding", b"identity") != b"identity":
            await problem(415, "media-type", CODED, field="Content-Encoding")(scope, receive, send)
        elif not length.isdigit() or int(length[:18]) > LARGEST_BYTES:
            await problem(413, "too-large", TOO_LARGE)(scope, receive, send)
        else:
            await self.app(scope, _counted(receive), send)


def _counted(receive: Receive) -> Receive:
    taken = 0

    async def counting() -> MutableMapping[str, Any]:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > LARGEST_BYTES:
            raise HTTPException(413, TOO_LARGE)
        return message

    return counting
