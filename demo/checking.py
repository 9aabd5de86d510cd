"""Step 7 of the demo: the certificate as a paper: signed once, checked by anyone, proved without the server."""

import json
from typing import Any

from joserfc import jws
from joserfc.jwk import KeySet

from demo.doors import Addresses
from demo.fieldwork import Fieldwork
from demo.registering import Office
from demo.report import Report


def check_certificate(office: Office, addresses: Addresses, work: Fieldwork, report: Report) -> None:
    certificate = office.dispatcher.get("inspection", f"/verifications/{work.passed}")["certificate"]
    path = f"/certificates/{certificate['id']}/pdf"
    signed = office.dispatcher.download("inspection", path)
    report.check(b"/ETSI.CAdES.detached" in signed, "the certificate is signed as PAdES")
    report.same(office.dispatcher.download("inspection", path), signed, "the original, handed out again")
    report.say("original", f"{len(signed) // 1024} KB of PDF/A, signed by the office, the same at every call")
    failing = office.dispatcher.download("inspection", f"/verifications/{work.failed}/pdf")
    report.check(failing.startswith(b"%PDF"), "there is a record of the failed verification too")

    qr = office.dispatcher.get("inspection", f"/certificates/{certificate['id']}/data")["check_address"]
    for question in (qr, certificate["number"], certificate["serial"]):
        told = _anyone(addresses, "/check/answer", q=question)
        report.same(told["status"], "valid", f"what anyone hears who asks for {question[:40]}")
    forged = f"{qr[:-6]}AAAAAA"
    report.same(_anyone(addresses, "/check/answer", q=forged)["status"], "altered", "a forged QR")
    report.say("public check", f"{certificate['number']} is valid; a forged QR is found out")

    keys = KeySet.import_key_set(_anyone(addresses, "/check/keys"))
    statement = jws.deserialize_compact(qr.split("q=")[1], keys, algorithms=["Ed25519"])
    told = json.loads(statement.payload or b"")
    report.same((told["n"], told["s"]), (certificate["number"], certificate["serial"]), "the QR by itself")
    report.say("without the server", f"the QR proves {told['n']}, valid until {told['u']}")


def _anyone(addresses: Addresses, path: str, **parameters: str) -> Any:
    """An answer to somebody who has not signed in."""
    answer = addresses.client.get(f"{addresses.urls['inspection']}{path}", params=parameters)
    answer.raise_for_status()
    return answer.json()
