"""The pure helpers: quantities, keys, days, guarded cells, identities, GTIN. No database."""

from __future__ import annotations

import csv
import io
import time
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st

from items.models import validate_gtin
from katana_trace.lib import days
from katana_trace.lib.identity import new_uuid, new_uuids
from katana_trace.lib.numbers import KEY_LIMIT, can_be_stored, check_text, is_unbatched, key_of
from katana_trace.lib.quantities import LINE_LIMIT, for_people, parse_quantity, plain, shown, to_decimal, to_millionths
from katana_trace.lib.safe_csv import guard, read_rows, unguard, write_rows
from katana_trace.lib.search import search_key

settings.register_profile("plain", deadline=None, database=None)
settings.load_profile("plain")

MILLIONTHS = st.integers(-LINE_LIMIT, LINE_LIMIT)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))


# -- quantities -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "millionths"),
    [("12", 12_000_000), ("-0.25", -250_000), ("+7", 7_000_000), ("0.000001", 1), ("007", 7_000_000), ("-0", 0),
     ("1000000000", LINE_LIMIT), ("1.500000", 1_500_000)],
)  # fmt: skip
def test_a_plain_decimal_is_read(text, millionths):
    assert parse_quantity(text) == millionths


@pytest.mark.parametrize(
    "text", ["", " ", "1e9", "NaN", "inf", "1,5", "1_000", "１２", "٣", ".5", "5.", "0x1", "--1", "1 000", "1\n", "−1"]
)
def test_what_is_no_plain_decimal_is_refused(text):
    with pytest.raises(ValueError, match=r"is not a quantity\. Write a plain number with a point, such as 12 or 0.25."):
        parse_quantity(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [("0.1234567", "has more than 6 places"), ("1000000000.000001", "is above the limit of 1,000,000,000"),
     ("9" * 40, "is above the limit"), ("-1000000001", "is above the limit")],
)  # fmt: skip
def test_too_fine_and_too_large_are_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_quantity(text)


@given(MILLIONTHS)
def test_a_quantity_is_written_and_read_without_loss(millionths):
    text = plain(millionths)
    assert parse_quantity(text) == millionths
    assert to_millionths(to_decimal(millionths)) == millionths
    assert Decimal(text) == to_decimal(millionths)
    assert "e" not in text.lower()
    assert text != "-0"
    assert "." not in text or not text.endswith(("0", "."))


@given(st.lists(MILLIONTHS, max_size=20))
def test_quantities_add_up_exactly(parts):
    assert sum(parts) - sum(parts) == 0
    assert to_millionths(sum(map(to_decimal, parts), Decimal(0))) == sum(parts)


@pytest.mark.parametrize(
    ("millionths", "signed", "text"),
    [
        (0, True, "0"),
        (1_234_567_500_000, False, "1,234,567.5"),
        (-250_000, False, "−0.25"),
        (3_000_000, True, "+3"),
        (1, False, "0.000001"),
    ],
)
def test_people_see_commas_and_a_real_minus(millionths, signed, text):
    assert for_people(millionths, signed=signed) == text


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("Infinity"), Decimal("0.0000001")])
def test_a_decimal_that_is_no_quantity_is_refused(value):
    with pytest.raises(ValueError, match=r"\."):
        to_millionths(value)


# -- names, numbers and their keys ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("  L  1 ", "l 1"),
        ("ＬＯＴ１", "lot1"),
        ("Straße", "strasse"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("A\u00a0B\u3000C", "a b c"),
        ("É", "é"),
        ("E\u0301", "é"),
        ("İ", "i̇"),
        ("ﬁ", "fi"),
        ("①", "1"),
        ("\t", ""),
    ],
)
def test_a_key_ignores_case_width_and_spaces(typed, key):
    assert key_of(typed) == key


@given(TEXT)
def test_a_key_is_its_own_key(text):
    assert key_of(key_of(text)) == key_of(text)


@pytest.mark.parametrize(
    "text", ["a" + "\u0316\u0301" * 40_000, "x" * 401, "\ufdfa" * 400, "\u0345\u0334" * 201, "é" * 1_000_000]
)
def test_a_text_longer_than_any_name_has_a_key_that_nothing_has(text):
    begun = time.process_time()
    key = key_of(text)
    assert time.process_time() - begun < 0.5
    assert key == key_of(text)
    assert key == key_of(key) == search_key(text) == search_key(key)
    assert key != key_of(f"{text}b")
    assert len(key) <= KEY_LIMIT
    assert not can_be_stored(text, limit=120)
    inner = key.strip("\u00ad")  # somebody may have that for a number
    assert key_of(inner) == inner != key
    assert inner.find(key) == -1


def test_a_search_text_is_never_cut_to_what_is_there():
    name = "n" * 120
    assert search_key(name) == key_of(name)
    assert search_key(name + " " * 500) == key_of(name)
    for longer in (f"{name} {'x' * 137}", f"{name} {'x' * 500}"):
        assert search_key(longer) != key_of(name)


@given(TEXT)
def test_a_key_does_not_tell_case_width_and_space_around_apart(text):
    assert key_of(f"  {text}\u3000") == key_of(text)
    assert key_of(text.swapcase().swapcase()) == key_of(text.swapcase().swapcase().casefold())


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_full_width_letters_have_the_same_key(text):
    wide = "".join(chr(ord(char) + 0xFEE0) for char in text)
    assert key_of(wide) == key_of(text)


@given(st.text())
def test_what_passes_the_check_can_be_stored_on_both_databases(text):
    try:
        clean = check_text(text, what="Number")
    except ValueError as error:
        assert str(error).endswith(".")  # noqa: PT017 either answer is right
        assert not can_be_stored(text)
        return
    assert can_be_stored(text)
    assert "\0" not in clean
    clean.encode("utf-8")
    assert clean == clean.strip()
    assert 0 < len(clean) <= 64
    assert 0 < len(key_of(clean)) <= 400


def test_notes_may_have_line_breaks_and_numbers_may_not():
    assert check_text(" a\r\n\tb ", what="Note", lines=True) == "a\r\n\tb"
    with pytest.raises(
        ValueError, match=r"Number “a\\u000ab” has a character that cannot be printed \(\\u000a\)\. Remove it\."
    ):
        check_text("a\nb", what="Number")


def test_one_character_that_stands_for_many_is_counted_as_them():
    with pytest.raises(ValueError, match="is too long once its characters are written out"):
        check_text("\ufdfa" * 60, what="Number")  # each is 18 letters and spaces


def test_the_reserved_name_is_known_in_any_spelling():
    assert is_unbatched(" ＵＮbatched")
    assert not is_unbatched("UNBATCHED 2")


@given(st.text())
def test_what_a_sentence_shows_can_be_printed_and_is_cut(text):
    assert shown(text).isprintable()
    assert len(shown(text, 5)) <= 5 * len("\\u18d09") + 1


# -- days and instants ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-1-5",
        "26-01-05",
        "2026/01/05",
        "05.01.2026",
        "２026-01-05",
        "2026-01-05T00:00",
        "",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"is not a date\. Write year-month-day, such as 2026-01-31."):
        days.parse_day(text)


@pytest.mark.parametrize("text", ["1969-12-31", "2201-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_refused(text):
    with pytest.raises(ValueError, match=r"is outside the years 1970 to 2200. Check the year."):
        days.parse_day(text)


@given(st.dates(date(1970, 1, 1), date(2200, 12, 31)))
def test_a_day_is_read_as_it_is_written(day):
    assert days.parse_day(day.isoformat()) == day


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 31)).map(lambda at: at.replace(microsecond=0)),  # noqa: DTZ001
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_is_read_at_any_offset_and_written_in_utc(moment, minutes):
    there = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    read = days.parse_instant(there.isoformat())
    assert read == there
    assert days.instant_text(read) == there.astimezone(UTC).isoformat()
    assert days.parse_instant(days.instant_text(read)) == read


@pytest.mark.parametrize(
    ("text", "instant"),
    [("2025-01-06T08:00:00Z", "2025-01-06T08:00:00+00:00"), ("2025-01-06 08:00+01:00", "2025-01-06T07:00:00+00:00"),
     ("2025-01-06T08:00:00+0530", "2025-01-06T02:30:00+00:00")],
)  # fmt: skip
def test_other_ways_to_write_an_instant(text, instant):
    assert days.instant_text(days.parse_instant(text)) == instant


@pytest.mark.parametrize(
    ("text", "reason"),
    [("2025-01-06T08:00:00", "has no offset from UTC"), ("2025-01-06T08:00:00.123Z", "has a fraction of a second"),
     ("2025-01-06", "is not a date with a time"), ("2025-13-06T08:00:00Z", "is not a date with a time"),
     ("2025-01-06T08:00:00+99:00", "is not a date with a time"), ("0001-01-01T00:00:00+14:00", "is not a date with a time"),
     ("1969-12-31T23:59:59Z", "is outside the years"), ("2200-12-31T23:59:59-01:00", "is outside the years")],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text, reason):
    with pytest.raises(ValueError, match=reason):
        days.parse_instant(text)


def test_a_batch_is_usable_through_its_expiry_date():
    day = date(2026, 3, 31)
    assert not days.is_expired(day, on=day)
    assert days.is_expired(day, on=date(2026, 4, 1))
    assert not days.is_expired(None, on=day)


def test_the_day_of_an_instant_is_that_of_the_site(settings):
    late = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert days.day_of(late) == date(2026, 3, 31)
    settings.TIME_ZONE = "Europe/Berlin"
    assert days.day_of(late) == date(2026, 4, 1)
    settings.TIME_ZONE = "America/Los_Angeles"
    assert days.day_of(datetime(2026, 4, 1, 6, tzinfo=UTC)) == date(2026, 3, 31)


# -- cells ----------------------------------------------------------------------------------------------------------------


@given(st.text())
def test_a_guarded_cell_is_no_formula_and_comes_back(text):
    assert unguard(guard(text)) == text
    assert guard(text)[:1] not in set("=+-@\t\r＝＋－＠＇")


@given(st.text(), st.sampled_from("=+-@\t\r'＝＋－＠＇"))
def test_a_dangerous_cell_comes_back_too(text, first):
    assert unguard(guard(first + text)) == first + text
    assert guard(first + text) == "'" + first + text


def test_a_quote_that_guards_nothing_stays():
    assert unguard("'plain") == "'plain"
    assert unguard("'") == "'"
    assert guard("O'Brien") == "O'Brien"


# Line ends inside a cell come back as they are; NUL is refused, and no cell is longer than the limit.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_any_text_is_written_and_read_without_loss(pairs):
    content = b"".join(write_rows([["a", "b"], *[[guard(first), guard(second)] for first, second in pairs]]))
    assert content.startswith(b"\xef\xbb\xbfa,b\r\n")
    read = [
        (row.cells["a"], row.cells["b"]) for row in read_rows(io.BytesIO(content), required=("a", "b"), text=("a", "b"))
    ]
    assert read == pairs
    assert next(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) == ["a", "b"]


# -- identities -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [0, 1, 2, 5000])
def test_uuids_of_one_call_are_distinct_and_ascend(count):
    made = new_uuids(count)
    assert len(set(made)) == count
    assert made == sorted(made)
    assert {(uuid.version, uuid.variant) for uuid in made} <= {(7, "specified in RFC 4122")}


def test_uuids_ascend_with_time(monkeypatch):
    moment = 1_700_000_000_000_000_000
    found = []
    for step in range(5):
        monkeypatch.setattr("time.time_ns", lambda step=step: moment + step * 1_000_000)
        found.append(new_uuid())
    assert found == sorted(found)
    assert [uuid.int >> 80 for uuid in found] == [moment // 1_000_000 + step for step in range(5)]


# -- GTIN -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gtin", ["96385074", "036000291452", "4006381333931", "10012345000017", "00000000"])
def test_a_gtin_with_its_check_digit_is_taken(gtin):
    validate_gtin(gtin)


@pytest.mark.parametrize(
    ("gtin", "sentence"),
    [
        ("4006381333930", "“4006381333930” has the check digit 0, 1 is right. Compare it with the label."),
        ("400638133393", "“400638133393” has the check digit 3, 0 is right. Compare it with the label."),
        ("123456789", "“123456789” is not a GTIN. It has 8, 12, 13 or 14 digits."),
        ("４006381333931", "“４006381333931” is not a GTIN. It has 8, 12, 13 or 14 digits."),
        ("", "“” is not a GTIN. It has 8, 12, 13 or 14 digits."),
        ("40063813339 1", "“40063813339 1” is not a GTIN. It has 8, 12, 13 or 14 digits."),
    ],
)
def test_a_gtin_that_is_none_is_refused(gtin, sentence):
    with pytest.raises(ValidationError) as caught:
        validate_gtin(gtin)
    assert caught.value.messages == [sentence]


@given(st.integers(0, 10**12 - 1), st.integers(0, 9))
def test_exactly_one_check_digit_is_right(body, digit):
    text = f"{body:012d}"
    good = []
    for check in range(10):
        try:
            validate_gtin(f"{text}{check}")
        except ValidationError:
            continue
        good.append(check)
    assert len(good) == 1
