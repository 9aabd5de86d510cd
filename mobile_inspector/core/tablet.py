"""The tablet as screens and programs use it: one object over one directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from .assigned_serials import AssignedSerials, UsedSerials
from .attachments import Attached, AttachmentRows, Attachments
from .batch import Batch, Batches
from .batch import Outcome as BatchOutcome
from .budget import Budget
from .certificate_numbers import CertificateNumbers, UsedNumbers
from .clock import Clock
from .copying import copy_down
from .courier import Courier
from .database import DEVICE_SECRET, erase, open_database
from .drafts import DraftRows, Drafts
from .gates import standard_obstacle
from .journal import Journal, Projection
from .network import Network, checked_url
from .outbox import Item, Outbox, Records, State, in_three_words
from .readiness import Readiness, readiness
from .refusal import Refused
from .rescue_file import write_rescue
from .route import Need, Stop, needs, stops
from .seals import Seal, Stock, UsedSeals
from .search import Finder, Found
from .session import Session
from .sync import Report, Sync
from .vault import Vault, secret_in
from .verification import Verification
from .visit_book import VisitBook
from .work import Visit, Work


class Tablet:
    """`with Tablet.open(directory, …) as tablet: …`; everything but `sign_in` and `sync` works without a network."""

    def __init__(
        self,
        journal: Journal,
        session: Session,
        network: Network,
        inspection_url: str,
        directory: Path,
        retention_days: int,
    ) -> None:
        self.retention_days = retention_days
        self.journal, self.session, self.network, self.directory = journal, session, network, directory
        self.erased = False
        self.work = Work(journal)
        self._outbox = Outbox(journal)
        self.finder = Finder(self.work)
        self.budget = Budget(journal.database, journal.clock, network)
        self.serials = AssignedSerials(journal, session, self.work)
        self.visit_book = VisitBook(session, self.work, self._outbox, self.serials)
        self.stock = Stock(journal, self.work)
        self.attachments = Attachments(journal, directory / "attachments")
        self.numbers = CertificateNumbers(journal, session, self.work)
        self.drafts = Drafts(
            journal, session, self._outbox, self.work, self.stock, self.attachments, self.numbers
        )
        self.batches = Batches(self.drafts)
        self._sync = Sync(
            journal, session, self._outbox, self.work, self.attachments, network, inspection_url, self.budget,
            self.numbers, self.serials,
        )  # fmt: skip

    @classmethod
    def open(
        cls,
        directory: Path | str,
        *,
        registry_url: str,
        inspection_url: str,
        transport: httpx.BaseTransport | None = None,
        offline_days: int = 14,
        clock: Clock | None = None,
        device_secret: Callable[[], bytes] | None = None,
        retention_days: int = 30,
    ) -> Self:
        """Opens the tablet of a directory, or makes it.  Nothing is asked of the network.

        Args:
            transport: another way to the servers, for tests and demonstrations; `network.away = True` cuts any off.
            offline_days: how long signing in works without a network.
            device_secret: 32 bytes out of the platform's key store, without which a PIN opens nothing; a file of the
                directory where there is no such store.
            retention_days: how long a photograph stays after the server has it.  Records and facts stay for ever.

        Raises Refused: address-bad, tablet-in-use, tablet-too-new, tablet-unreadable.
        """
        registry_url, inspection_url = checked_url(registry_url), checked_url(inspection_url)
        database = open_database(Path(directory))
        vault = Vault(database, device_secret or secret_in(Path(directory) / DEVICE_SECRET))
        projections: list[Projection] = [
            Records(),
            DraftRows(),
            UsedSeals(),
            UsedNumbers(),
            UsedSerials(),
            AttachmentRows(),
        ]
        journal = Journal(database, clock or Clock(), vault, projections)
        network = Network(transport)
        session = Session(journal, vault, network, registry_url, offline_days)
        return cls(journal, session, network, inspection_url, Path(directory), retention_days)

    def close(self) -> None:
        """Lets go of the directory.  Not closing loses nothing."""
        self.sign_out()
        self.network.close()
        self.journal.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def sign_in(self, user: str, password: str, *, previous_password: str | None = None) -> bool:
        """True if the registry was asked, false if the tablet decided alone, offline.  See `Session.sign_in`."""
        return self.session.sign_in(user, password, previous_password=previous_password)

    def sign_in_by_pin(self, pin: str) -> None:
        """Without network and password, with the PIN set before.  See `Session.sign_in_by_pin`."""
        self.session.sign_in_by_pin(pin)

    def set_pin(self, pin: str) -> None:
        """Six to twelve digits.  See `Session.set_pin`; `session.vault.has_pin` says whether one is set."""
        self.session.set_pin(pin)

    def confirm_pin(self, pin: str) -> None:
        """Before `finish`: it is the inspector who signs.  See `Session.confirm_pin`."""
        self.session.confirm_pin(pin)

    def recover(self, user: str, password: str, recovery_code: str | None = None) -> None:
        """PIN or password is forgotten.  The PIN is no longer valid afterwards: a new one must be set.

        Args:
            recovery_code: when the password was forgotten too, and the registry has given another.  None: the password
                is the one that this tablet knows.

        Raises as `Session.renew` with a code, as `Session.sign_in` without.
        """
        if recovery_code is None:
            self.session.sign_in(user, password)
        else:
            self.session.renew(user, password, recovery_code)
        self.session.vault.forget_pin()

    def recovery_code(self) -> str:
        """The code that opens this tablet when password and PIN are forgotten: to be shown once and kept on paper."""
        return self.session.vault.recovery_code()

    def sign_out(self) -> None:
        """Locks the tablet: nothing of it can be read until the next sign-in.  Then take visits and verifications anew:
        objects from before hold what was read before.
        """
        self.session.sign_out()
        self.finder.forget()
        self.drafts.forget()

    def enrol(self, code: str) -> None:
        """Makes this tablet known with the one-time code of an administrator, typed or out of the QR image.

        Once, after the first sign-in, with the network.  See `Sync.enrol`.
        """
        self._sync.enrol(code)

    def sync(self) -> Report:
        """Sends what is sealed, fetches what is to be done; never raises for what a network or a server does.

        A tablet that was ordered to erase itself does so once everything it had is handed in; it is closed then.
        """
        if self.erased:
            return Report(problem=Refused("tablet-erased"))
        report = self._sync.once()
        if report.wipe:
            self.erased = True
            self.close()
            erase(self.directory)
            report.problem = Refused("tablet-erased")
        elif report.problem is None:
            self.attachments.expire(self.retention_days)
        return report

    def courier(self, heard: Callable[[Report], None] = lambda report: None) -> Courier:
        """A worker thread that syncs by itself; `start` it, `kick` it after `finish`, `stop` it before `close`."""
        return Courier(self.sync, heard)

    def visits(self, on: date | None = None) -> list[Visit]:
        """The visits that are this inspector's work, in order of time; only one day's if given."""
        return self.work.visits(on)

    def today(self) -> list[Visit]:
        """The visits of the present day in Vietnam, by the clock corrected to the server's."""
        return self.work.visits(self.journal.clock.today())

    def route(self, on: date | None = None) -> list[Stop]:
        """The visits of a day (today if none is given) as stops in the order of their times: `visit`, `kilometres` from
        the stop before, `instruments`, `verified`, `overdue`, `outcome`.
        """
        day = on or self.journal.clock.today()
        today, verified = self.journal.clock.today(), self._outbox.verified()
        return stops(self.work.visits(day), today, verified, self.visit_book.outcome)

    def standards_to_carry(self, on: date | None = None) -> list[Need]:
        """For each type of instrument on a day (today if none is given): how many, and the standards in date for it."""
        day = on or self.journal.clock.today()
        return needs(self.work.visits(day), self.work.standards(), day)

    def readiness(self, on: date | None = None) -> Readiness:
        """Whether a day (today if none is given) can be worked without a network; `words()` says it in a sentence."""
        day = on or self.journal.clock.today()
        offset = self.journal.clock.offset_ms
        return readiness(self.work.visits(day), self.work, self.stock, self.numbers, day, offset_ms=offset)

    def search(self, query: str, most: int = 50) -> list[Found]:
        """Instruments by parts of serial, maker, enterprise, site or address, without diacritics; needs no network.

        The first search after a sign-in reads the whole work (about a second for 50,000 instruments); call it early.
        """
        return self.finder.search(query, most)

    def prepare_search(self) -> bool:
        """A part of what the first search needs, which takes a moment; true when there is nothing left to prepare."""
        return self.finder.prepare()

    def sync_state(self, visit_id: str | None = None) -> State | None:
        """How far the records of a visit, or of the whole tablet, have come: that of the one that is least far.

        "on_tablet", "received" or "published"; "rejected" or "conflict" where one needs the inspector; None for no records.
        `say(f"state-{…}", language)` has the words, as `Item.words` for one record.
        """
        return in_three_words(self._outbox.states(visit_id))

    def states(self, visit_id: str | None = None) -> dict[State, int]:
        """How many records are in each state."""
        return self._outbox.states(visit_id)

    def standards(
        self, type_code: str, on: date | None = None
    ) -> list[tuple[dict[str, Any], Refused | None]]:
        """Every reference standard with the reason why it cannot be used for a type on a day, None if it can."""
        day = (on or self.journal.clock.today()).isoformat()
        known = [
            (dict(standard), standard_obstacle(standard, type_code, day))
            for standard in self.work.standards()
        ]
        return sorted(known, key=lambda pair: (pair[1] is not None, pair[0]["code"]))

    def seals(self, kind: str | None = None) -> list[Seal]:
        """The numbered seals in hand that can still be fitted, lowest number first."""
        return list(self.stock.free(kind))

    def start(
        self,
        visit_id: str | None,
        instrument_id: str,
        regime: str | None = None,
        repair_reason: str | None = None,
    ) -> Verification:
        """Begins a verification.  See `Drafts.start`."""
        return self.drafts.start(visit_id, instrument_id, regime, repair_reason)

    def resume(self) -> list[Verification]:
        """The verifications under way, the one touched last first; each at the field where it was left."""
        return self.drafts.open()

    def seal(self, draft: Verification, pin: str) -> Item:
        """The inspector signs with the PIN, and the record is sealed.  Raises as `confirm_pin` and `Verification.finish`."""
        self.confirm_pin(pin)
        return self.sign_and_finish(draft)

    def sign_and_finish(self, draft: Verification) -> Item:
        """After `confirm_pin`.  Raises as `Verification.finish`."""
        card = self.work.inspector()
        draft.paper.sign_by_pin(str(card["name"]) if card else self.session.user or "")
        return draft.finish()

    def seal_batch(self, batch: Batch, pin: str) -> BatchOutcome:
        """One PIN for all that are ready; each is a record of its own.  Raises as `confirm_pin`."""
        self.confirm_pin(pin)
        return batch.finish(self.sign_and_finish)

    def correct(self, record_id: str, reason: str) -> Verification:
        """Begins the correction of a record sealed here: a new record, with the reason.  See `Drafts.correct`."""
        return self.drafts.correct(record_id, reason)

    def copy_down(self, source: Verification, fields: Sequence[str], to: Iterable[Verification]) -> int:
        """For identical instruments: what is the same for all, entered once.  See `copying.copy_down`."""
        return copy_down(source, fields, to)

    def outbox(self) -> list[Item]:
        """Every record sealed here, in order, with its state in plain words.  To retry, `sync` or kick the courier."""
        return self._outbox.items()

    def outbox_attachments(self) -> list[Attached]:
        """Every picture that a sealed record names, with its state and what keeps it here."""
        return self.attachments.items()

    def send_first(self, sha256: str) -> None:
        """One picture goes before the others in the next round; kick the courier after this.  It keeps to the budget."""
        self.attachments.first = sha256

    def rescue(self, file: Path) -> str:
        """Writes all that has no receipt into a sealed file, for a tablet that cannot connect; returns its code.

        The office hands it in by `python -m mobile_inspector.rescue FILE …`; the code is told to it apart from the file.
        Raises Refused: signed-out, nothing-to-rescue, storage-full.
        """
        return write_rescue(file, self.journal, self._outbox, self.attachments)
