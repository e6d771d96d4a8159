"""What every page shows of the ledger."""

from __future__ import annotations

from django.http import HttpRequest

from tracking.ledger import guards


def ledger(request: HttpRequest) -> dict:
    """``guards_missing`` puts a banner on the pages of managers: nothing is posted then."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not guards.are_missing():
        return {"guards_missing": False}
    return {"guards_missing": user.has_perm("tracking.reverse_document")}
