"""Doors to accounts. Administrators only."""

from typing import Annotated, Any

from fastapi import APIRouter

from services.kernel.model import Fact, Id, Rejected, Text
from services.kernel.tokens import Caller
from services.kernel.web import any_of
from services.registry.account import Account, NewAccount
from services.registry.api.enterprises import Limit
from services.registry.storage import accounts, enterprises, inspectors, sessions

router = APIRouter(prefix="/accounts", tags=["accounts"])

Administrator = any_of("administrator")


class Closing(Fact):
    reason: Text


@router.post("", status_code=201)
def open_account(body: NewAccount, caller: Annotated[Caller, Administrator]) -> dict[str, Any]:
    """Lets a person sign in. Administrators only. The name must be free."""
    if body.enterprise_id is not None and enterprises.find(body.enterprise_id) is None:
        detail = f"There is no enterprise {body.enterprise_id}. Register it first."
        raise Rejected("enterprise-unknown", detail, field="enterprise_id", status=422)
    if body.inspector_id is not None and inspectors.find(body.inspector_id) is None:
        detail = f"There is no inspector {body.inspector_id}. Register the card first."
        raise Rejected("inspector-unknown", detail, field="inspector_id", status=422)
    account, opened = Account.open(body)
    return accounts.add(account, opened, by=caller).view()


@router.get("")
def listed(
    caller: Annotated[Caller, Administrator], after: Id | None = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    """Accounts, page by page. Administrators only."""
    where = {"id__gt": after} if after else {}
    return [each.view() for each in accounts.query(limit=limit, **where)]


@router.post("/{id}/close")
def close(id: Id, body: Closing, caller: Annotated[Caller, Administrator]) -> dict[str, Any]:
    """Ends an account and its sessions. Administrators only. Tokens already given out live at most 15 minutes more."""
    account = accounts.get(id)
    closed = accounts.commit(account, account.close(body.reason), by=caller)
    for session in sessions.query(account_id=id, ended=False):
        sessions.commit(session, session.close("account_closed"), by=caller)
    return closed.view()
