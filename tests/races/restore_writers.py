"""What one writer of a race does who restores (see ``writers``)."""

from __future__ import annotations

from django.contrib.auth import get_user_model

from tests.races.writers import Score
from tracking.models import Archive
from tracking.modes.restore import restore_archive


def restore(number: int, *, archive: int, user: int) -> dict:
    """Restores an archive, as others do at the same moment."""
    score = Score()
    by = get_user_model().objects.get(pk=user)
    found = Archive.objects.select_related("item", "switch").get(pk=archive)
    score.try_it(lambda: restore_archive(archive=found, by=by))
    return score.answer()
