"""Checks the QR of a certificate without our server: `python -m services.inspection.verify KEYS.json "QR TEXT"`.

KEYS.json is what `GET /check/keys` gave at any earlier time. Exit code 0: genuine and in date; 1: anything else.
It knows what was signed, not what happened later: only the server knows of a revocation.
"""

import argparse
import json
import sys
from pathlib import Path

from joserfc.jwk import KeySet

from services.inspection.domain.statement import Read, read_statement
from services.kernel.model import today


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.inspection.verify", description=__doc__)
    parser.add_argument("keys", type=Path, help="the published keys, as GET /check/keys gave them")
    parser.add_argument("qr", help="the text of the QR")
    given = parser.parse_args(argv)
    keys = KeySet.import_key_set(json.loads(given.keys.read_text("utf-8")))
    verdict, ok = judge(read_statement(given.qr, keys))
    print(verdict)
    return 0 if ok else 1


def judge(read: Read) -> tuple[str, bool]:
    """A sentence about it, and whether it may be relied on today as far as the paper tells."""
    if read.kind == "none":
        return "This is no statement of a certificate.", False
    if read.statement is None:
        return "ALTERED, or signed by somebody else: do not rely on it.", False
    told = read.statement
    until = f"valid until {told.valid_until}" if told.valid_until else "without an end of validity"
    words = f"certificate {told.number}, type {told.type_code}, serial {told.serial}, verified {told.verified_on}, {until}"
    if told.valid_until is not None and told.valid_until < today():
        return f"GENUINE, EXPIRED: {words}", False
    return f"GENUINE: {words}", True


if __name__ == "__main__":
    sys.exit(main())
