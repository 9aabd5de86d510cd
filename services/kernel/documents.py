"""The documents of one collection, as they lie in it: who asks or writes at the same moment does so together."""

import copy
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from pymongo import UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, DuplicateKeyError, WriteConcernError

from services.kernel.model import AlreadyDone, Stale
from services.kernel.together import Together

DUPLICATE_KEY = 11000

Row = dict[str, Any]


class Documents:
    """`find`, `insert` and `update` are called with one question each; see `Together`."""

    def __init__(self, collection: Callable[[], Collection[Row]], kind: str) -> None:
        self._collection, self._kind = collection, kind
        self.find: Together[list[str], list[Row | None]] = Together(self._find)
        """Of each id the document without its history, if it is there."""
        self.insert: Together[list[Row], list[Exception | None]] = Together(self._insert)
        """Each document is a transaction of its own; of each what hindered it, if anything did."""
        self.update: Together[tuple[str, int, Row], None] = Together(self._update)
        """Changes the document with this id and version. Raises Stale, AlreadyDone."""

    def by(self, field: str, fields: Iterable[str]) -> Together[str, list[Row]]:
        """The documents whose field has a value; whole, without their history, or some fields of them."""
        shown = {field: 1, **dict.fromkeys(fields, 1)} if fields else {"history": 0}

        def ask(values: list[str]) -> list[list[Row]]:
            where = values[0] if len(values) == 1 else {"$in": sorted(set(values))}
            found: dict[str, list[Row]] = {value: [] for value in values}
            for row in self._collection().find({field: where}, shown):
                found[row[field]].append(row)
            return [copy.deepcopy(found[each]) if values.count(each) > 1 else found[each] for each in values]

        return Together(ask)

    def insert_in_order(self, documents: list[Row]) -> int:
        """Up to the first whose id or key is taken; how many. Whatever hinders it, a beginning of the list is there."""
        try:
            self._collection().insert_many(documents, ordered=True)
        except BulkWriteError as error:
            [first, *_] = _errors(error)
            if first["code"] != DUPLICATE_KEY:
                raise
            return int(first["index"])
        return len(documents)

    def _find(self, lists: list[list[str]]) -> list[list[Row | None]]:
        ids = [id for each in lists for id in each]
        where = ids[0] if len(ids) == 1 else {"$in": sorted(set(ids))}
        rows = {row["_id"]: row for row in self._collection().find({"_id": where}, {"history": 0})}
        found = (copy.deepcopy(rows.get(id)) if ids.count(id) > 1 else rows.get(id) for id in ids)
        return [list(islice(found, len(each))) for each in lists]

    def _insert(self, lists: list[list[Row]]) -> list[list[Exception | None]]:
        documents = [document for each in lists for document in each]
        refused: list[Exception | None] = [None] * len(documents)
        try:
            self._collection().insert_many(documents, ordered=False)
        except BulkWriteError as error:
            for each in _errors(error):
                refused[each["index"]] = self._refusal(each, documents[each["index"]]["_id"], error)
        answers = iter(refused)
        return [list(islice(answers, len(each))) for each in lists]

    def _update(self, changes: list[tuple[str, int, Row]]) -> list[Exception | None]:
        """Of several changes of one document only the first can be in time.

        The database says only how many were as expected: if not all, everyone looks again. Whose change went through
        then finds its mark, as after a crash; hence for handlers only.
        """
        first = {id: place for place, (id, _, _) in reversed(list(enumerate(changes)))}
        places = sorted(first.values())
        refused: dict[int, Exception] = {}
        try:
            changed = self._change([changes[n] for n in places])
        except BulkWriteError as error:
            changed = (error.details or {})["nMatched"]
            for each in _errors(error):
                place = places[each["index"]]
                refused[place] = self._refusal(each, changes[place][0], error)
        whole = changed + len(refused) == len(places)
        return [
            refused.get(n) or (None if whole and first[id] == n else Stale(f"{self._kind}/{id}"))
            for n, (id, _, _) in enumerate(changes)
        ]

    def _change(self, changes: list[tuple[str, int, Row]]) -> int:
        """Changes documents that have the version; how many had it.

        Several as one command that holds what each becomes: the embedded engine waits for the disk once then, and not
        for each. What a unique key refuses stops such a command midway, and it says not where: then one by one.
        """
        if len(changes) > 1:
            become = [
                {
                    "case": {"$and": [{"$eq": ["$_id", id]}, {"$eq": ["$version", version]}]},
                    "then": _changed(change),
                }
                for id, version, change in changes
            ]
            switch = {"$switch": {"branches": become, "default": "$$ROOT"}}
            ids = {"_id": {"$in": [id for id, _, _ in changes]}}
            try:
                return self._collection().update_many(ids, [{"$replaceWith": switch}]).modified_count
            except DuplicateKeyError:
                pass
        updates = [UpdateOne({"_id": id, "version": version}, change) for id, version, change in changes]
        return self._collection().bulk_write(updates, ordered=False).matched_count

    def _refusal(self, error: Row, id: str, whole: Exception) -> Exception:
        taken = error["code"] == DUPLICATE_KEY
        return AlreadyDone(f"{self._kind}/{id}", key_of(error)) if taken else whole


def key_of(details: Mapping[str, Any]) -> Row:
    """The unique key that was taken, as the database names it."""
    key = details.get("keyValue") or {}
    return {name.removeprefix("_"): key[name] for name in key}


def _changed(change: Row) -> Row:
    """What `$set` and `$push` make of a document, as an expression."""
    parts: list[Any] = ["$$ROOT", {"$literal": change["$set"]}]
    for name, added in change.get("$push", {}).items():
        parts.append({name: {"$concatArrays": [f"${name}", {"$literal": added["$each"]}]}})
    return {"$mergeObjects": parts}


def _errors(error: BulkWriteError) -> list[Row]:
    """What was refused of a bulk. Raises WriteConcernError, as one write does, when it is not known what is on the disk."""
    details = error.details or {}
    if unsure := details.get("writeConcernErrors"):
        raise WriteConcernError(unsure[0].get("errmsg", ""), unsure[0].get("code"), unsure[0]) from error
    return list(details["writeErrors"])
