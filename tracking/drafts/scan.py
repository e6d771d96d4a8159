"""Scanned labels on the lines of a draft: variant, batch, expiry, quantity or serial number at once.

A scan is typed for the person: it fills what is empty. Where something else stands there already, that stays, and is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from items.listing import resolve_variant
from items.models import TrackingMode, Variant
from katana_trace.lib.numbers import key_of
from katana_trace.lib.quantities import MILLION, parse_quantity, plain, shown
from katana_trace.lib.search import search_key
from tracking.documents.kinds import KINDS
from tracking.drafts.content import BatchContent, DraftContent, LineContent
from tracking.drafts.serials import check_room
from tracking.numbering.serial_check import CheckedNumber
from tracking.scanning.code import SEPARATOR, Code, read_code
from tracking.searching.by_code import variants_of_gtin
from tracking.trace.facts import facts_of
from tracking.trace.find import lots_named

WEIGHTS = {"kg": MILLION, "g": 1_000 * MILLION}  # millionths of the unit in a kilogram
# Units of which a number of pieces says nothing.
MEASURES = {
    *WEIGHTS,
    "mg",
    "t",
    "lb",
    "lbs",
    "oz",
    "l",
    "ml",
    "cl",
    "dl",
    "hl",
    "gal",
    "m",
    "cm",
    "mm",
    "m2",
    "m3",
    "m²",
    "m³",
    "ft",
    "yd",
}


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a code means: a variant, and what is known of the lot."""

    variant: Variant
    batch_number: str = ""
    serial_number: str = ""
    code: Code | None = None


Refused = tuple[int | None, str, str]  # the line, what of it, the sentence


def with_codes(content: DraftContent) -> tuple[DraftContent, list[str], list[Refused]]:
    """``content`` with scanned codes in place of what they name; what is to be said of them; and what stands in the way of
    posting: a code that cannot be read, or the label of another item."""
    lines, told, refused = list(content.lines), [], []
    for place, line in enumerate(lines):
        code = code_in(line.sku)
        if code is not None and code.form == "elements" and is_sku(line.sku):
            code = None
        if code is not None:
            scanned, faults = meant(code), list(code.faults)
            if isinstance(scanned, str):
                lines[place] = replace(line, sku=code.human or code.text or line.sku.replace(SEPARATOR, "|"))
                faults = faults or [scanned]
            else:
                told += take(lines, place, scanned, content.kind)
            refused += [(place, "sku", " ".join(faults))] if faults else []
        lines[place], said = with_codes_of_batches(lines[place])
        refused += [(place, "numbers", " ".join(said))] if said else []
    return replace(content, lines=tuple(lines)), told, refused


def take(lines: list[LineContent], place: int, scanned: Scanned, kind: str) -> list[str]:
    """Fills the line at ``place``, or with the next unit of what a line above has, that one; returns what is to be said."""
    line = lines[place]
    is_serial = scanned.variant.item.tracking_mode == TrackingMode.SERIAL and scanned.serial_number
    there = same_line(lines, place, scanned) if is_serial else None
    if there is None:
        lines[place], said = filled(replace(line, sku=scanned.variant.sku), scanned, kind)
    else:
        lines[there], said = filled(lines[there], scanned, kind)
        lines[place] = LineContent(line.section)
    return said


def is_sku(text: str) -> bool:
    """Whether what can be read as a code is the SKU of a variant all the same."""
    return Variant.objects.filter(key=search_key(text)).exists()


def code_in(text: str) -> Code | None:
    """The code in a field for SKUs; a GTIN alone is found there like a SKU."""
    code = read_code(text)
    return code if code is not None and code.form != "gtin" else None


def meant(code: Code) -> Scanned | str:
    """What ``code`` stands for, or the sentence that says why it stands for nothing."""
    if code.form == "label":
        facts = facts_of(lots_named(search_key(code.text))[:2])
        variant = resolve_variant(code.text)[0] if not facts else None
        if variant is not None:  # a bar code with the SKU
            return Scanned(variant)
        if len(facts) != 1:
            few = "No batch or serial number has" if not facts else "Several batches or serial numbers have"
            return f"{few} the number “{code.text[:64]}” of this label. Give the SKU and the number."
        lot = next(iter(facts.values()))
        variant = Variant.objects.select_related("item").get(pk=lot.variant)
        return Scanned(variant, "" if lot.is_serial else lot.number, lot.number if lot.is_serial else "")
    if not code.gtin:
        return "This code has no GTIN, so it names no item. Give the SKU, and scan the number into its own field."
    variants = [one for one in variants_of_gtin(code.gtin) if not (one.archived_at or one.item.archived_at)]
    if not variants:
        return f"No variant in use has the GTIN {code.gtin}. Give it to a variant on the edit page of its item."
    if len(variants) > 1:
        return f"{', '.join(one.sku for one in variants[:4])} have the same GTIN {code.gtin}. Give the SKU of one."
    return Scanned(variants[0], code.batch_number, code.serial_number, code)


def same_line(lines: list[LineContent], place: int, scanned: Scanned) -> int | None:
    """The line above that has this variant already, in the same section and at the same location."""
    line = lines[place]
    for there, other in enumerate(lines[:place]):
        is_same = key_of(other.sku) == scanned.variant.key and other.section == line.section
        if is_same and other.location == line.location and not line.serials and not line.quantity:
            return there
    return None


def filled(line: LineContent, scanned: Scanned, kind: str) -> tuple[LineContent, list[str]]:
    """The line with what the code says of the lot."""
    mode, item = scanned.variant.item.tracking_mode, scanned.variant.item.name
    quantity, told = quantity_of(scanned)
    if mode == TrackingMode.SERIAL:
        return with_serial(line, scanned, told)
    if mode == TrackingMode.BATCH and scanned.batch_number:
        return with_batch(line, scanned, quantity, kind, told)
    if scanned.batch_number or scanned.serial_number:
        told.append(f"{item} has {TrackingMode(mode).label}, so the number on the label was not taken.")
    line, said = with_quantity(line, quantity, scanned.variant)
    return line, told + said


def quantity_of(scanned: Scanned) -> tuple[str, list[str]]:
    """The quantity of the code in the item's unit, "" where it has none; and why a weight or count cannot be taken."""
    code, unit, sku = scanned.code, scanned.variant.item.unit, scanned.variant.sku
    if code is None:
        return "", []
    if code.weight is not None and unit in WEIGHTS:
        return plain(code.weight * WEIGHTS[unit] // MILLION), []
    if code.count and unit.lower() not in MEASURES:
        return str(code.count), []
    if code.weight is not None:
        return "", [f"The label says {plain(code.weight)} kg, and {sku} is kept in {unit}. Give the quantity."]
    if code.count:
        return "", [f"The label says a count of {code.count}, and {sku} is kept in {unit}. Give the quantity."]
    return "", []


def with_quantity(line: LineContent, quantity: str, variant: Variant) -> tuple[LineContent, list[str]]:
    if not quantity or same(line.quantity, quantity):
        return line, []
    if line.quantity:
        return line, [
            f"The label says {quantity} {variant.item.unit} of {variant.sku}; what was typed stays: {line.quantity}."
        ]
    return replace(line, quantity=quantity), []


def with_serial(line: LineContent, scanned: Scanned, told: list[str]) -> tuple[LineContent, list[str]]:
    number = scanned.serial_number
    if not number:
        return line, [*told, f"{scanned.variant.item.name} is tracked by serial numbers, and this code has none."]
    if key_of(number) in {key_of(one) for one in line.serials}:
        return line, [*told, f"Serial number {number} is on this document already."]
    count = len(line.serials) + 1
    is_counted = not line.quantity or same(line.quantity, str(len(line.serials)))
    quantity = str(count) if is_counted else line.quantity
    return replace(line, serials=(*line.serials, number), quantity=quantity), told


def with_batch(
    line: LineContent, scanned: Scanned, quantity: str, kind: str, told: list[str]
) -> tuple[LineContent, list[str]]:
    code, number = scanned.code, scanned.batch_number
    is_new_here = KINDS[kind].creates and line.section in ("in", "count")
    expires = code.usable_until.isoformat() if code and code.usable_until and is_new_here else ""
    batches = [batch for batch in line.batches if not batch.is_blank]
    place = next((at for at, batch in enumerate(batches) if key_of(batch.number) == key_of(number)), None)
    if place is None:
        batches.append(BatchContent(number, expires_on=expires, quantity=quantity))
    else:
        there = batches[place]
        if expires and there.expires_on and there.expires_on != expires:
            told.append(
                f"The label of {number} says it expires on {expires}; what was typed stays: {there.expires_on}."
            )
        if quantity and there.quantity and not same(there.quantity, quantity):
            told.append(f"The label of {number} says {quantity}; what was typed stays: {there.quantity}.")
        batches[place] = replace(there, expires_on=there.expires_on or expires, quantity=there.quantity or quantity)
    line = replace(line, batches=tuple(batches))
    if quantity and not line.quantity and line.section != "count":
        line = replace(line, quantity=quantity)
    return line, told


def with_codes_of_batches(line: LineContent) -> tuple[LineContent, list[str]]:
    """Labels scanned into the fields of batch numbers: the number, and its expiry where none was typed; and why one was not
    taken, which leaves the field empty."""
    batches, said = list(line.batches), []
    for place, batch in enumerate(batches):
        code = code_in(batch.number)
        if code is None:
            continue
        number = code.batch_number or code.text
        fault = next(iter(code.faults), "") or label_fault(code, line.sku)
        if not number and not fault:
            fault = f"“{shown(batch.number)}” has no batch number. Scan another label, or type the number."
        if fault:
            batches[place] = replace(batch, number="")
            said.append(fault)
            continue
        expires = code.usable_until.isoformat() if code.usable_until else ""
        batches[place] = replace(batch, number=number, expires_on=batch.expires_on or expires)
    return replace(line, batches=tuple(batches)), said


def scanned_in(texts: Sequence[str], line: LineContent) -> tuple[list[str], list[CheckedNumber]]:
    """The serial numbers in what was scanned into the box of ``line``, and the labels that give none, each with why.

    Raises Refusal for more than a line can have, before any label is looked up.
    """
    check_room(line, len(texts))
    numbers, bad = [], []
    for text in texts:
        try:
            numbers.append(serial_in(text, line.sku))
        except ValueError as error:
            bad.append(CheckedNumber(text.replace(SEPARATOR, "|"), key_of(text), str(error), "label"))
    return numbers, bad


def serial_in(text: str, sku: str) -> str:
    """The serial number in what was scanned into the box of a line with ``sku``: of a code, else the text itself.

    Raises ValueError for a code that cannot be read, has no serial number, or is of another item.
    """
    code = code_in(text)
    if code is None:
        return text
    fault = next(iter(code.faults), "") or label_fault(code, sku)
    if fault:
        raise ValueError(fault)
    if not (code.serial_number or code.text):
        raise ValueError(f"“{shown(text)}” has no serial number. Scan another label, or type the number.")
    return code.serial_number or code.text


def label_fault(code: Code, sku: str) -> str:
    """Why a label does not belong on a line with ``sku``; "" where it does, or where nobody has its GTIN."""
    if not code.gtin:
        return ""
    owners = variants_of_gtin(code.gtin)
    variant = resolve_variant(sku)[0] if sku else None
    if variant is None or variant.pk in {one.pk for one in owners} or not (owners or variant.gtin):
        return ""
    whose = ", ".join(one.sku for one in owners[:4]) or f"an item with the GTIN {code.gtin}"
    return f"This label is of {whose}, and the line is {variant.sku}: its number was not taken. Scan the right label."


def same(typed: str, quantity: str) -> bool:
    """Whether two quantities are the same number, however they are written."""
    try:
        return parse_quantity(typed.strip()) == parse_quantity(quantity)
    except ValueError:
        return False
