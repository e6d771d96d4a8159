"""The mutants can be made: each mistake's text is in the code once, and the table tells of all of them.

That they are noticed is shown by ``python -m tests.mutants``, which takes longer than a suite should.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.table import MUTANTS, as_markdown

TESTS = Path(__file__).parent


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.name}, {mutant.file}")
def test_mutant_can_be_made(mutant):
    text = (TESTS.parent / mutant.file).read_text()
    assert text.count(mutant.old) == 1
    assert mutant.new != mutant.old
    assert [name for name in mutant.tests if not (TESTS / name).exists()] == []


def test_table_of_mutants_is_that_of_the_readme():
    assert as_markdown() in (TESTS / "mutants" / "README.md").read_text()
