"""What scheduling is made of."""

from services.kernel.cli import Service
from services.scheduling.api import make_app
from services.scheduling.due import run_due
from services.scheduling.storage import STORES
from services.scheduling.worker import HANDLERS

SERVICE = Service(name="scheduling", api=make_app, stores=STORES, handlers=HANDLERS, loops={"due": run_due})
