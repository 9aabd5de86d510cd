"""The rescue file of a tablet that cannot connect: its unsent records and attachments, sealed under a code.

A line of JSON (format, salt, cost of scrypt), then frames: four bytes of length, a nonce, AES-256-GCM.  The first frame is
the contents, the others are parts of the attachments in their order.  Each frame is bound to its place and to whether it
is the last, so a file that was cut or mixed is noticed before anything of it is handed in.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .attachments import Attachments
from .journal import Journal
from .outbox import Outbox
from .refusal import Refused
from .vault import CODE_LETTERS, LETTERS, plain_code

FORMAT, PART, COST = "vernier-rescue-1", 256 * 1024, 2**15
MOST_FRAME = 64 * 1024 * 1024


def write_rescue(file: Path, journal: Journal, outbox: Outbox, attachments: Attachments) -> str:
    """Writes the file whole or not at all, without a network; returns the code that opens it, to be told apart from it.

    Raises Refused: signed-out, nothing-to-rescue, storage-full.
    """
    unsent, files = outbox.unsent(), attachments.not_received()
    if not unsent and not files:
        raise Refused("nothing-to-rescue")
    made = next(journal.facts(kind="device.made"))
    contents = {
        "tablet_id": made.subject.removeprefix("device/"),
        "public_key": made.payload["public_key"],
        "user": journal.database.bookmark("user"),
        "records": [text for _, _, text in unsent],
        "attachments": [{"sha256": f.sha256, "size": f.size, "media_type": f.media_type} for f in files],
    }
    code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
    half = file.with_name(f"{file.name}.half")
    try:
        with half.open("wb") as out:
            salt = os.urandom(16)
            head = {"format": FORMAT, "salt": b64encode(salt).decode(), "cost": COST}
            out.write(json.dumps(head).encode() + b"\n")
            cipher, place = _cipher(code, salt, COST), 0
            parts = [(f.sha256, at) for f in files for at in range(0, f.size, PART)]
            _write(out, cipher, place, not parts, json.dumps(contents, ensure_ascii=False).encode())
            for place, (sha256, at) in enumerate(parts, 1):
                _write(out, cipher, place, place == len(parts), attachments.read(sha256, at, PART))
            out.flush()
            os.fsync(out.fileno())
        half.replace(file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise Refused("storage-full") from error
    return "-".join(code[i : i + 5] for i in range(0, CODE_LETTERS, 5))


def read_rescue(file: Path, code: str, folder: Path) -> Mapping[str, Any]:
    """The contents; the attachments become files of the folder, named by their SHA-256.

    Raises Refused rescue-unreadable: no such file, another code, cut or altered.
    """
    try:
        with file.open("rb") as source:
            head = json.loads(source.readline(4096))
            if head["format"] != FORMAT:
                raise ValueError(head["format"])
            cipher = _cipher(plain_code(code), b64decode(head["salt"]), int(head["cost"]))
            frames = _frames(source, cipher)
            contents: Mapping[str, Any] = json.loads(next(frames))
            for told in contents["attachments"]:
                with (folder / told["sha256"]).open("wb") as out:
                    for _ in range(0, told["size"], PART):
                        out.write(next(frames))
            if next(frames, None) is not None:
                raise ValueError("more than was told")
    except (OSError, ValueError, KeyError, TypeError, StopIteration, InvalidTag) as error:
        raise Refused("rescue-unreadable", field="file") from error
    return contents


def _cipher(code: str, salt: bytes, cost: int) -> AESGCM:
    return AESGCM(Scrypt(salt=salt, length=32, n=cost, r=8, p=1).derive(code.encode()))


def _write(out: BinaryIO, cipher: AESGCM, place: int, last: bool, content: bytes) -> None:
    nonce = os.urandom(12)
    sealed = nonce + cipher.encrypt(nonce, content, f"{place} {last}".encode())
    out.write(len(sealed).to_bytes(4, "big") + sealed)


def _frames(source: BinaryIO, cipher: AESGCM) -> Iterator[bytes]:
    place, length = 0, source.read(4)
    while length:
        size = int.from_bytes(length, "big")
        if size > MOST_FRAME:
            raise ValueError("no frame")
        sealed, length = source.read(size), source.read(4)
        yield cipher.decrypt(sealed[:12], sealed[12:], f"{place} {not length}".encode())
        place += 1
