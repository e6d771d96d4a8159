"""Days and times of a spreadsheet, which it keeps as numbers of days."""

from __future__ import annotations

import pytest
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from katana_trace.lib.xlsx_sheet import text_of_day, text_of_days
from katana_trace.lib.xlsx_workbook import Style


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH])
def test_days_and_times_are_those_that_the_library_reads(epoch):
    """Most are reckoned without it, which takes too long for the millions that a sheet may have."""
    days = [
        *range(-2, 70),
        2_899_999,
        2_900_000,
        2_900_001,
        2_950_000,
        0.5,
        0.9999999999,
        60.25,
        61.5,
        46_053.999999999,
        46_053.0,
    ]
    days += [46_053 + n / 86_400_000 * 977 for n in range(1, 2_000)]
    for value in days:
        assert text_of_days(value, epoch, Style(is_date=True)) == text_of_day(from_excel(value, epoch)), value
