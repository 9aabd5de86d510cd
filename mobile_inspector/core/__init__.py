"""All behaviour of the tablet, without a window: the journal, the work, the verifications, the sync."""

from .network import Network, Unreachable
from .outbox import Item
from .readiness import Readiness
from .refusal import Refused
from .route import Need, Stop
from .search import Found
from .sync import Report
from .tablet import Tablet
from .verification import Verification
from .work import Visit

__all__ = [
    "Found",
    "Item",
    "Need",
    "Network",
    "Readiness",
    "Refused",
    "Report",
    "Stop",
    "Tablet",
    "Unreachable",
    "Verification",
    "Visit",
]
