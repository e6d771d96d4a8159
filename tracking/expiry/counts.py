"""How many batches in stock expire in each of some windows: one query, whatever there is."""

from __future__ import annotations

from collections.abc import Sequence

from tracking.expiry.windows import Window
from tracking.ledger.sql import fetch

IN_STOCK = "FROM tracking_stocklevel k JOIN tracking_batch b ON b.id = k.batch_id WHERE k.in_stock"


def count_batches(windows: Sequence[Window], *, of: str = IN_STOCK, parameters: Sequence = ()) -> list[int]:
    """The batches of each window, in their order.

    ``of`` is ``FROM … WHERE …`` with b the batches; one that is at several places counts once.
    """
    counts = ", ".join(["sum(CASE WHEN q.expires_on BETWEEN %s AND %s THEN 1 ELSE 0 END)"] * len(windows))
    spans = [day.isoformat() for window in windows for day in (window.first, window.last)]
    latest = max(window.last for window in windows).isoformat()
    rows = fetch(
        f"SELECT {counts} FROM (SELECT DISTINCT b.id, b.expires_on {of} AND b.expires_on <= %s) q",
        [*spans, *parameters, latest],
    )
    return [count or 0 for count in rows[0]]
