"""What the registry is made of."""

from metrology.catalogue import Catalogue
from services.kernel.cli import Service
from services.kernel.model import Itself
from services.kernel.settings import settings
from services.registry.account import Account, NewAccount
from services.registry.api import make_app
from services.registry.events import CatalogueRow
from services.registry.instrument_type import InstrumentType
from services.registry.storage import STORES, accounts, instrument_types
from services.registry.worker import HANDLERS

DEPLOYMENT = Itself(actor="service/registry")


def prepare() -> None:
    """The administrator's account, if it was given a password, and the types that the shipped catalogue knows.

    What is there already stays as it is: an administrator may have decided otherwise.
    """
    password = settings().admin_password
    if password is not None and not list(accounts.query(username="admin", limit=1)):
        roles = frozenset({"administrator"})
        account, opened = Account.open(
            NewAccount(username="admin", password=password, name="Quản trị hệ thống", roles=roles)
        )
        accounts.add(account, opened, by=DEPLOYMENT)
    rows: dict[str, list[CatalogueRow]] = {}
    for entry in Catalogue.shipped().entries:
        rows.setdefault(entry.code, []).append(CatalogueRow.model_validate(entry.row()))
    known = {kind.id for kind in instrument_types.query()}
    for code in rows.keys() - known:
        kind, defined = InstrumentType.define(code, rows[code])
        instrument_types.add(kind, defined, by=DEPLOYMENT)


SERVICE = Service(name="registry", api=make_app, stores=STORES, handlers=HANDLERS, prepare=prepare)
