"""Many passwords tried at once are counted as if they were tried one after the other."""

from __future__ import annotations

import pytest

from katana_trace.accounts.models import LoginAttempt
from katana_trace.accounts.throttle import NAME_LIMIT
from tests.races.starting_line import Entry
from tests.races.verdict import posted, refused

pytestmark = pytest.mark.race


@pytest.mark.parametrize("times", [1, 5])
def test_16_guessers_at_once_have_no_more_tries_than_one(course, times):
    answers = course.run(*[Entry("guess", {"username": "anna", "times": times})] * 16).answers
    assert posted(answers) <= NAME_LIMIT
    assert posted(answers) + len(refused(answers)) == 16 * times
    assert LoginAttempt.objects.count() == posted(answers)  # what was refused is not counted
