"""What is on a label and what its code says: GS1 where GS1 can carry the number, else the address that finds it."""

from __future__ import annotations

from datetime import date

import pytest

from tracking.labels.digital_link import why_not
from tracking.labels.label import LabelFacts, label_of, too_fine
from tracking.labels.sizes import SIZES
from tracking.scanning.code import read_code

SITE = "https://trace.example/"
TODAY = date(2026, 11, 26)
GTIN = "4006381333931"


def facts(number: str, *, is_serial: bool = False, gtin: str = GTIN, expires_on: date | None = None) -> LabelFacts:
    return LabelFacts(number, is_serial, "Flour", "25 kg", "FLOUR", gtin, expires_on, None)


def label(number: str, **more):
    return label_of(facts(number, **more), site=SITE, today=TODAY)


@pytest.mark.parametrize(
    ("number", "more", "encoded"),
    [
        ("F-1", {}, f"{SITE}01/0{GTIN}/10/F-1"),
        ("F-1", {"expires_on": date(2027, 1, 31)}, f"{SITE}01/0{GTIN}/10/F-1?17=270131"),
        ("F-1", {"expires_on": date(2099, 1, 31)}, f"{SITE}01/0{GTIN}/10/F-1"),  # two digits would say 1999
        ("000417", {"is_serial": True}, f"{SITE}01/0{GTIN}/21/000417"),
        ("A/1?2%3&4", {}, f"{SITE}01/0{GTIN}/10/A%2F1%3F2%253%264"),
        ("X" * 20, {}, f"{SITE}01/0{GTIN}/10/{'X' * 20}"),
        ("F-1", {"gtin": ""}, f"{SITE}search/?q=F-1"),
        ("F 1", {}, f"{SITE}search/?q=F%201"),
        ("Ä&1#", {}, f"{SITE}search/?q=%C3%84%261%23"),
        ("X" * 21, {}, f"{SITE}search/?q={'X' * 21}"),
        ("..", {}, f"{SITE}search/?q=.."),  # in a path it would name the level above
    ],
)
def test_the_code_of_a_number(number, more, encoded):
    assert label(number, **more).encoded == encoded


def test_what_gs1_cannot_carry_is_said_where_the_variant_has_a_gtin():
    assert label("F-1").warning == ""
    assert label("F 1", gtin="").warning == ""
    assert label("F 1").warning == (
        "F 1 has a space in it, which a GS1 code cannot carry. Its code leads to the search of this site instead; choose "
        "numbers of letters without accents, digits and - . / _ if others are to read it."
    )
    assert label("X" * 21).warning.startswith(f"{'X' * 21} has 21 characters, and a GS1 code carries 20.")
    assert "has “Ä” in it" in why_not("Ä")
    assert why_not("..").startswith(".. at the end of an address means another address, so a GS1 code cannot carry it.")


def test_gs1_carries_the_82_characters_of_its_table_and_no_other():
    carried = "".join(chr(code) for code in range(0x250) if not why_not(f"A{chr(code)}"))
    assert len(carried) == 82
    assert carried == "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def test_a_code_too_fine_for_its_paper_is_said():
    long = label("人" * 64)
    assert long.code.side == 101
    assert too_fine(long, SIZES["57x32"]) == (
        f"The code of {'人' * 30}… has squares of 0.24 mm on this paper; many printers and readers need 0.25 mm. "
        "Choose larger paper, or a shorter number."
    )
    assert too_fine(long, SIZES["100x50"]) == ""
    assert [size.name for size in SIZES.values() if too_fine(label("X" * 64), size)] == []


def test_the_code_keeps_its_quiet_zone():
    code = label("F-1", gtin="").code
    assert code.side == 29 + 2 * 4  # QR version 3: 29 modules
    assert 'viewBox="0 0 37 37"' in code.svg
    assert "style" not in code.svg


@pytest.mark.parametrize(
    "number", ["F-1", "a'b\"c", "<b>&amp;", "100%", "F 1", "Ä/ß", "(10)X", "x" * 64, "?q=1#2", "🍞"]
)
@pytest.mark.parametrize("is_serial", [False, True])
@pytest.mark.parametrize("gtin", ["", GTIN])
def test_our_own_search_reads_every_label(number, is_serial, gtin):
    code = read_code(label(number, is_serial=is_serial, gtin=gtin, expires_on=date(2027, 1, 31)).encoded)
    assert number in (code.batch_number, code.serial_number, code.text)
    assert code.faults == ()
    if code.form == "link":
        assert (code.gtin, code.expires_on) == (GTIN.zfill(14), date(2027, 1, 31))


def test_sheets_fit_their_paper():
    for size in SIZES.values():
        across = size.left + size.columns * size.width + (size.columns - 1) * size.across
        down = size.top + size.rows * size.height + (size.rows - 1) * size.down
        assert across <= size.page_width + 0.05, size.name
        assert down <= size.page_height + 0.05, size.name
        assert size.code >= 15, size.name  # a code of 45 modules has 0.33 mm for each
