"""Sends attachments in parts by the tus protocol 1.0.0, after the records; a part that arrived is never sent again."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from .attachments import Due
from .network import Answer
from .refusal import Refused

PART_BYTES = 256 * 1024
TUS = {"Tus-Resumable": "1.0.0"}
PATIENCE = 5  # answers without progress before the next attachment has its turn

Call = Callable[..., Answer]


class Source(Protocol):
    """Where the attachments come from: those of this tablet, or of a rescue file."""

    def due(self) -> list[Due]: ...
    def is_sound(self, sha256: str) -> bool: ...
    def read(self, sha256: str, offset: int = 0, length: int = -1) -> bytes: ...
    def progressed(self, sha256: str, here: int) -> None: ...
    def received(self, sha256: str) -> None: ...
    def held(self, due: Due, code: str, detail: str | None = None) -> None: ...


@dataclass(frozen=True, slots=True)
class Sent:
    """How many attachments arrived, and how many were not allowed to go now."""

    arrived: int
    held_back: int


class Uploads:
    """`call` is a call to the inspection service with a token; it raises Unreachable, and then the rest waits too."""

    def __init__(self, attachments: Source, call: Call) -> None:
        self.attachments, self._call = attachments, call

    def send_all(self, allowed: Callable[[int], bool] = lambda size: True) -> Sent:
        """One that cannot be sent does not hold the others.  Raises Unreachable, Refused.

        Args:
            allowed: asked before each part, with its size; an attachment that may not go on waits where it is.
        """
        arrived, held_back, refused = 0, 0, None
        for due in self.attachments.due():
            try:
                if self._send(due, allowed):
                    self.attachments.received(due.sha256)
                    arrived += 1
                else:
                    held_back += 1
            except _Held as held:
                self.attachments.held(due, held.code, held.detail)
                refused = Refused("attachment-held", detail=held.detail or held.code)
        if refused:
            raise refused
        return Sent(arrived, held_back)

    def _send(self, due: Due, allowed: Callable[[int], bool]) -> bool:
        if not allowed(min(due.size, PART_BYTES)):
            return False
        if not self.attachments.is_sound(due.sha256):
            raise _Held("damaged", None)
        here = self._progress(due)
        for _ in range(PATIENCE + due.size // PART_BYTES):
            self.attachments.progressed(due.sha256, here)
            if here >= due.size:
                return True
            if not allowed(min(due.size - here, PART_BYTES)):
                return False
            here = self._part(due, here)
        raise _Held("no-progress", None)

    def _progress(self, due: Due) -> int:
        """How much the server has; it is told what will come if it has heard of nothing yet."""
        answer = self._call("HEAD", f"/sync/attachments/{due.sha256}", headers=TUS)
        if answer.status == 404:
            metadata = ",".join(
                f"{key} {b64encode(value.encode()).decode()}"
                for key, value in (("sha256", due.sha256), ("filetype", due.media_type))
            )
            told = {**TUS, "Upload-Length": str(due.size), "Upload-Metadata": metadata}
            answer = self._call("POST", "/sync/attachments", headers=told)
            if answer.ok:
                return 0
        if not answer.ok:
            raise _Held(answer.problem or "refused", answer.detail)
        return _offset(answer)

    def _part(self, due: Due, offset: int) -> int:
        part = self.attachments.read(due.sha256, offset, PART_BYTES)
        told = {
            **TUS,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
            "Upload-Checksum": f"sha256 {b64encode(hashlib.sha256(part).digest()).decode()}",
        }
        answer = self._call("PATCH", f"/sync/attachments/{due.sha256}", content=part, headers=told)
        if answer.ok:
            return _offset(answer)
        if answer.status in (
            409,
            422,
            460,
        ):  # another offset, parts that do not fit, a part broken on the way
            return self._progress(due)
        raise _Held(answer.problem or "refused", answer.detail)


class _Held(Exception):
    def __init__(self, code: str, detail: str | None) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def _offset(answer: Answer) -> int:
    told = answer.headers.get("Upload-Offset", "")
    if not told.isdigit():
        raise _Held("answer-broken", None)
    return int(told)
