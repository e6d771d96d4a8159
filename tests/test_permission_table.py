"""Every verb that a door leads to asks for a permission itself, so that no door is open because a view forgot to ask."""

from __future__ import annotations

from tests.permission_table import asked_by, functions, verbs

# Verbs that ask elsewhere, or nobody.
WITHOUT = {
    "tracking.modes.switch.enable_tracking": "Item.save asks, by the signal that modes.saving answers: at every door.",
    "tracking.modes.download.latest_download": "Reads what this user has downloaded.",
    "tracking.modes.download.record_download": "Notes who downloaded a history, which everybody may who reads.",
    "tracking.modes.download.sent_and_recorded": "The same, while the file is sent.",
}


def test_every_verb_behind_a_door_asks_for_a_permission():
    found = verbs()
    assert {verb.name for verb in found if not verb.asks} == set(WITHOUT)
    assert len(found) > 40


def test_saving_another_tracking_asks_for_the_permission():
    assert asked_by("tracking.modes.saving.before_save", functions()) == {
        "items.switch_tracking": "tracking.modes.saving.before_save"
    }


def test_reversing_is_asked_at_every_door_that_posts():
    asking = {verb.name for verb in verbs() if "tracking.reverse_document" in verb.asks}
    assert {
        "tracking.ledger.post.post",
        "tracking.ledger.reverse.reverse_document",
        "tracking.resources.import_movements.import_movements",
        "tracking.drafts.post.post_draft",
    } <= asking
