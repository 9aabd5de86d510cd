"""A write of which nobody knows whether it is on the disk: the database counts as away, for all who wrote together."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, WriteConcernError

from services.kernel.documents import Documents, Row
from services.kernel.inbox import DATABASE_AWAY
from services.kernel.model import AlreadyDone

UNSURE = {"errmsg": "waiting for replication timed out", "code": 64}
TAKEN = {"index": 1, "code": 11000, "keyValue": {"_id": "b"}}


class Refusing:
    """A collection whose bulks are answered with an error."""

    def __init__(self, **details: Any) -> None:
        self.details = {"writeErrors": [], "writeConcernErrors": [], "nMatched": 1} | details

    def insert_many(self, documents: list[Row], ordered: bool) -> None:
        raise BulkWriteError(self.details)

    def bulk_write(self, requests: list[Any], ordered: bool) -> None:
        raise BulkWriteError(self.details)


def documents(**details: Any) -> Documents:
    return Documents(lambda: cast(Collection[Row], Refusing(**details)), "jug")


WRITES: list[Callable[[Documents], object]] = [
    lambda made: made.insert([{"_id": "a"}, {"_id": "b"}]),
    lambda made: made.insert_in_order([{"_id": "a"}, {"_id": "b"}]),
    lambda made: made.update(("a", 1, {"$set": {"litres": 2}})),
]


@pytest.mark.parametrize("write", WRITES)
def test_an_unsure_write_is_waited_for_and_becomes_no_letter(write: Callable[[Documents], object]) -> None:
    with pytest.raises(WriteConcernError) as told:
        write(documents(writeConcernErrors=[UNSURE], writeErrors=[TAKEN]))
    assert isinstance(told.value, DATABASE_AWAY)


def test_a_taken_id_is_told_to_the_one_who_wanted_it() -> None:
    made = documents(writeErrors=[TAKEN])
    first, second = made.insert([{"_id": "a"}, {"_id": "b"}])
    assert first is None
    assert isinstance(second, AlreadyDone)
    assert second.key == {"id": "b"}
    assert made.insert_in_order([{"_id": "a"}, {"_id": "b"}]) == 1
