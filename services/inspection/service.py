"""What inspection is made of."""

from services.inspection import evidence
from services.inspection.api import make_app
from services.inspection.attaching import prepare as prepare_attachments
from services.inspection.numbering import enter_earlier
from services.inspection.storage import STORES
from services.inspection.worker import HANDLERS
from services.kernel.cli import Service


def prepare() -> None:
    """Where attachments lie, the pictures asked for, the numbers of certificates from before there was a register."""
    evidence.asked()
    prepare_attachments()
    enter_earlier()


SERVICE = Service(name="inspection", api=make_app, stores=STORES, handlers=HANDLERS, prepare=prepare)
