"""The shape of a record as a tablet sends it, of the body of a verification and of that of a visit; docs/sync.md, Push."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.inspection.domain.status_record import StatusRecord
from services.inspection.events import Ending, Regime, SealKind
from services.kernel.model import Id, Instant, LongText, Text

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Counter = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Verdict = Literal["pass", "fail", "incomplete"]


YEARS = range(1970, 2101)
CENTURY_MS = 100 * 366 * 86_400_000


def _in_range(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise ValueError(f"an instant lies between the years {YEARS[0]} and {YEARS[-1]}")
    return value


Moment = Annotated[Instant, AfterValidator(_in_range)]


class Shape(BaseModel):
    """Fields that a newer tablet adds are kept with the evidence and otherwise passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Sealed(Shape):
    """What every record holds: its place in the tablet's chain, the tablet's clocks, hash and signature."""

    id: Id
    tablet_id: Id
    sequence: Annotated[int, Field(strict=True, ge=1, le=2**53)]
    previous_hash: Hash
    recorded_at: Moment
    monotonic_ms: Counter
    clock_offset_ms: Annotated[int, Field(strict=True, ge=-CENTURY_MS, le=CENTURY_MS)] | None
    hash: str
    signature: str


class SentRecord(Sealed):
    kind: Literal["verification", "correction"]
    body: "VerificationBody"

    @model_validator(mode="after")
    def _says_what_it_corrects(self) -> Self:
        if (self.kind == "correction") != (self.body.corrects is not None):
            raise ValueError("a correction, and nothing else, says which record it corrects: body.corrects")
        if self.body.corrects is not None and self.body.correction_reason is None:
            raise ValueError("a correction needs its reason: body.correction_reason")
        return self


class SentVisit(Sealed):
    kind: Literal["visit"]
    body: "VisitBody"


class VisitBody(Shape):
    """How a visit ended, as its inspector tells it. Told again, the later word counts."""

    visit_id: Id
    ending: Ending
    reason: LongText = ""
    ended_at: Moment
    verified: list[Id] = Field(default_factory=list, max_length=500)
    """The instruments for which this tablet has sealed a verification with a verdict, arrived here or not."""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.ending != "done" and not self.reason.strip():
            raise ValueError("a visit that was not simply done needs its reason: body.reason")
        return self


class SealTold(Shape):
    """A seal as the inspector names it: `BN26-000123`, or whatever stands on an older one."""

    number: Text
    kind: SealKind | None = None
    place: LongText = ""
    reason: Text | None = None
    photo: Hash | None = None


class AttachmentTold(Shape):
    """A file that belongs to the record and is sent after it, named by the SHA-256 of its bytes."""

    sha256: Hash
    size: Annotated[int, Field(strict=True, ge=1, le=2**40)]
    media_type: Text
    purpose: Literal["photo", "seal", "status", "signature", "other"] = "other"
    taken_at: Moment | None = None
    note: LongText = ""


Stroke = Annotated[list[Annotated[int, Field(strict=True, ge=-100_000, le=100_000)]], Field(max_length=4000)]


class SignatureTold(Shape):
    """Who signed the record on the tablet: strokes as x, y, x, y … in screen points, or a picture among the attachments."""

    role: Literal["inspector", "representative"]
    name: Text
    position: Text | None = None
    signed_at: Moment
    strokes: list[Stroke] | None = Field(default=None, max_length=500)
    attachment: Hash | None = None


class RefusalTold(Shape):
    """The enterprise's representative would not sign. The record stands with the inspector's signature and this."""

    reason: Text
    name: Text | None = None


class MismatchTold(Shape):
    """What is not as it is registered: another serial number, a seal that is broken."""

    what: Text
    expected: LongText | None = None
    found: Text
    photo: Hash | None = None


class InstrumentTold(Shape):
    """An instrument that nobody had registered, as far as the server asks: what the inspector read, or put on it."""

    serial: LongText = ""
    serial_assigned: bool = False
    """It bore none, and the inspector gave it `serial` out of the tablet's reserved numbers."""


class ProcedureTold(Shape):
    id: Text
    version: Text
    hash: str | None = None


class VerificationBody(Shape):
    visit_id: Id | None
    instrument_id: Id
    type_code: Id
    regime: Regime
    after_repair_reason: Text | None = None
    started_at: Moment
    finished_at: Moment
    evaluation: dict[str, Any]
    verdict: Verdict
    procedure: ProcedureTold | None = None
    standard_ids: list[Id] = Field(max_length=100)
    seals_affixed: list[SealTold] = Field(default_factory=list, max_length=200)
    seals_removed: list[SealTold] = Field(default_factory=list, max_length=200)
    seals_voided: list[SealTold] = Field(default_factory=list, max_length=200)
    certificate_number: Text | None = None
    note: LongText = ""
    as_found: dict[str, Any] | None = None
    """The input of metrology.evaluate before an adjustment; `evaluation` is then what was found after it, as left."""
    status_record: StatusRecord | None = None
    mismatches: list[MismatchTold] = Field(default_factory=list, max_length=100)
    attachments: list[AttachmentTold] = Field(default_factory=list, max_length=100)
    signatures: list[SignatureTold] | None = Field(default=None, max_length=10)
    refused_to_sign: RefusalTold | None = None
    found_on_site: InstrumentTold | None = None
    corrects: Id | None = None
    correction_reason: Text | None = None


SentRecord.model_rebuild()
SentVisit.model_rebuild()
