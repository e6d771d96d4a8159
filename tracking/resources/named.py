"""What a file names and is not there yet: a location or a partner, which it makes where its owner may."""

from __future__ import annotations

from katana_trace.lib.permission import may
from katana_trace.lib.refusal import Refusal
from tracking.models import Location, Partner


def require_to_make(model: type[Location] | type[Partner], name: str, *, by) -> None:
    """Raises Refusal where ``by`` may not make the location or partner ``name``."""
    what = model._meta.verbose_name
    if not may(by, f"tracking.add_{model._meta.model_name}"):
        raise Refusal(f"There is no {what} “{name}”, and you may not make one. Ask a manager to do it.", field=what)
