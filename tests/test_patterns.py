"""Patterns of new numbers, pasted numbers and ranges; and what is suggested beside numbers that exist or are typed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from items.models import Item, Variant
from katana_trace.lib.numbers import UNBATCHED, check_text, key_of
from katana_trace.lib.pasted import expand_range, numbers_in
from katana_trace.lib.patterns import check_pattern, count_of, fill_pattern, prefix_key, suffix_key
from tests import build
from tracking.models import Batch, SerialNumber
from tracking.models.draft import Draft, DraftBatch, DraftLine
from tracking.numbering.suggest import suggest_batch_number, suggest_serial_numbers

settings.register_profile("plain", deadline=None, database=None)
settings.load_profile("plain")

DAY = date(2026, 11, 23)
LITERAL = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="{}"), max_size=8)
PLACEHOLDER = st.sampled_from(["{yy}", "{yyyy}", "{mm}", "{dd}", "{jjj}", "{sku}"])
SIDE = st.lists(LITERAL | PLACEHOLDER, max_size=3).map("".join)
COUNTER = st.sampled_from(["{n}", *(f"{{n:0{width}}}" for width in range(1, 13))])
DAYS = st.dates(date(1970, 1, 1), date(2200, 12, 31))
COUNT = st.integers(1, 10**13)


def said(act, text: str) -> tuple:
    """What ``act`` gives for ``text``, and "", or None and the sentence that refuses it."""
    try:
        return act(text), ""
    except ValueError as error:
        return None, str(error)


# -- patterns -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("{yy}{mm}{dd}-{n:04}", "261123-0007"),
        (" {yyyy}/{jjj}/{n} ", "2026/327/7"),
        ("{sku}-{n:012}", "Rye 1-000000000007"),
        ("{n:01}L", "7L"),
        ("№ {n:04}", "№ 0007"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_pattern_is_filled(pattern, number):
    checked = check_pattern(pattern)
    assert (fill_pattern(checked, day=DAY, sku="Rye 1", n=7) if checked else "") == number


def test_a_count_outgrows_its_zeros():
    assert fill_pattern("{n:04}", day=DAY, sku="A", n=12345) == "12345"
    assert fill_pattern("{yy}{jjj}-{n:02}", day=date(2001, 1, 2), sku="A", n=100) == "01002-100"


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("{yy}{mm}", "Pattern “{yy}{mm}” has no {n}, so two numbers of one day could not differ. "
         "Add {n} or {n:04} where the counter belongs."),
        ("LOT", "Pattern “LOT” has no {n}, so two numbers of one day could not differ. "
         "Add {n} or {n:04} where the counter belongs."),
        ("{n}-{n:04}", "Pattern “{n}-{n:04}” has 2 counters. Keep one {n}."),
        ("{week}{n}", "Pattern “{week}{n}” has {week}, which is no placeholder. "
         "Use {yy}, {yyyy}, {mm}, {dd}, {jjj}, {sku}, {n} or {n:04}."),
        ("{}{n}", "Pattern “{}{n}” has {}, which is no placeholder. "
         "Use {yy}, {yyyy}, {mm}, {dd}, {jjj}, {sku}, {n} or {n:04}."),
        ("{n:4}", "Pattern “{n:4}” has {n:4}, which is no placeholder. "
         "Use {yy}, {yyyy}, {mm}, {dd}, {jjj}, {sku}, {n} or {n:04}."),
        ("{n:00}", "Pattern “{n:00}” has a counter of 0 digits. Give it 1 to 12, such as {n:04}."),
        ("{n:013}", "Pattern “{n:013}” has a counter of 13 digits. Give it 1 to 12, such as {n:04}."),
        ("A{n", "Pattern “A{n” has a lone {. Braces enclose a placeholder: "
         "use {yy}, {yyyy}, {mm}, {dd}, {jjj}, {sku}, {n} or {n:04}."),
        ("A}{n}", "Pattern “A}{n}” has a lone }. Braces enclose a placeholder: "
         "use {yy}, {yyyy}, {mm}, {dd}, {jjj}, {sku}, {n} or {n:04}."),
        ("A\n{n}", "Pattern “A\\u000a{n}” has a character that cannot be printed (\\u000a). Remove it."),
        ("x" * 62 + "{n}", "Pattern “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” has 65 characters, the limit is 64. Shorten it."),
        ("x" * 56 + "{n:012}", "The number by this pattern “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…” has 68 characters, "
         "the limit is 64. Shorten it."),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_refused(pattern, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        check_pattern(pattern)


@given(st.text(st.sampled_from("{}n:04ymdjskuA- 9\u0301²") | st.characters(), max_size=70))
def test_any_text_is_a_pattern_or_a_sentence(text):
    pattern, sentence = said(check_pattern, text)
    assert sentence.endswith(".") or pattern == text.strip()
    if pattern:
        assert check_text(fill_pattern(pattern, day=DAY, sku="SKU-001", n=1), what="Number")


@given(SIDE, COUNTER, SIDE, DAYS, LITERAL, COUNT)
def test_a_number_and_its_count_stand_for_each_other(before, counter, after, day, sku, n):
    pattern = before + counter + after
    of = {"day": day, "sku": sku}
    key = key_of(fill_pattern(pattern, n=n, **of))
    assert count_of(pattern, key, **of) == n
    assert key.startswith(prefix_key(pattern, **of))
    assert key.endswith(suffix_key(pattern, **of))


@given(SIDE, COUNTER, SIDE, DAYS, LITERAL, st.text("0123456789aé²- ", max_size=6))
def test_only_what_the_pattern_gives_has_a_count(before, counter, after, day, sku, middle):
    pattern, of = before + counter + after, {"day": day, "sku": sku}
    key = prefix_key(pattern, **of) + middle + suffix_key(pattern, **of)
    n = count_of(pattern, key, **of)
    assert n is None or key_of(fill_pattern(pattern, n=n, **of)) == key


@pytest.mark.parametrize(
    ("pattern", "key", "n"),
    [
        ("{yy}{mm}{dd}-{n:04}", "261123-0012", 12),
        ("{yy}{mm}{dd}-{n:04}", "261123-12", None),
        ("{yy}{mm}{dd}-{n:04}", "261123-00012", None),
        ("{yy}{mm}{dd}-{n:04}", "261122-0012", None),
        ("{yy}{mm}{dd}-{n:04}", "261123-001a", None),
        ("{yy}{mm}{dd}-{n:04}", "261123-", None),
        ("{n}", "7", 7),
        ("{n}", "٧", None),
        ("{n}", "9" * 65, None),
        ("{n}", "", None),
        ("Lot {n}", "lot 7", 7),
        ("Lot {n} B", "lot 7 b", 7),
        ("7{n}7", "7", None),
        ("{sku}{n}", "rye 15", 5),
    ],
)
def test_a_count_is_read_from_a_key(pattern, key, n):
    assert count_of(pattern, key, day=DAY, sku="Rye 1") == n


def test_the_space_before_the_counter_is_part_of_the_prefix():
    assert prefix_key("Lot  {n}", day=DAY, sku="A") == "lot "
    assert prefix_key("{sku}·{n}", day=DAY, sku="ＲＹＥ") == "rye·"
    assert prefix_key("{n}", day=DAY, sku="A") == ""


# -- pasted numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", []),
        (" \r\n\t\n ", []),
        ("A1\nA2\r\nA3\rA4", ["A1", "A2", "A3", "A4"]),
        ("A1\tA2\n\n  A3  \t", ["A1", "A2", "A3"]),
        ("A1\nA1", ["A1", "A1"]),
        ("A,1\nB;2", ["A,1", "B;2"]),
        ("A1, A2, A3", ["A1, A2, A3"]),
        ('"A1","A2"; "A3"', ["A1", "A2", "A3"]),
        ('"A,1"\t"say ""hi"""\n""', ["A,1", 'say "hi"']),
        ('5" pipe\n"half', ['5" pipe', '"half']),
        ("SN 1\x1d2\x0b3", ["SN 1\x1d2\x0b3"]),
        ("A100-A149", ["A100-A149"]),
    ],
)
def test_pasted_numbers_are_found(text, numbers):
    assert numbers_in(text) == numbers


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(str.strip).filter(bool), max_size=20))
def test_numbers_pasted_from_a_column_come_as_they_were(numbers):
    numbers = [number for number in numbers if not number.startswith('"')]
    assert numbers_in("\r\n".join(numbers)) == numbers
    assert numbers_in("\t".join(numbers)) == numbers
    assert numbers_in("\n".join('"' + number.replace('"', '""') + '"' for number in numbers)) == numbers


# -- ranges ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("A100-A103", ["A100", "A101", "A102", "A103"]),
        (" A100 - A101 ", ["A100", "A101"]),
        ("A100–A101", ["A100", "A101"]),
        ("A1..A3", ["A1", "A2", "A3"]),
        ("A1 to A3", ["A1", "A2", "A3"]),
        ("98-101", ["98", "99", "100", "101"]),
        ("098-101", ["098", "099", "100", "101"]),
        ("0-2", ["0", "1", "2"]),
        ("SN-0098-SN-0100", ["SN-0098", "SN-0099", "SN-0100"]),
        ("2026-0098-2026-0100", ["2026-0098", "2026-0099", "2026-0100"]),
        ("1/26-3/26", ["1/26", "2/26", "3/26"]),
        ("A1X - A2X", ["A1X", "A2X"]),
        ("LOT TO 1 to LOT TO 2", ["LOT TO 1", "LOT TO 2"]),
        ("A5-A5", ["A5"]),
    ],
)
def test_a_range_is_expanded(text, numbers):
    assert expand_range(text) == numbers


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "“” is not a range. Write the first and the last number with a dash between, such as A100-A149."),
        ("A100", "“A100” is not a range. Write the first and the last number with a dash between, such as A100-A149."),
        ("SN-0098", "“SN-0098” is not a range. Write the first and the last number with a dash between, such as A100-A149."),
        ("A-B", "“A-B” is not a range. Write the first and the last number with a dash between, such as A100-A149."),
        ("A1-B3", "“A1-B3” is not a range: “A1” and “B3” do not differ in one counter alone. "
         "Write both ends in full, such as A100-A149."),
        ("A100-149", "“A100-149” is not a range: “A100” and “149” do not differ in one counter alone. "
         "Write both ends in full, such as A100-A149."),
        ("A1X-A2Y", "“A1X-A2Y” is not a range: “A1X” and “A2Y” do not differ in one counter alone. "
         "Write both ends in full, such as A100-A149."),
        ("A149-A100", "“A149-A100” ends below its start: 100 is below 149. Write the lower number first."),
        ("A0098-A103", "“A0098-A103” has 0098 and 103 with different leading zeros. "
         "Write both ends as they are on the labels."),
        ("A98-A0103", "“A98-A0103” has 98 and 0103 with different leading zeros. Write both ends as they are on the labels."),
        ("A1-A10001", "“A1-A10001” has more than 10,000 numbers, which is the limit in one go. Split it."),
        ("1-" + "9" * 60, f"“1-{'9' * 58}…” has more than 10,000 numbers, which is the limit in one go. Split it."),
    ],
)  # fmt: skip
def test_what_is_no_range_is_refused(text, sentence):
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        expand_range(text)


def test_a_range_of_the_limit_is_expanded():
    assert len(expand_range("A1-A10000")) == 10_000
    assert expand_range("1-3", limit=3) == ["1", "2", "3"]
    with pytest.raises(ValueError, match="has more than 2 numbers"):
        expand_range("1-3", limit=2)


@given(
    st.text("AZ- .", max_size=5),
    st.integers(0, 10**8),
    st.integers(0, 60),
    st.integers(1, 9),
    st.sampled_from(["", "X"]),
)
def test_a_range_has_both_ends_and_all_between(prefix, first, more, width, suffix):
    numbers = [f"{prefix}{n:0{width}d}{suffix}".strip() for n in range(first, first + more + 1)]
    found = expand_range(f"{numbers[0]} - {numbers[-1]}")
    assert found == numbers


@given(st.text(max_size=250))
def test_any_text_is_a_range_or_a_sentence(text):
    numbers, sentence = said(expand_range, text)
    assert numbers or sentence.endswith(".")


# -- the pattern of an item -----------------------------------------------------------------------------------------------


def test_an_item_refuses_a_bad_pattern_at_every_door(db):
    with pytest.raises(ValidationError) as refused:
        Item.objects.create(name="Rye flour", number_pattern="{yy}")
    assert refused.value.message_dict == {
        "number_pattern": [
            "Pattern “{yy}” has no {n}, so two numbers of one day could not differ. "
            "Add {n} or {n:04} where the counter belongs."
        ]
    }
    item = build.item("Rye flour", number_pattern=" {yy}-{n} ")
    assert item.number_pattern == "{yy}-{n}"
    item.number_pattern = "{x}{n}"
    with pytest.raises(ValidationError, match="which is no placeholder"):
        item.full_clean()


# -- suggestions ----------------------------------------------------------------------------------------------------------


def variant_of(name: str, tracking: str, pattern: str, *skus: str) -> Variant:
    return build.item(name, tracking, skus=skus or ("SKU",), number_pattern=pattern).variants.order_by("key")[0]


def draft_line(variant: Variant, *batches: str, serials: str = "") -> DraftLine:
    """What a person is typing into a document that is not posted."""
    draft = Draft.objects.create(kind="receipt", made_at=timezone.now(), saved_at=timezone.now())
    line = DraftLine.objects.create(draft=draft, position=0, section="in", variant=variant, serial_numbers=serials)
    for position, number in enumerate(batches):
        DraftBatch.objects.create(line=line, position=position, number=number, key=key_of(number))
    return line


def next_batch(variant: Variant, *avoid: str, day: date = DAY) -> str:
    return suggest_batch_number(variant=variant, day=day, avoid=avoid)


def next_serials(variant: Variant, count: int = 1, *avoid: str) -> list[str]:
    return suggest_serial_numbers(variant=variant, count=count, day=DAY, avoid=avoid)


def test_suggest_batch_number_follows_the_highest_of_the_day(db):
    loaf = variant_of("Loaf", "batch", "{yy}{mm}{dd}-{n:04}", "LOAF")
    assert next_batch(loaf) == "261123-0001"
    for number in ("261123-0002", "261123-0009", "261122-0044", "261123-X", "261123-00077"):
        build.post("receipt", build.line("LOAF", 1, batch=number))
    assert next_batch(loaf) == "261123-0010"
    assert next_batch(loaf, day=date(2026, 11, 22)) == "261122-0045"
    assert next_batch(loaf, " 261123-0031 ", "261122-0099") == "261123-0032"
    draft_line(loaf, "261123-0040", "other")
    assert next_batch(loaf, "261123-0031") == "261123-0041"


def test_suggest_batch_number_counts_beyond_its_zeros(db):
    loaf = variant_of("Loaf", "batch", "L{n:02}", "LOAF")
    build.post("receipt", *(build.line("LOAF", 1, batch=f"L{n:02}") for n in range(7, 104)))
    assert next_batch(loaf) == "L104"


def test_suggest_batch_number_is_of_the_variant_alone(db):
    loaf = variant_of("Loaf", "batch", "L{n}", "LOAF-1", "LOAF-2")
    build.post("receipt", build.line("LOAF-2", 1, batch="L5"))
    draft_line(Variant.objects.get(key="loaf-2"), "L8")
    assert next_batch(loaf) == "L1"


def test_suggest_batch_number_ignores_case_width_and_spaces(db):
    loaf = variant_of("Loaf", "batch", "Lot {n:03}", "LOAF")
    build.post("receipt", build.line("LOAF", 1, batch="ＬＯＴ   ００５"))
    assert next_batch(loaf) == "Lot 006"


def test_suggest_batch_number_takes_signs_of_a_search_as_they_are(db):
    loaf = variant_of("Loaf", "batch", r"%_\.*({n})", "LOAF")
    for number in (r"%_\.*(3)", r"xx\.*(8)", r"%_\aa(9)"):
        build.post("receipt", build.line("LOAF", 1, batch=number))
    assert next_batch(loaf) == r"%_\.*(4)"


def test_suggest_batch_number_finds_counts_behind_many_other_numbers(db):
    loaf = variant_of("Loaf", "batch", "{n}", "LOAF")
    build.post("receipt", *(build.line("LOAF", 1, batch=f"Supplier {n:03}") for n in range(60)))
    assert next_batch(loaf) == "1"
    build.post("receipt", build.line("LOAF", 1, batch="12"), build.line("LOAF", 1, batch="007"))
    assert next_batch(loaf) == "13"


def test_suggest_batch_number_is_empty_where_none_can_be_made(db):
    assert next_batch(variant_of("Plain", "batch", "", "PLAIN")) == ""
    assert next_batch(variant_of("Long", "batch", "{sku}-{n:012}", "x" * 60)) == ""


def test_suggest_batch_number_is_never_the_reserved_one(db):
    loaf = variant_of("Loaf", "batch", "UNBATCHED{n}", "LOAF")
    assert key_of(next_batch(loaf)) != key_of(UNBATCHED)


def test_suggest_serial_numbers_are_free_within_the_item(db):
    oven = variant_of("Oven", "serial", "OV-{yy}-{n:04}", "OVEN-1", "OVEN-2")
    assert next_serials(oven, 3) == ["OV-26-0001", "OV-26-0002", "OV-26-0003"]
    build.post("receipt", build.line("OVEN-2", 1, serial="ov-26-0004"), build.line("OVEN-1", 1, serial="OV-26-0002"))
    assert next_serials(oven, 2) == ["OV-26-0005", "OV-26-0006"]
    draft_line(Variant.objects.get(key="oven-2"), serials="OV-26-0010\nOV-25-0400\nrubbish\r\n ov-26-0012 ")
    assert next_serials(oven, 1) == ["OV-26-0013"]
    assert next_serials(oven, 2, "OV-26-0020") == ["OV-26-0021", "OV-26-0022"]
    assert next_serials(oven, 0) == []


def test_suggest_serial_numbers_of_skus_that_begin_alike_do_not_meet(db):
    oven = variant_of("Oven", "serial", "{sku}{n}", "A1", "A11")
    build.post("receipt", build.line("A11", 1, serial="A111"))
    assert next_serials(oven, 1) == ["A112"]


def test_suggest_serial_numbers_is_empty_where_one_would_be_too_long(db):
    oven = variant_of("Oven", "serial", "{sku}{n}", "x" * 63)
    assert len(next_serials(oven, 9)) == 9
    assert next_serials(oven, 10) == []
    assert next_serials(variant_of("Plain", "serial", "", "PLAIN"), 5) == []


@pytest.mark.parametrize("count", [1, 50])
def test_suggest_asks_the_same_number_of_queries(db, count, django_assert_num_queries):
    loaf = variant_of("Loaf", "batch", "L{n}", "LOAF")
    oven = variant_of("Oven", "serial", "S{n}", "OVEN")
    build.post("receipt", *(build.line("LOAF", 1, batch=f"L{n}") for n in range(1, count + 1)))
    build.post("receipt", *(build.line("OVEN", 1, serial=f"S{n}") for n in range(1, count + 1)))
    for n in range(count):
        draft_line(loaf, f"L{100 + n}")
        draft_line(oven, serials=f"S{100 + n}")
    with django_assert_num_queries(2):
        assert next_batch(loaf) == f"L{100 + count}"
    with django_assert_num_queries(2):
        assert next_serials(oven, 2) == [f"S{100 + count}", f"S{101 + count}"]


def test_suggested_numbers_can_be_posted(db):
    loaf = variant_of("Loaf", "batch", "{sku} {yyyy}{jjj}/{n:03}", "LOAF")
    oven = variant_of("Oven", "serial", "{n:06}-{yy}", "OVEN")
    for _ in range(3):
        build.post("receipt", build.line("LOAF", 1, batch=next_batch(loaf)))
        build.post("receipt", *(build.line("OVEN", 1, serial=number) for number in next_serials(oven, 4)))
    assert sorted(Batch.objects.values_list("number", flat=True)) == [f"LOAF 2026327/00{n}" for n in (1, 2, 3)]
    assert sorted(SerialNumber.objects.values_list("number", flat=True)) == [f"{n:06}-26" for n in range(1, 13)]
    assert build.broken() == {}
