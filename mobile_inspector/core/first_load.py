"""The first load of the work as one file: a download that was broken off goes on where it stopped."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .database import Database
from .network import Answer, Unreachable

TAG = "first_load_tag"


class FirstLoad:
    """The part that is here lies beside the journal, and the tag of the file it belongs to in the bookmarks."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database, self._part = database, folder / "first-load.part"

    def fetch(self, download: Callable[[Path, Mapping[str, str]], Answer]) -> Answer:
        """The whole first page as the body of a 200, or the server's refusal.

        Raises Unreachable; what has come stays, and the next call goes on from there.
        """
        for _ in range(3):
            answer = download(self._part, self._range())
            if answer.status in (200, 206):
                return Answer(200, self._page(), answer.headers)
            if answer.status != 416:
                return answer
            if self._is_whole():  # broken off after the last byte
                return Answer(200, self._page(), answer.headers)
            self._part.unlink(missing_ok=True)
        raise Unreachable("answer-broken")

    def note(self, tag: str) -> None:
        """To which file the bytes belong that are coming now."""
        self._database.set_bookmark(TAG, tag)

    def done(self) -> None:
        """The page is taken in; the file is needed no more."""
        self._part.unlink(missing_ok=True)

    def _range(self) -> dict[str, str]:
        tag = self._database.bookmark(TAG)
        if not tag or not self._part.exists():
            return {}
        return {"Range": f"bytes={self._part.stat().st_size}-", "If-Range": tag}

    def _is_whole(self) -> bool:
        try:
            self._page()
        except Unreachable:
            return False
        return True

    def _page(self) -> Mapping[str, Any]:
        try:
            page = json.loads(gzip.decompress(self._part.read_bytes()))
        except (OSError, EOFError, zlib.error, ValueError) as error:
            self._part.unlink(missing_ok=True)
            raise Unreachable("answer-broken") from error
        if not isinstance(page, dict):
            raise Unreachable("answer-broken")
        return page
