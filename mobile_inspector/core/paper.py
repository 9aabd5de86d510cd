"""What goes with the readings of one verification: pictures, the status record, and who signed or would not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .attachments import Attachments, named
from .clock import instant_text
from .form import words
from .pen import Pen
from .picture import Measure, reduced
from .refusal import Refused
from .sheet import Json

MOST = 300  # letters of a name, a serial number or a reason
MISMATCHES = ("serial", "maker", "model", "seal_broken", "seal_missing", "other")
ROLES = ("inspector", "representative")
MOST_POINTS = 2000  # of one stroke; a finger does not draw more

Strokes = Sequence[Sequence[tuple[int, int]]]


class Paper:
    """Every method journals one fact or raises Refused and stores nothing."""

    def __init__(self, pen: Pen, attachments: Attachments) -> None:
        self._pen, self._attachments = pen, attachments

    def attach(self, content: bytes, media_type: str, purpose: str = "photo", note: str = "") -> str:
        """A picture belongs to the record.  Returns its name, the SHA-256 of its bytes.

        Args:
            media_type: image/jpeg, image/png, image/webp; application/json for strokes.
            purpose: photo, seal, status, signature or other.

        Raises Refused: attachment-unfit, storage-full.
        """
        self._pen.must_write()
        told = self._attachments.keep(content, media_type, purpose, note)
        if told["sha256"] not in self._pen.sheet.attachments:
            self._pen.write("attachment.added", **told, at="attachments")
        return str(told["sha256"])

    def photograph(self, content: bytes, measure: Measure, purpose: str = "photo", note: str = "") -> str:
        """A photograph as the camera gave it, made upright and no larger than needed; returns its name.

        Raises Refused: picture-unreadable, storage-full, and those of `attach`.
        """
        self._pen.must_write()
        return self.attach(reduced(content, measure), "image/jpeg", purpose, note)

    def strike(self, sha256: str, reason: str) -> None:
        """A picture is struck out of the record, and shows nothing any more.  The journal keeps it, with the reason.

        Raises Refused: attachment-unknown, text-needed, text-too-long.
        """
        if sha256 not in self._pen.sheet.attachments:
            raise Refused("attachment-unknown", field="attachment")
        reason = words(reason, MOST, "reason")
        self._pen.write("attachment.dropped", sha256=sha256, reason=reason, at="attachments")

    def set_status_record(
        self,
        parts: Sequence[Mapping[str, str]],
        program: Mapping[str, str] | None = None,
        seals_found: Mapping[str, str] | None = None,
        seals_left: Mapping[str, str] | None = None,
        note: str = "",
    ) -> None:
        """The status record (biên bản hiện trạng) of a fuel dispenser, as a whole; told again, it is replaced.

        Args:
            parts: each with `name`, and `maker`, `model`, `serial` as far as they can be read.
            program: `name`, `version`, `checksum` of the control program.
            seals_found, seals_left: the number at each place, before and after.

        Raises Refused: text-needed, text-too-long.
        """
        record: Json = {
            "parts": [
                {
                    "name": words(part.get("name", ""), MOST, "parts.name"),
                    **_texts(part, "maker", "model", "serial"),
                }
                for part in parts
            ],
            "program": None if program is None else _texts(program, "name", "version", "checksum"),
            "seals_found": _places(seals_found or {}),
            "seals_left": _places(seals_left or {}),
            "note": words(note, 4000, "note") if note.strip() else "",
        }
        self._pen.write("status.set", record=record, at="status_record")

    def note_mismatch(self, what: str, found: str, photo: str | None = None) -> None:
        """The instrument is not as it is registered, which is evidence of its own.

        Args:
            what: one of MISMATCHES.
            found: what is there instead, in words or digits.
            photo: the name that `attach` gave to a picture of it.

        Raises Refused: mismatch-unknown, attachment-unknown, text-needed, text-too-long.
        """
        if what not in MISMATCHES:
            raise Refused("mismatch-unknown", field="what", kinds=", ".join(MISMATCHES))
        sheet = self._pen.sheet
        picture = named(sheet.attachments, photo)
        expected = sheet.opening["instrument"].get(what)
        self._pen.write(
            "mismatch.noted",
            what=what,
            expected=expected if isinstance(expected, str) else None,
            found=words(found, MOST, "found"),
            **picture,
            at="mismatches",
        )

    def show_mismatch(self, index: int, photo: str) -> None:
        """A picture of the n-th of `Sheet.mismatches`, from 0; it replaces an earlier one.

        Raises Refused: mismatch-missing, attachment-unknown.
        """
        if not 0 <= index < len(self._pen.sheet.mismatches):
            raise Refused("mismatch-missing", field="index")
        picture = named(self._pen.sheet.attachments, photo)
        self._pen.write("mismatch.shown", index=index, **picture, at="mismatches")

    def strike_mismatch(self, index: int) -> None:
        """The n-th of `Sheet.mismatches`, from 0, was noted by mistake.  Raises Refused mismatch-missing."""
        if not 0 <= index < len(self._pen.sheet.mismatches):
            raise Refused("mismatch-missing", field="index")
        self._pen.write("mismatch.struck", index=index, at="mismatches")

    def sign(self, role: str, name: str, strokes: Strokes, position: str | None = None) -> None:
        """A signature drawn on the screen, as points of each stroke.  Whatever is changed afterwards must be signed anew.

        Raises Refused: role-unknown, signature-empty, text-needed, text-too-long.
        """
        if role not in ROLES:
            raise Refused("role-unknown", field="role", roles=", ".join(ROLES))
        drawn = [
            [int(part) for point in stroke[:MOST_POINTS] for part in point] for stroke in strokes if stroke
        ]
        if not drawn:
            raise Refused("signature-empty", field="strokes")
        self._pen.write(
            "record.signed",
            role=role,
            name=words(name, MOST, "name"),
            position=words(position, MOST, "position") if position else None,
            signed_at=instant_text(self._pen.journal.clock.now()),
            strokes=drawn,
            at="signatures",
        )

    def sign_by_pin(self, name: str) -> None:
        """The inspector's signature is the PIN, which was confirmed before; nothing is drawn."""
        self._pen.write(
            "record.signed",
            role="inspector",
            name=words(name, MOST, "name"),
            position=None,
            signed_at=instant_text(self._pen.journal.clock.now()),
            strokes=None,
            at="signatures",
        )

    def refuse_to_sign(self, reason: str, name: str | None = None) -> None:
        """The enterprise's representative would not sign; the record stands with this.  Raises Refused text-needed."""
        who = words(name, MOST, "name") if name else None
        self._pen.write(
            "record.sign_refused", reason=words(reason, MOST, "reason"), name=who, at="signatures"
        )


def _texts(told: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: words(told[name], MOST, name) if told.get(name, "").strip() else "" for name in names}


def _places(seals: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"place": words(place, MOST, "place"), "number": words(number, MOST, "number")}
        for place, number in seals.items()
    ]
