"""A call that reserves numbers for this tablet: made again under its id until it is answered, so none is lost or doubled."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from .canonical import canonical
from .journal import Journal
from .network import Answer, Unreachable

Call = Callable[..., Answer]
Json = Mapping[str, Any]


def reserve(
    journal: Journal,
    name: str,
    wanted: Callable[[], Json | None],
    call: Call,
    keep: Callable[[Json, list[str]], None],
) -> None:
    """Asks `/{name}/reserve` for what is wanted; None: enough is in hand.

    Args:
        name: "certificate-numbers" or "assigned-serials".
        keep: stores the numbers of a call; journalled with it.

    Raises Unreachable.
    """
    database, under_way = journal.database, f"{name}.reservation"
    kept = database.bookmark(under_way)
    told = json.loads(kept) if kept else wanted()
    if told is None:
        return
    database.set_bookmark(under_way, canonical(told))
    answer = call("POST", f"/{name}/reserve", content=canonical(told))
    numbers = answer.body.get("numbers")
    if answer.ok and not isinstance(numbers, list):
        raise Unreachable("answer-broken")
    with database.transaction():
        if answer.ok:
            assert isinstance(numbers, list)
            keep(told, numbers)
            journal.append(f"{name}.reserved", f"device/{told['tablet_id']}", {**told, "numbers": numbers})
        database.set_bookmark(under_way, "")  # refused for good: the next round asks anew, under another id
