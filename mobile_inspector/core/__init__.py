"""All behaviour of the tablet, without a window: the journal, the work, the verifications, the sync."""

from .network import Network, Unreachable
from .outbox import Item
from .refusal import Refused
from .sync import Report
from .tablet import Tablet
from .verification import Verification
from .work import Visit

__all__ = ["Item", "Network", "Refused", "Report", "Tablet", "Unreachable", "Verification", "Visit"]
