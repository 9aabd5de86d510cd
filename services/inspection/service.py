"""What inspection is made of."""

from services.inspection.api import make_app
from services.inspection.numbering import enter_earlier
from services.inspection.storage import STORES
from services.inspection.worker import HANDLERS
from services.kernel.cli import Service

SERVICE = Service(name="inspection", api=make_app, stores=STORES, handlers=HANDLERS, prepare=enter_earlier)
