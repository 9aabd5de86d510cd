"""For the office: hands in the rescue file of a tablet that cannot connect, through the tablets' own door.

    python -m mobile_inspector.rescue FILE --registry https://… --inspection https://…

Asks for the file's code and for the password of the inspector whose tablet it was.  Handing in twice is harmless, and so
is the tablet sending the same itself later: the server knows the records by their hash.  Ends with 0 if everything has
its receipt, with 1 if not; nothing is deleted here.
"""

from __future__ import annotations

import argparse
import getpass
import hashlib
import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from .core.attachments import Due
from .core.canonical import canonical, sha256
from .core.clock import Clock, instant_text
from .core.network import Answer, Network, checked_url
from .core.refusal import Refused
from .core.rescue_file import read_rescue
from .core.sync import batches
from .core.uploads import Uploads


class Files:
    """The attachments of the file, as `Uploads` asks for them."""

    def __init__(self, folder: Path, told: list[Mapping[str, Any]]) -> None:
        self._folder = folder
        self._due = {each["sha256"]: Due(**each, trouble=None) for each in told}
        self.troubles: dict[str, str] = {}

    def due(self) -> list[Due]:
        return sorted(self._due.values(), key=lambda due: due.size)

    def read(self, sha256: str, offset: int = 0, length: int = -1) -> bytes:
        with (self._folder / sha256).open("rb") as file:
            file.seek(offset)
            return file.read(length)

    def is_sound(self, sha256: str) -> bool:
        return hashlib.sha256(self.read(sha256)).hexdigest() == sha256

    def progressed(self, sha256: str, here: int) -> None:
        """Nobody watches."""

    def received(self, sha256: str) -> None:
        del self._due[sha256]

    def held(self, due: Due, code: str, detail: str | None = None) -> None:
        self.troubles[due.sha256] = detail or code


class Handover:
    """One inspector's tablet, spoken for by the office.  `lines` says what became of each part."""

    def __init__(
        self, network: Network, registry_url: str, inspection_url: str, user: str, password: str
    ) -> None:
        self._network = network
        self._registry, self._inspection = checked_url(registry_url), checked_url(inspection_url)
        self._form = {"grant_type": "password", "username": user, "password": password}
        self._token = ""
        self.lines: list[str] = []

    def run(self, contents: Mapping[str, Any], folder: Path, code: str | None = None) -> bool:
        """True if every record has its receipt and every attachment has arrived.

        Args:
            code: a one-time enrolment code, for a tablet that never was in contact.

        Raises Unreachable, and Refused: password-wrong, code-…, server-refused.
        """
        told = {"public_key": contents["public_key"], **({"code": code} if code else {})}
        self._must(self._call("PUT", f"/tablets/{contents['tablet_id']}", content=canonical(told)))
        waiting = [(json.loads(text)["id"], text) for text in contents["records"]]
        taken = sum(self._push(contents["tablet_id"], batch) for batch in batches(waiting))
        files = Files(folder, contents["attachments"])
        try:
            Uploads(files, self._call).send_all()
        except Refused as refused:
            self.lines.append(refused.text("en"))
        for sha, trouble in files.troubles.items():
            self.lines.append(f"attachment {sha}: {trouble}")
        count = len(contents["attachments"])
        self.lines.append(f"records with a receipt: {taken} of {len(waiting)}")
        self.lines.append(f"attachments that arrived: {count - len(files.due())} of {count}")
        return taken == len(waiting) and not files.due()

    def _push(self, tablet_id: str, batch: list[tuple[str, str]]) -> int:
        sent_at = canonical(instant_text(Clock().now()))
        records = ",".join(text for _, text in batch)  # the very bytes that were sealed
        body = f'{{"records":[{records}],"sent_at":{sent_at},"tablet_id":{canonical(tablet_id)}}}'
        answer = self._call("POST", "/sync/records", content=body)
        self._must(answer)
        texts, taken = dict(batch), 0
        for part in answer.body.get("answers", ()):
            record = json.loads(texts[part["id"]])
            receipt = part.get("receipt") or {}
            known = {name: value for name, value in record.items() if name not in ("hash", "signature")}
            fits = (receipt.get("sequence"), receipt.get("hash")) == (
                record["sequence"],
                sha256(canonical(known)),
            )
            taken += fits
            self.lines.append(f"record {part['id']}: {part['status']} {part.get('detail') or ''}".rstrip())
        return taken

    def _call(self, method: str, path: str, **request: Any) -> Answer:
        if "content" in request and "headers" not in request:
            request["headers"] = {"Content-Type": "application/json"}
        for _ in range(2):
            answer = self._network.call(method, self._inspection + path, token=self._token, **request)
            if answer.status != 401:
                break
            signed_in = self._network.call("POST", f"{self._registry}/token", data=self._form)
            if not signed_in.ok:
                raise Refused("password-wrong")
            self._token = str(signed_in.body["access_token"])
        return answer

    @staticmethod
    def _must(answer: Answer) -> None:
        if not answer.ok:
            raise Refused("server-refused", detail=answer.detail)


def main(arguments: list[str] | None = None, transport: httpx.BaseTransport | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m mobile_inspector.rescue", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--registry", required=True)
    parser.add_argument("--inspection", required=True)
    parser.add_argument("--enrolment-code", help="for a tablet that never was in contact")
    given = parser.parse_args(arguments)
    network = Network(transport)
    try:
        with tempfile.TemporaryDirectory(prefix="vernier-rescue-") as folder:
            contents = read_rescue(given.file, getpass.getpass("Code of the file: "), Path(folder))
            password = getpass.getpass(f"Password of {contents['user']}: ")
            handover = Handover(network, given.registry, given.inspection, contents["user"], password)
            whole = handover.run(contents, Path(folder), given.enrolment_code)
    except Refused as refused:
        print(refused.text("en"), file=sys.stderr)
        return 1
    finally:
        network.close()
    print("\n".join(handover.lines))
    return 0 if whole else 1


if __name__ == "__main__":
    sys.exit(main())
