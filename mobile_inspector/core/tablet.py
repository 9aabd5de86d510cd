"""The tablet as screens and programs use it: one object over one directory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from .attachments import AttachmentRows, Attachments
from .clock import Clock
from .courier import Courier
from .database import erase, open_database
from .drafts import DraftRows, Drafts
from .gates import standard_obstacle
from .journal import Journal
from .network import Network, checked_url
from .outbox import Item, Outbox, Records
from .refusal import Refused
from .seals import Seal, Stock, UsedSeals
from .session import Session
from .sync import Report, Sync
from .vault import Vault
from .verification import Verification
from .work import Visit, Work


class Tablet:
    """`with Tablet.open(directory, …) as tablet: …`; everything but `sign_in` and `sync` works without a network."""

    def __init__(
        self, journal: Journal, session: Session, network: Network, inspection_url: str, directory: Path
    ) -> None:
        self.journal, self.session, self.network, self.directory = journal, session, network, directory
        self.erased = False
        self.work = Work(journal)
        self._outbox = Outbox(journal)
        self.stock = Stock(journal, self.work)
        self.attachments = Attachments(journal, directory / "attachments")
        self.drafts = Drafts(journal, session, self._outbox, self.work, self.stock, self.attachments)
        self._sync = Sync(
            journal, session, self._outbox, self.work, self.attachments, network, inspection_url
        )

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
    ) -> Self:
        """Opens the tablet of a directory, or makes it.  Nothing is asked of the network.

        Args:
            transport: another way to the servers, for tests and demonstrations; `network.away = True` cuts any off.
            offline_days: how long signing in works without a network.

        Raises Refused: address-bad, tablet-in-use, tablet-too-new, tablet-unreadable.
        """
        registry_url, inspection_url = checked_url(registry_url), checked_url(inspection_url)
        database = open_database(Path(directory))
        journal = Journal(database, clock or Clock(), [Records(), DraftRows(), UsedSeals(), AttachmentRows()])
        network = Network(transport)
        session = Session(journal, Vault(database), network, registry_url, offline_days)
        return cls(journal, session, network, inspection_url, Path(directory))

    def close(self) -> None:
        """Lets go of the directory.  Not closing loses nothing."""
        self.session.sign_out()
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

    def correct(self, record_id: str, reason: str) -> Verification:
        """Begins the correction of a record sealed here: a new record, with the reason.  See `Drafts.correct`."""
        return self.drafts.correct(record_id, reason)

    def outbox(self) -> list[Item]:
        """Every record sealed here, in order, with its state in plain words."""
        return self._outbox.items()
