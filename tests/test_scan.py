"""Reading scanned codes. The examples are those of the GS1 General Specifications, and strings as scanners send them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from tracking.scanning.code import Code, read_code

GTIN = "09506000134352"  # GS1's own example, General Specifications, section 7.8.5 among others
ANOTHER = "04006381333931"

READ = [
    # An element string of three elements, as it is printed and as it is scanned (section 7.8).
    ("(01)09506000134352(17)141205(10)ABCD1234", Code("elements", GTIN, "ABCD1234", expires_on=date(2014, 12, 5))),
    ("010950600013435217141205" + "10ABCD1234", Code("elements", GTIN, "ABCD1234", expires_on=date(2014, 12, 5))),
    ("]C1010950600013435217141205" + "10ABCD1234", Code("elements", GTIN, "ABCD1234", expires_on=date(2014, 12, 5))),
    ("]d2\x1d010950600013435217141205" + "10ABCD1234", Code("elements", GTIN, "ABCD1234", expires_on=date(2014, 12, 5))),
    # An element of variable length that is not the last ends in FNC1, which scanners send as GS (section 7.8.6.3).
    ("010950600013435210ABC\x1d21S-1", Code("elements", GTIN, "ABC", "S-1")),
    ("]Q3010950600013435210ABC\x1d17141205", Code("elements", GTIN, "ABC", expires_on=date(2014, 12, 5))),
    # ... or as whatever they are set to send for it.
    *((f"010950600013435210ABC{sign}21S-1", Code("elements", GTIN, "ABC", "S-1"))
      for sign in ("|", "~", "^", "#", " ", "\x1e", "\u2194", "<GS>", "{GS}", "\\x1d", "\u241d", "^]", "[FNC1]")),
    # A day of 00 is the last of its month (sections 3.4.2 to 3.4.7), also in February.
    ("010950600013435217240200", Code("elements", GTIN, expires_on=date(2024, 2, 29))),
    (
        "01095060001343521114053115141205",
        Code("elements", GTIN, made_on=date(2014, 5, 31), best_before_on=date(2014, 12, 5)),
    ),
    # As the reader's own documentation has it.
    ("010703206980498815210526100329", Code("elements", "07032069804988", "0329", best_before_on=date(2021, 5, 26))),
    ("(01)07032069804988(15)210526(10)0329", Code("elements", "07032069804988", "0329", best_before_on=date(2021, 5, 26))),
    # Net weight with as many decimals as the identifier says (section 3.6.2), count (3.2.1, 3.3.7).
    ("01095060001343523103001250", Code("elements", GTIN, weight=1_250_000)),
    ("01095060001343523100000750", Code("elements", GTIN, weight=750_000_000)),
    ("01095060001343523105000001", Code("elements", GTIN, weight=10)),
    ("010950600013435230" + "25", Code("elements", GTIN, count=25)),
    # What a logistic unit contains (section 3.3): GTIN of AI 02, count of AI 37.
    ("(02)09506000134352(37)12(10)L7", Code("elements", GTIN, "L7", count=12)),
    # GS1 Digital Link of any host, with AIs in the path and in the query, percent-encoded.
    (
        "https://id.gs1.org/01/09506000134352/10/ABC%2F1/21/12%25?17=271231",
        Code("link", GTIN, "ABC/1", "12%", expires_on=date(2027, 12, 31)),
    ),
    ("https://shop.example/some/path/01/9506000134352/21/S1?x=1", Code("link", GTIN, "", "S1")),
    ("]Q1https://id.gs1.org/01/09506000134352/10/L1", Code("link", GTIN, "L1")),
    ("]Q1https://id.gs1.org/01/09506000134352/", Code("link", GTIN)),
    ("https://id.gs1.org/01/9506000134352?3103=000195", Code("link", GTIN, weight=195_000)),
    # A number may have brackets of its own, and spaces stand between what is printed.
    ("(01) 09506000134352 (10) A(B)C", Code("elements", GTIN, "A(B)C")),
    # Twenty characters are the most, and then comes FNC1.
    ("0109506000134352" + "10" + "1" * 20 + "\x1d21999", Code("elements", GTIN, "1" * 20, "999")),
    # A bar code of another kind is its text, without what the scanner put before it.
    ("]C0F-1", Code("label", text="F-1")),
    # Our own label.
    ("https://trace.example/search/?q=R%202%2F7", Code("label", text="R 2/7")),
    ("http://127.0.0.1:8000/search/?q=000417", Code("label", text="000417")),
    # A GTIN alone: of 8, 12, 13, 14 digits.
    ("4006381333931", Code("gtin", ANOTHER)),
    ("04006381333931", Code("gtin", ANOTHER)),
    ("]E04006381333931", Code("gtin", ANOTHER)),
    ("614141123452", Code("gtin", "00614141123452")),
    ("96385074", Code("gtin", "00000096385074")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code"), READ)
def test_a_code_is_read_to_what_it_says(text, code):
    read = read_code(text)
    assert read is not None
    for name in Code.__slots__:
        if name != "human":
            assert getattr(read, name) == getattr(code, name), name


@pytest.mark.parametrize(
    "text",
    ["", "   ", "FLOUR", "10ABC", "21000417", "000417", "4006381333932", "1234567890128x", "17-08 B", "01", "0109506000134353",
     "01999999999999999999", "https://example.com/", "https://example.com/search/", "http://[::1", "(10", "()", "ftp://x/01/1",
     "]", "]C", "a" * 3000, "\0", "00106141412345678908"],
)  # fmt: skip
def test_what_is_no_code_is_text(text):
    assert read_code(text) is None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("(01)09506000134353(10)A", "The GTIN 09506000134353 has a wrong check digit. Compare it with the label."),
        ("010950600013435217140231", "The expiry date 140231 of the code is no date. Give it by hand."),
        (
            "0109506000134352" + "10" + "A" * 25,
            "cannot be read as a GS1 code to its end. Scan it again, or type its number.",
        ),
        # What is longer than a batch number may be would be read as another element: no number is better than a wrong one.
        ("0109506000134352" + "10" + "1" * 20 + "21999\x1d15210526", "cannot be read as a GS1 code to its end."),
        ("(01)09506000134352(10)" + "1" * 21, "cannot be read as a GS1 code. Compare it with the label."),
        ("]C1zzz", "“zzz” cannot be read as a GS1 code to its end. Scan it again, or type its number."),
        ("https://id.gs1.org/01/09506000134352/99", "This GS1 Digital Link cannot be read. Compare it with the label."),
    ],
)
def test_a_code_that_is_wrong_says_what(text, fault):
    assert any(fault in said for said in read_code(text).faults)


@pytest.mark.parametrize(
    ("text", "kept", "fault"),
    [
        (f"(01){GTIN}(10)A(10)B", Code("", GTIN), "different batch numbers, A and B,"),
        (f"]C101{GTIN}10A\x1d10B", Code("", GTIN), "different batch numbers, A and B,"),
        (f"01{GTIN}21A\x1d10L\x1d21B", Code("", GTIN, "L"), "different serial numbers, A and B,"),
        (f"01{GTIN}01{ANOTHER}10A", Code("", "", "A"), f"different GTINs, {GTIN} and {ANOTHER},"),
        (f"(01){GTIN}(02){ANOTHER}(37)3", Code("", count=3), f"different GTINs, {GTIN} and {ANOTHER},"),
        (f"01{GTIN}1727013117270201", Code("", GTIN), "different expiry dates, 270131 and 270201,"),
        (f"01{GTIN}1527013115270201", Code("", GTIN), "different best before dates, 270131 and 270201,"),
        (f"01{GTIN}1127013111270201", Code("", GTIN), "different dates of making, 270131 and 270201,"),
        (f"(01){GTIN}(30)5(37)6", Code("", GTIN), "different counts, 5 and 6,"),
        (f"(01){GTIN}(3103)000195(3102)000195", Code("", GTIN), "different net weights, 000195 and 000195,"),
        (f"(01){GTIN}(240)A(240)B", Code("", GTIN), "different values of AI 240, A and B,"),
        (f"https://id.gs1.org/01/{GTIN}/10/A?10=B", Code("", GTIN), "different batch numbers, A and B,"),
        (f"https://x.example/01/{GTIN}?17=270131&17=270201", Code("", GTIN), "different expiry dates, 270131 and 270201,"),
    ],
)  # fmt: skip
def test_of_two_values_for_the_same_neither_is_taken(text, kept, fault):
    code = read_code(text)
    assert len(code.faults) == 1
    assert (
        f"The code has {fault} but GS1 allows only one. Scan the right label, or type what it says." in code.faults[0]
    )
    assert replace(code, form="", human="", faults=()) == kept


@pytest.mark.parametrize(
    "text", [f"01{GTIN}10A\x1d10A", f"(01){GTIN}(02){GTIN}(10)A(30)05(37)5", f"(01){GTIN}(10)A(01){GTIN}"]
)
def test_the_same_said_twice_is_no_fault(text):
    code = read_code(text)
    assert (code.gtin, code.batch_number, code.faults) == (GTIN, "A", ())


def test_nothing_that_is_scanned_hurts():
    """A thousand mutations of the codes above, each by its seed: read, or text, and never an error."""
    good = [text for text, _ in READ]
    odd = [
        "\x1d",
        "\0",
        "(",
        ")",
        "]",
        "%",
        "%ff",
        "0",
        "9" * 20,
        "é",
        "\ud800",
        "\u202e",
        "/",
        "?",
        "&17=",
        "//",
        ":",
        "[",
        "\n",
    ]
    for seed in range(1_000):
        chance = random.Random(seed)
        text = chance.choice(good)
        for _ in range(chance.choice([1, 2, 5])):
            place = chance.randrange(len(text) + 1)
            cut = chance.choice([0, 0, 1, 3])
            text = text[:place] + chance.choice([*odd, chance.choice(good)]) + text[place + cut :]
        code = read_code(text)
        assert code is None or isinstance(code, Code), seed
        assert code is None or len(code.gtin) in (0, 14), seed
