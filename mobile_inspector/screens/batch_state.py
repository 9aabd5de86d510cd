"""A batch as the screen shows it: plain values of every sheet, the procedure as parts and columns.  No window here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mobile_inspector.core import Refused, Tablet, Verification
from mobile_inspector.core.typed import shown

from .seal_places import Place, places

COMMON, SEALS, SIGN = "common", "seals", "sign"
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One instrument: its serial, what was read by path, its checks and conditions, its seals, its verdict.

    `failing` are the runs outside their limits, as "readings/q3/1".
    """

    serial: str
    readings: Mapping[str, str]
    failing: frozenset[str]
    checks: Mapping[str, bool]
    conditions: Mapping[str, str]
    seals: Sequence[Json]
    verdict: str


@dataclass(frozen=True, slots=True)
class State:
    """`plan` is that of `metrology.points`, the same for all; `rows` are the open ones by id, in the order of `ids`.

    `standards`: each with why it cannot be used and how many use it.  `at`: the verification and field entered last.
    """

    name: str
    language: str
    ids: Sequence[str]
    sealed: int
    plan: Json
    rows: dict[str, Sheet]
    standards: Sequence[tuple[Json, Refused | None, int]]
    at: tuple[str | None, str | None]
    visit: str | None
    contact: str
    signed: str
    numbers: int

    def parts(self) -> list[str]:
        """In the order in which one goes through them."""
        return [COMMON, *self.points(), SEALS, SIGN]

    def points(self) -> dict[str, Json]:
        """The runs of every point, by "readings/q3/1"."""
        return {
            f"readings/{point['id']}/{run}": point
            for step in self.plan["steps"]
            for point in step["points"]
            for run in range(1, point["repetitions"] + 1)
        }

    def checks(self) -> list[Json]:
        return [check for step in self.plan["steps"] for check in step["checks"]]

    def paths(self, part: str) -> list[str]:
        """The columns of a part: what is required, and what has been entered all the same."""
        point = self.points().get(part)
        if point is None:
            return []
        paths = [(f"{part}/{field['id']}", field["required"]) for field in point["fields"]]
        rows = self.rows.values()
        return [path for path, required in paths if required or any(path in row.readings for row in rows)]

    def field(self, path: str) -> Json:
        """The description of a field."""
        part, _, id = path.rpartition("/")
        found: Json = next(field for field in self.points()[part]["fields"] if field["id"] == id)
        return found

    def head(self, path: str) -> str:
        """What stands above a column."""
        field = self.field(path)
        unit = field["unit"] or ""
        return f"{field['label'][self.language]}" + (f" ({unit})" if unit not in ("", "1") else "")

    def places(self) -> list[Place]:
        """Where the procedure wants seals."""
        return places(self.plan, {})[1]

    def count(self, verdict: str) -> int:
        return sum(row.verdict == verdict for row in self.rows.values())


def state_of(tablet: Tablet, id: str, language: str) -> State:
    """Reads the disk, so it is called in the background."""
    batch = tablet.batches.get(id)
    members, sheets = batch.open, batch.members
    first = (members or sheets)[0]
    each = first.instrument
    standards = [
        (standard, obstacle, sum(standard["id"] in member.sheet.standards for member in members))
        for standard, obstacle in tablet.standards(each["type_code"])
        if each["type_code"] in standard["type_codes"]
    ]
    visit = tablet.work.visit(batch.visit_id) if batch.visit_id else None
    signatures = [member.sheet.signatures.get("representative") or {} for member in members]
    return State(
        name=f"{each['maker']} {each['model']}".strip(),
        language=language,
        ids=[member.id for member in members],
        sealed=len(sheets) - len(members),
        plan=first.form.plan,
        rows={member.id: sheet_of(member, language) for member in members},
        standards=standards,
        at=batch.at,
        visit=batch.visit_id,
        contact=visit.enterprise["contact_name"] if visit else "",
        signed=signatures[0].get("name", "") if signatures and all(signatures) else "",
        numbers=len(tablet.numbers.free(tablet.journal.clock.today().year)),
    )


def sheet_of(draft: Verification, language: str) -> Sheet:
    judgement, sheet = draft.evaluate(), draft.sheet
    points = (judgement.result or {}).get("points", ())
    return Sheet(
        serial=str(draft.instrument.get("serial") or "—"),
        readings={
            f"readings/{point}/{run}/{field}": str(value["value"] if isinstance(value, Mapping) else value)
            for (point, run), fields in sheet.readings.items()
            for field, value in fields.items()
        },
        failing=frozenset(_run(point["id"]) for point in points if point["verdict"] == "fail"),
        checks=dict(sheet.checks),
        conditions={id: shown(str(value["value"]), language) for id, value in sheet.conditions.items()},
        seals=draft.seals.affixed,
        verdict=judgement.verdict,
    )


def _run(id: str) -> str:
    """The run that an outcome of `metrology` is about: "q3", "q3.1" and "q3.1.error" are all "readings/q3/1"."""
    point, _, rest = id.partition(".")
    run = rest.partition(".")[0]
    return f"readings/{point}/{run if run.isdigit() else '1'}"
