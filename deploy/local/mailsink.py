"""Keeps every mail as an .eml file and sends none: `python -m deploy.local.mailsink FOLDER PORT [HOST]`."""

import itertools
import re
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Keeper:
    """Writes each message whole before it says 250, so an accepted message is never lost."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._count = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        recipients = "+".join(envelope.rcpt_tos)
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        name = f"{moment}-{next(self._count):04}-{re.sub(r'[^a-zA-Z0-9@.+-]', '_', recipients)[:80]}.eml"
        draft = self.folder / f".{name}.part"
        draft.write_bytes(envelope.original_content or b"")
        draft.rename(self.folder / name)
        print(f"kept {name} for {recipients}", flush=True)
        return "250 OK, kept"


def serve(folder: Path, host: str, port: int) -> Controller:
    """A running sink; the caller stops it."""
    folder.mkdir(parents=True, exist_ok=True)
    sink = Controller(Keeper(folder), hostname=host, port=port, enable_SMTPUTF8=True)
    sink.start()
    return sink


def main(folder: str, port: str, host: str = "127.0.0.1") -> None:
    serve(Path(folder), host, int(port))
    # The launcher's SIGTERM ends the process; every kept message is a finished file by then.
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
