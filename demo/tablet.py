"""The inspector's tablet as a process of its own, so that it can be killed: `python -m demo.tablet morning|afternoon`.

Its orders come as JSON on standard input; what it did goes out as one line of JSON each.
"""

import json
import sys
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from deploy.local.waiting import until
from mobile_inspector.core import Refused, Tablet, Verification

Json = dict[str, Any]
RESULT_SECONDS = 60


def main() -> None:
    orders: Json = json.loads(sys.stdin.readline())
    urls = {"registry_url": orders["registry"], "inspection_url": orders["inspection"]}
    with Tablet.open(orders["directory"], **urls) as tablet:
        MODES[sys.argv[1]](tablet, orders)


def morning(tablet: Tablet, orders: Json) -> None:
    """Online: sign in, enrol, pull. Offline: one verification from beginning to end, half of another, then the kill."""
    online = tablet.sign_in(orders["user"], orders["password"])
    tablet.enrol(orders["code"])
    report = tablet.sync()
    _tell("pulled", online=online, complete=report.complete, visits=[visit.id for visit in tablet.visits()])
    tablet.network.away = True
    away = tablet.sync().problem
    _tell("network-away", said=away.text("en") if away else None)

    draft = tablet.start(orders["visit"], orders["passes"])
    _answer_checks(draft)
    _tell("expired-standard", refused=_refusal_of_expired(draft, orders["expired"]))
    draft.take_standard(orders["dispenser_standard"])
    for point, field, run, value in dispenser_readings():
        draft.set_reading(point, field, value, run)
    spoiled, *fitted = [seal.number for seal in tablet.seals("lead_seal")][:3]
    draft.seals.void(spoiled, "Dây niêm phong bị đứt khi kẹp")
    for number, place in zip(fitted, ("Bộ đo", "Bộ phận truyền tín hiệu"), strict=True):
        draft.seals.affix(number, place)
    item = draft.finish()
    _tell("passed", record=item.id, verdict=item.record["body"]["verdict"], state=item.state, affixed=fitted, voided=spoiled,
          explanation=draft.evaluate().explanation("vi"))  # fmt: skip

    draft = tablet.start(orders["visit"], orders["fails"])
    _answer_checks(draft)
    readings = list(scale_readings(draft))
    for point, field, run, value in readings[: len(readings) // 2]:
        draft.set_reading(point, field, value, run)
    _tell("half-done", record=draft.id, at=draft.at, entered=len(draft.sheet.evaluation()["readings"]))
    threading.Event().wait()  # for the kill


def afternoon(tablet: Tablet, orders: Json) -> None:
    """Started again, still offline: the draft is where it was left. Then the network comes back: sync, twice.

    A verdict reaches the tablet first, the certificate that follows from a pass a moment later.
    """
    tablet.network.away = True
    online = tablet.sign_in(orders["user"], orders["password"])
    [draft] = tablet.resume()
    _tell(
        "resumed",
        online=online,
        record=draft.id,
        at=draft.at,
        entered=len(draft.sheet.evaluation()["readings"]),
    )
    for point, field, run, value in scale_readings(draft):
        draft.set_reading(point, field, value, run)
    draft.take_standard(orders["scale_standard"])
    item = draft.finish()
    _tell("failed", record=item.id, verdict=item.record["body"]["verdict"], state=item.state,
          explanation=draft.evaluate().explanation("vi"))  # fmt: skip
    tablet.network.away = False
    for time in ("first", "second"):
        report = tablet.sync()
        _tell(
            f"synced-{time}",
            sent=report.sent,
            received=report.received,
            left=report.left,
            words=report.words("vi"),
        )

    def published() -> bool:
        tablet.sync()
        results = [each.result for each in tablet.outbox() if each.state == "published"]
        certified = [result for result in results if result and result["certificate_number"]]
        return len(results) == 2 and len(certified) == 1

    until(published, "the results to come back to the tablet", RESULT_SECONDS, pause=0.3)
    _tell(
        "results",
        tablet=tablet.session.device.tablet_id,
        results={each.id: each.result for each in tablet.outbox()},
    )


def _answer_checks(draft: Verification) -> None:
    for step in draft.form.plan["steps"]:
        for check in step["checks"]:
            draft.set_check(check["id"], True)


def _refusal_of_expired(draft: Verification, standard_id: str) -> str | None:
    try:
        draft.take_standard(standard_id)
    except Refused as refused:
        return refused.text("vi")
    return None


def dispenser_readings() -> Iterator[tuple[str, str, int, str]]:
    """Three runs at each flow rate, as an inspector reads them; the worst is −0.15 %, the limit ±0.3 %."""
    for point, references in (("qmax", ("20,02", "20,03", "20,01")), ("qmin", ("19,99", "20,00", "20,02"))):
        for run, reference in enumerate(references, start=1):
            yield point, "indication", run, "20,00"
            yield point, "reference", run, reference


def scale_readings(draft: Verification) -> Iterator[tuple[str, str, int, str]]:
    """Every required load, read true but for the largest, which shows four intervals too much: outside any class."""
    interval = Decimal(draft.instrument["characteristics"]["e"]["value"]) * 1000
    points = [p for step in draft.form.plan["steps"] for p in step["points"] if p["required"]]
    for point in points:
        fields = {field["id"]: field for field in point["fields"]}
        wanted = Decimal(fields["load"].get("nominal", {"value": 0})["value"])
        load = (wanted / interval).quantize(Decimal(1)) * interval
        shown = load + 4 * interval if point["id"] == "load-max" else load
        for run in range(1, point["repetitions"] + 1):
            if fields["load"].get("nominal"):
                yield point["id"], "load", run, _typed(load)
            yield point["id"], "indication", run, _typed(shown)


def _typed(value: Decimal) -> str:
    return format(value.normalize(), "f").replace(".", ",")


def _tell(what: str, **facts: Any) -> None:
    print(json.dumps({"what": what, **facts}, ensure_ascii=False), flush=True)


MODES = {"morning": morning, "afternoon": afternoon}

if __name__ == "__main__":
    main()
