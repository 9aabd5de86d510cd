"""Notifications' HTTP doors: what was told to whom, in which words, and whether it left."""

from typing import Annotated, Any

from fastapi import FastAPI, Query

from services.kernel.model import Id, now
from services.kernel.tokens import Caller
from services.kernel.web import any_of, make_api
from services.notifications.letter import Missing, Names, letter
from services.notifications.notice import Notice, Status, Topic
from services.notifications.storage import newest_first, notices

Limit = Annotated[int, Query(ge=1, le=500, description="rows on a page")]
Reader = any_of("dispatcher", "administrator", "enterprise")
Office = any_of("dispatcher", "administrator")


def make_app() -> FastAPI:
    app = make_api(
        "notifications", "notifications", "Notices to enterprises, and whether they were delivered."
    )

    @app.get("/notices", tags=["notices"])
    def listed(
        caller: Annotated[Caller, Reader],
        enterprise_id: Id | None = None,
        status: Status | None = None,
        topic: Topic | None = None,
        after: Id | None = None,
        limit: Limit = 100,
    ) -> list[dict[str, Any]]:
        """Notices, newest first, page by page (`after` = the last id of the page before).

        Dispatchers and administrators see all, an enterprise its own.
        """
        if not caller.is_staff and enterprise_id is None:
            enterprise_id = caller.enterprise
        caller.must_see(enterprise_id or "")
        asked = {"enterprise_id": enterprise_id, "status": status, "topic": topic}
        where = {name: value for name, value in asked.items() if value is not None}
        return [each.summary() for each in newest_first(where, after, limit)]

    @app.get("/notices/{id}", tags=["notices"])
    def one(id: Id, caller: Annotated[Caller, Reader]) -> dict[str, Any]:
        """One notice with its words: those that were sent, or those that would be sent now.

        Dispatchers and administrators, and the enterprise to which it is addressed.
        """
        return _with_words(_notice(id, caller))

    @app.get("/notices/{id}/history", tags=["notices"])
    def history(id: Id, caller: Annotated[Caller, Reader]) -> list[dict[str, Any]]:
        """Every event of a notice, oldest first. Whoever may see the notice."""
        _notice(id, caller)
        return [each.model_dump(mode="json") for each in notices.history(id)]

    @app.post("/notices/{id}/retry", tags=["notices"])
    def retry(id: Id, caller: Annotated[Caller, Office]) -> dict[str, Any]:
        """Tries a failed notice again, for example after the address was corrected. Dispatchers and administrators."""
        notice = notices.get(id)
        return _with_words(notices.commit(notice, notice.retry(now()), by=caller))

    return app


def _notice(id: str, caller: Caller) -> Notice:
    notice = notices.get(id)
    caller.must_see(notice.enterprise_id)
    return notice


def _with_words(notice: Notice) -> dict[str, Any]:
    view = notice.summary()
    if notice.delivery is not None:
        return view | {"text": notice.delivery.text}
    try:
        words = letter(notice, Names(), patient=False)
    except Missing:
        return view | {"text": None}
    return view | {"subject": words.subject, "text": words.text}
