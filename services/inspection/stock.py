"""The seals that an inspector still holds: what was issued, less what was used or voided."""

from typing import Any

from services.inspection.domain.seal_batch import unused
from services.inspection.storage import seal_batches, used_serials


def seals_in_hand(inspector_id: str) -> list[dict[str, Any]]:
    """Ranges of numbers, first and last included, by series."""
    found = []
    for batch in seal_batches.query(order="series first", issues__inspector_id=inspector_id):
        for issue in batch.issues:
            if issue.inspector_id != inspector_id:
                continue
            used = used_serials(batch.series, issue.first, issue.last)
            for first, last in unused(issue.first, issue.last, used):
                found.append(
                    {
                        "batch_id": batch.id,
                        "kind": batch.of_kind,
                        "series": batch.series,
                        "first": first,
                        "last": last,
                    }
                )
    return found
