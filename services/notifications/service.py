"""What notifications is made of."""

from services.kernel.cli import Service
from services.notifications.api import make_app
from services.notifications.sender import run_sender
from services.notifications.storage import STORES
from services.notifications.worker import HANDLERS

SERVICE = Service(
    name="notifications", api=make_app, stores=STORES, handlers=HANDLERS, loops={"sender": run_sender}
)
