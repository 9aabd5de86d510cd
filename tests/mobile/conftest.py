"""A tablet over a real directory, a server in memory, and a clock that shows the day of the examples."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mobile_inspector.core import Refused, Tablet, vault
from tests.mobile import day
from tests.mobile.day import ClockOfTheDay
from tests.mobile.fake_inspection import CODE, PASSWORD, USER, FakeServer


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What scrypt costs is for thieves, not for tests."""
    monkeypatch.setattr(vault, "COST", 2**10)


@pytest.fixture
def clock() -> ClockOfTheDay:
    return ClockOfTheDay()


@pytest.fixture
def server(clock: ClockOfTheDay) -> FakeServer:
    fake = FakeServer(lambda: clock.shows)
    fake.inspector, fake.seals = day.card(), day.seals()
    fake.publish(visits=[day.visit()], standards=day.standards())
    return fake


@pytest.fixture
def open_tablet(tmp_path: Path, server: FakeServer, clock: ClockOfTheDay) -> Iterator[Callable[..., Tablet]]:
    """Opens the tablet of this test; opened again it is the same tablet after a restart."""
    opened: list[Tablet] = []

    def open_it(**options: Any) -> Tablet:
        tablet = Tablet.open(
            tmp_path / "tablet",
            registry_url="https://registry.example.vn",
            inspection_url="https://inspection.example.vn",
            transport=server.transport,
            clock=options.pop("clock", clock),
            **options,
        )
        opened.append(tablet)
        return tablet

    yield open_it
    for tablet in opened:
        tablet.close()


@pytest.fixture
def tablet(open_tablet: Callable[..., Tablet]) -> Tablet:
    """Signed in, with the day's work pulled."""
    found = open_tablet()
    found.sign_in(USER, PASSWORD)
    found.enrol(CODE)
    assert found.sync().complete
    return found


@pytest.fixture
def refusal() -> Callable[[Callable[[], object]], str]:
    """The code with which an act is refused."""

    def refusal_of(act: Callable[[], object]) -> str:
        with pytest.raises(Refused) as refused:
            act()
        return refused.value.code

    return refusal_of
