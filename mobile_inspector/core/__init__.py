"""All behaviour of the tablet, without a window: the journal, the work, the verifications, the sync."""

from .attachments import Attached
from .live import Live
from .network import Network, Unreachable
from .outbox import Item
from .readiness import Readiness
from .refusal import Refused
from .route import Need, Stop
from .search import Found
from .sync import Report
from .tablet import Tablet
from .verification import Verification
from .visit_book import Outcome
from .work import Visit

__all__ = [
    "Attached",
    "Found",
    "Item",
    "Live",
    "Need",
    "Network",
    "Outcome",
    "Readiness",
    "Refused",
    "Report",
    "Stop",
    "Tablet",
    "Unreachable",
    "Verification",
    "Visit",
]
