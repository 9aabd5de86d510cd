"""Photographs and signatures on this tablet: each a file named by its SHA-256, kept until the server has all of it."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from .clock import instant_text
from .form import words
from .journal import Fact, Journal
from .refusal import Refused
from .sealed_file import HALF, SealedFile
from .texts import say

MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp", "application/json")
PURPOSES = ("photo", "seal", "status", "signature", "other")
LARGEST_BYTES = 20_000_000
SEALED = ".sealed"


class AttachmentRows:
    """The projection: one row per attachment; it is due when the record that names it has been answered."""

    table = "attachments"
    schema = """
    CREATE TABLE attachments (
      sha256 TEXT PRIMARY KEY, size INTEGER NOT NULL, media_type TEXT NOT NULL, due INTEGER NOT NULL DEFAULT 0,
      received INTEGER NOT NULL DEFAULT 0, received_at TEXT, expired INTEGER NOT NULL DEFAULT 0, trouble TEXT,
      records TEXT NOT NULL DEFAULT ' '
    ) WITHOUT ROWID
    """

    def apply(self, connection: sqlite3.Connection, fact: Fact) -> None:
        id = fact.subject.partition("/")[2]
        if fact.kind == "attachment.added":
            row = (fact.payload["sha256"], fact.payload["size"], fact.payload["media_type"])
            connection.execute(
                "INSERT OR IGNORE INTO attachments (sha256, size, media_type) VALUES (?, ?, ?)", row
            )
        elif fact.kind == "record.sealed":
            for told in fact.payload["record"]["body"].get("attachments", ()):
                query = "UPDATE attachments SET records = records || ? WHERE sha256 = ?"
                connection.execute(query, (f"{id} ", told["sha256"]))
        elif fact.kind == "record.answered":
            connection.execute("UPDATE attachments SET due = 1 WHERE records LIKE ?", (f"% {id} %",))
        elif fact.kind == "attachment.received":
            query = "UPDATE attachments SET received = 1, received_at = ?, trouble = NULL WHERE sha256 = ?"
            connection.execute(query, (fact.at, id))
        elif fact.kind == "attachment.expired":
            connection.execute("UPDATE attachments SET expired = 1 WHERE sha256 = ?", (id,))
        elif fact.kind == "attachment.held":
            connection.execute(
                "UPDATE attachments SET trouble = ? WHERE sha256 = ?", (fact.payload["code"], id)
            )


@dataclass(frozen=True, slots=True)
class Due:
    """An attachment that the server lacks, with the trouble it had last, if any."""

    sha256: str
    size: int
    media_type: str
    trouble: str | None


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment in the outbox.  `records` are the sealed records that name it; `here` is how much the server has.

    `state` is "published" when it has arrived and a record that names it is published.
    """

    sha256: str
    size: int
    media_type: str
    state: Literal["on_tablet", "received", "published"]
    here: int
    trouble: str | None
    records: tuple[str, ...]

    def words(self, language: str = "vi") -> str:
        """On this tablet, received, or published."""
        return say(f"state-{self.state}", language)

    def error(self, language: str = "vi") -> str | None:
        """Why it has not been sent, for people; None if nothing is wrong."""
        return say("attachment-held", language, detail=self.trouble) if self.trouble else None


class Attachments:
    """The folder of sealed files beside the journal.  A file is on the disk before the fact that names it.

    `first` is sent before the others in the next round; `here` is how many bytes of a file the server has, as far as it
    was heard since the program began.
    """

    def __init__(self, journal: Journal, folder: Path) -> None:
        self.journal, self.folder = journal, folder
        self.first: str | None = None
        self.here: dict[str, int] = {}
        journal.when_open.append(self.seal_what_is_plain)

    def keep(self, content: bytes, media_type: str, purpose: str, note: str = "") -> dict[str, Any]:
        """Writes the file; returns what a record says of it.

        Raises Refused: attachment-unfit (empty, over 20 MB, or of another kind), storage-full, signed-out.
        """
        if not 0 < len(content) <= LARGEST_BYTES or media_type not in MEDIA_TYPES or purpose not in PURPOSES:
            raise Refused("attachment-unfit", field="attachment", kinds=", ".join(MEDIA_TYPES))
        sha256 = hashlib.sha256(content).hexdigest()
        self._write(sha256, content)
        return {
            "sha256": sha256,
            "size": len(content),
            "media_type": media_type,
            "purpose": purpose,
            "taken_at": instant_text(self.journal.clock.now()),
            "note": words(note, 4000, "note") if note.strip() else "",
        }

    def read(self, sha256: str, offset: int = 0, length: int = -1) -> bytes:
        """Plain bytes of a file, up to where it was altered; none if it has gone.  Raises Refused signed-out."""
        file, plain = self._file(sha256), self.folder / sha256
        if plain.exists() and not file.exists:  # of an earlier release, on a disk too full to seal it
            content = plain.read_bytes()
            return content[offset : None if length < 0 else offset + length]
        return file.read(offset, length)

    def is_sound(self, sha256: str) -> bool:
        """Whether the file still has the bytes after which it is named.  Raises Refused signed-out."""
        return hashlib.sha256(self.read(sha256)).hexdigest() == sha256

    def seal_what_is_plain(self) -> None:
        """Files of a release that left them readable; each is sealed on the disk before its plain bytes go.

        Killed in between, or on a full disk, it goes on at the next sign-in.  Raises Refused signed-out.
        """
        for path in sorted(self.folder.glob(f"*{HALF}")):
            path.unlink()
        for path in sorted(self.folder.glob("*")):
            if re.fullmatch("[0-9a-f]{64}", path.name):
                file, content = self._file(path.name), path.read_bytes()
                if not file.exists or hashlib.sha256(file.read()).hexdigest() != path.name:
                    try:
                        self._write(path.name, content)
                    except Refused as no:
                        if no.code != "storage-full":
                            raise
                        return
                path.unlink()

    def due(self) -> list[Due]:
        """What is to be sent now: named by a record that the server has answered for, and not received yet."""
        rows = self.journal.database.rows(
            "SELECT sha256, size, media_type, trouble FROM attachments WHERE due AND NOT received"
            " ORDER BY sha256 IS NOT ?, size, sha256",
            self.first,
        )
        return [Due(**row) for row in rows]

    def items(self) -> list[Attached]:
        """Every attachment that a sealed record names, in no order of time."""
        rows = self.journal.database.rows(
            "SELECT * FROM attachments WHERE trim(records) <> '' ORDER BY sha256"
        )
        published = {
            row["id"]
            for row in self.journal.database.rows("SELECT id FROM records WHERE state = 'published'")
        }
        return [self._item(row, published) for row in rows]

    def _item(self, row: sqlite3.Row, published: set[str]) -> Attached:
        records, sha256 = tuple(row["records"].split()), row["sha256"]
        is_out = bool(row["received"]) and not published.isdisjoint(records)
        return Attached(
            sha256, row["size"], row["media_type"],
            "published" if is_out else "received" if row["received"] else "on_tablet",
            row["size"] if row["received"] else self.here.get(sha256, 0), row["trouble"], records,
        )  # fmt: skip

    def not_received(self) -> list[Due]:
        """What sealed records name and the server lacks, whether its record has been answered or not."""
        rows = self.journal.database.rows(
            "SELECT sha256, size, media_type, trouble FROM attachments"
            " WHERE trim(records) <> '' AND NOT received ORDER BY sha256"
        )
        return [Due(**row) for row in rows]

    def expire(self, days: int) -> int:
        """Deletes the files that the server has had for so many days, and whose records all have their answer.

        The facts stay; a file without a receipt is never deleted.  Returns how many went.
        """
        before = instant_text(self.journal.clock.corrected() - timedelta(days=days))
        rows = self.journal.database.rows(
            "SELECT sha256, records FROM attachments WHERE received AND NOT expired AND received_at < ?",
            before,
        )
        gone = 0
        for row in rows:
            waiting = self.journal.database.rows("SELECT id FROM records WHERE answer IS NULL")
            if not {each["id"] for each in waiting} & set(row["records"].split()):
                self.journal.append("attachment.expired", f"attachment/{row['sha256']}")
                for path in (self._path(row["sha256"]), self.folder / row["sha256"]):
                    path.unlink(missing_ok=True)
                gone += 1
        return gone

    def progressed(self, sha256: str, here: int) -> None:
        """The server has so many bytes of it."""
        self.here[sha256] = here

    def received(self, sha256: str) -> None:
        self.journal.append("attachment.received", f"attachment/{sha256}")

    def held(self, due: Due, code: str, detail: str | None = None) -> None:
        """It stays here and is tried again; why is journalled when it is news."""
        if due.trouble != code:
            fact = {"code": code, "detail": detail}
            self.journal.append("attachment.held", f"attachment/{due.sha256}", fact)

    def _path(self, sha256: str) -> Path:
        return self.folder / f"{sha256}{SEALED}"

    def _file(self, sha256: str) -> SealedFile:
        return SealedFile(self.journal.vault, self._path(sha256), sha256)

    def _write(self, sha256: str, content: bytes) -> None:
        file = self._file(sha256)
        if file.exists and file.read() == content:
            return
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            file.write(content)
        except OSError as error:
            raise Refused("storage-full") from error


def named(attachments: Mapping[str, Any], sha256: str | None) -> dict[str, str]:
    """The reference of a seal to its photograph.  Raises Refused attachment-unknown."""
    if sha256 is None:
        return {}
    if sha256 not in attachments:
        raise Refused("attachment-unknown", field="photo")
    return {"photo": sha256}
