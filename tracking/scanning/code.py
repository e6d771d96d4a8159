"""Reading a scanned code: GTIN, GS1 element strings, GS1 Digital Link, and the address on a label of our own.

What is no code is no fault: it is text, and is looked for as text. Sections are of the GS1 General Specifications.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

from biip import ParseConfig, ParseError
from biip.gs1_digital_link_uris import GS1DigitalLinkURI
from biip.gs1_element_strings import GS1ElementString, GS1ElementStrings
from biip.gs1_messages import GS1Message
from biip.gtin import Gtin

from katana_trace.lib.quantities import LINE_LIMIT, MILLION, shown

SEPARATOR = "\x1d"
# What scanners that type are commonly set to send for FNC1. No single one of these can be in the data of a GS1 code (its
# characters are those of figure 7.11-1), so they part elements safely in what begins as such a code.
SEPARATOR_WORDS = (
    "<GS>",
    "{GS}",
    "[GS]",
    "<FNC1>",
    "{FNC1}",
    "[FNC1]",
    "\\x1d",
    "\\u001d",
    "^]",
    "\u241d",
    "\u2194",
    "\u00e8",
    "\x1e",
)
SEPARATOR_SIGNS = ("|", "~", "#", "^", "@", "$", " ")
SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]", re.ASCII)  # section 5.1.3
OF_GS1 = ("]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1")
PLAIN_GTIN = re.compile(r"[0-9]{8}|[0-9]{12,14}", re.ASCII)
AI = re.compile(r"[0-9]{2,4}", re.ASCII)
HUMAN = re.compile(r"\(([0-9]{2,4})\)", re.ASCII)
LONGEST = 2_000
LENGTH_OF_GTIN = 14
CONFIG = ParseConfig(gs1_element_strings_verify_date=False, separator_chars=(SEPARATOR, *SEPARATOR_SIGNS))


@dataclass(frozen=True, slots=True)
class Code:
    """``gtin`` has 14 digits, "" where there is none. ``count`` is in whole units, ``weight`` in millionths of a kilogram.

    ``text`` is what a label of our own asks to be looked for. ``faults`` are sentences on what the code has wrong.
    """

    form: str  # gtin, elements, link, label
    gtin: str = ""
    batch_number: str = ""
    serial_number: str = ""
    expires_on: date | None = None
    best_before_on: date | None = None
    made_on: date | None = None
    count: int | None = None
    weight: int | None = None
    text: str = ""
    faults: tuple[str, ...] = ()
    human: str = ""  # as it is printed below a bar code: (01)09506000134352(10)ABC

    @property
    def usable_until(self) -> date | None:
        """The date through which it may be used: AI 17, else the best before date of AI 15."""
        return self.expires_on or self.best_before_on

    @property
    def is_lot(self) -> bool:
        """Whether it names a batch or a serial number."""
        return bool(self.batch_number or self.serial_number)


def read_code(text: str) -> Code | None:
    """The code that ``text`` is; None when it can only be text."""
    bare = text.strip(" \t\r\n")
    if not bare or len(bare) > LONGEST or "\0" in bare:
        return None
    symbology = ""
    if SYMBOLOGY.match(bare):
        symbology, bare = bare[:3], bare[3:]
    code = read_bare(bare, symbology)
    if code is None and symbology and bare:
        return Code("label", text=bare)  # a bar code of another kind: its text without what the scanner put before it
    return code


def without_symbology(text: str) -> str:
    """``text`` without the identifier that a scanner may put before it."""
    return text[3:] if SYMBOLOGY.match(text) else text


def read_bare(bare: str, symbology: str) -> Code | None:
    """What follows the symbology identifier, "" where the scanner sent none."""
    if bare.lower().startswith(("http://", "https://")):
        return of_address(bare)
    if HUMAN.match(bare):
        return of_human(bare)
    if PLAIN_GTIN.fullmatch(bare) and not symbology.startswith(OF_GS1):
        return of_gtin(bare)
    return of_elements(bare, is_marked=symbology in OF_GS1)


def of_gtin(text: str) -> Code | None:
    try:
        gtin = Gtin.parse(text)
    except (ParseError, ValueError):
        return None
    padded = gtin.value.zfill(LENGTH_OF_GTIN)
    return Code("gtin", gtin=padded, human=f"(01){padded}")


def of_address(text: str) -> Code | None:
    """A label of ours, ``…/search/?q=…``, or a GS1 Digital Link of any host."""
    try:
        parts = urlsplit(text)
        pairs = parse_qsl(parts.query)
        asked = [value for name, value in pairs if name.lower() == "q"]
        if parts.path.lower().rstrip("/").endswith("/search") and len(set(asked)) == 1:
            return Code("label", text=asked[-1])
        link = parts._replace(path=parts.path.rstrip("/")).geturl()
    except ValueError:
        return None
    try:
        twice = said_twice((name, value) for name, value in pairs if AI.fullmatch(name))
        return of_parsed(GS1DigitalLinkURI.parse(link, config=CONFIG).element_strings, "link", twice)
    except (ParseError, ValueError, KeyError):
        if re.search(r"/01/[0-9]{8,14}(/|$)", parts.path, re.ASCII):
            return Code("link", faults=("This GS1 Digital Link cannot be read. Compare it with the label.",))
        return None


def of_human(text: str) -> Code | None:
    """Elements with their identifiers in brackets, as they are printed below a bar code. A number may have brackets too."""
    places = [*HUMAN.finditer(text)]
    ends = [*(found.start() for found in places[1:]), len(text)]
    try:
        elements = GS1ElementStrings(
            GS1ElementString.parse(found[1] + text[found.end() : end].strip(), config=CONFIG)
            for found, end in zip(places, ends, strict=True)
        )
        return of_parsed(elements, "elements")
    except (ParseError, ValueError, KeyError):
        if text.startswith("(01)"):
            return Code(
                "elements", faults=(f"“{shown(text)}” cannot be read as a GS1 code. Compare it with the label.",)
            )
        return None


def of_elements(text: str, *, is_marked: bool) -> Code | None:
    """Elements one after the other. Where nothing marks them as such they must have a GTIN that is right: what has none may
    as well be a number that begins like one."""
    plain = text
    for word in SEPARATOR_WORDS:
        plain = plain.replace(word, SEPARATOR)
    # A word may stand in any text ("è" does), so it marks nothing: only a real FNC1 does.
    is_marked = is_marked or SEPARATOR in text
    plain = plain.strip(SEPARATOR)
    try:
        elements = GS1Message.parse(plain, config=CONFIG).element_strings
        refuse_cut(plain, elements)
        code = of_parsed(elements, "elements")
    except (ParseError, ValueError, KeyError):
        if is_marked or (plain.startswith("01") and of_gtin(plain[2:16]) and len(plain) > 16):
            fault = f"“{shown(plain)}” cannot be read as a GS1 code to its end. Scan it again, or type its number."
            return Code("elements", faults=(fault,))
        return None
    has_gtin = any(element.gtin is not None for element in elements)
    return code if is_marked or (has_gtin and len(plain) > LENGTH_OF_GTIN) else None


def refuse_cut(text: str, elements: GS1ElementStrings) -> None:
    """Raises ValueError for an element that goes on beyond its greatest length: what follows it would be read as another one.

    An element of variable length ends in a separator, or with the code (section 7.8.6.3).
    """
    place = 0
    signs = (SEPARATOR, *SEPARATOR_SIGNS)
    for element in elements:
        place += len(element)
        if element.ai.separator_required and place < len(text) and not text.startswith(signs, place):
            raise ValueError(f"{element.ai.ai} is longer than it may be")
        while text.startswith(signs, place):
            place += 1


def of_parsed(elements: GS1ElementStrings, form: str, asked: Mapping[str, Sequence[str]] | None = None) -> Code:
    """The elements that mean something here: 01 or 02, 10, 11, 15, 17, 21, 30 or 37, 310n. Others are read over.

    What is said twice with different values, ``asked`` among it, is a fault (section 4.14).
    """
    found: dict[str, object] = {}
    doubled = said_twice((element.ai.ai, element.value) for element in elements) | (asked or {})
    faults = [fault_of_two(what, values) for what, values in doubled.items()]
    for element in elements:
        ai, value = element.ai.ai, element.value
        if what_of(ai) in doubled:
            continue  # neither is better than the wrong one
        if ai in ("01", "02"):
            if element.gtin is None:
                faults.append(f"The GTIN {value} has a wrong check digit. Compare it with the label.")
            elif ai == "01" or "gtin" not in found:
                found["gtin"] = element.gtin.value.zfill(LENGTH_OF_GTIN)
        elif ai in DATES:
            if element.date is None:
                faults.append(f"The {DATES[ai][1]} {value} of the code is no date. Give it by hand.")
            else:
                found[DATES[ai][0]] = element.date
        elif ai in NUMBERS:
            found[NUMBERS[ai]] = value
        elif ai in ("30", "37"):
            found["count"] = int(value)
        elif ai.startswith("310") and element.decimal is not None:
            found["weight"] = in_millionths(element.decimal)
    return Code(form, faults=tuple(faults), human="".join(f"({e.ai.ai}){e.value}" for e in elements), **found)


DATES = {
    "17": ("expires_on", "expiry date"),
    "15": ("best_before_on", "best before date"),
    "11": ("made_on", "date of making"),
}
NUMBERS = {"10": "batch_number", "21": "serial_number"}


def said_twice(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """By its name, what has more than one value in pairs of an application identifier and its value."""
    found: dict[str, dict[object, str]] = {}
    for ai, value in pairs:
        what = what_of(ai)
        same = int(value) if what == "counts" and value.isdigit() else (ai, value) if what == "net weights" else value
        found.setdefault(what, {})[same] = value
    return {what: list(values.values()) for what, values in found.items() if len(values) > 1}


def what_of(ai: str) -> str:
    """What an application identifier says, as a fault names it."""
    return PLURALS.get(ai) or ("net weights" if ai.startswith("310") else f"values of AI {ai}")


def fault_of_two(what: str, values: Sequence[str]) -> str:
    named = " and ".join(shown(value, 30) for value in values[:3])
    return (
        f"The code has different {what}, {named}, but GS1 allows only one. Scan the right label, or type what it says."
    )


PLURALS = {
    "01": "GTINs",
    "02": "GTINs",
    "10": "batch numbers",
    "21": "serial numbers",
    "17": "expiry dates",
    "15": "best before dates",
    "11": "dates of making",
    "30": "counts",
    "37": "counts",
}


def in_millionths(kilograms: Decimal) -> int | None:
    """At most six digits in all (section 3.6.2), so always exact."""
    scaled = int(kilograms * MILLION)
    return scaled if 0 < scaled <= LINE_LIMIT else None
