"""Finding what a scanned code names: the variant of its GTIN, and the batch or serial number of that variant."""

from __future__ import annotations

from dataclasses import replace

from items.listing import same_gtins
from items.models import TrackingMode, Variant
from katana_trace.lib.days import is_expired, today
from katana_trace.lib.numbers import LIMIT, can_be_stored, key_of
from tracking.models import Batch, SerialNumber
from tracking.scanning.code import Code, without_symbology
from tracking.searching.by_text import lot_hit, sections_of, variant_hit
from tracking.searching.found import Found, Section, Unknown
from tracking.trace.facts import facts_of

MOST_VARIANTS = 20


def found_by_code(text: str, code: Code) -> Found:
    """What ``code`` names; where it is a number that may as well be typed, what has this number too."""
    if code.form == "label":
        return Found(code.text, tuple(sections_of(code.text)), code)
    if not code.gtin:
        number = code.serial_number or code.batch_number
        sections = sections_of(text) or (sections_of(number) if number else [])
        return Found(text, tuple(sections), code, notes=code.faults)
    variants, typed = variants_of_gtin(code.gtin), typed_sections(text, code)
    if not variants and not typed:
        return Found(text, (), code, notes=(*code.faults, unknown_gtin(code.gtin)))
    if not variants or not code.is_lot:
        named = [] if code.form == "gtin" else item_sections(variants)
        return Found(text, (*typed, *named), code, notes=code.faults)
    found = found_lots(text, code, variants)
    return replace(found, sections=(*found.sections, *typed))


def typed_sections(text: str, code: Code) -> list[Section]:
    """What has the code itself as its number, or as its GTIN: many a plain number can be read as a code."""
    bare = without_symbology(text)
    if code.form == "gtin":
        return sections_of(bare) or item_sections(variants_of_gtin(code.gtin))
    if code.form != "elements" or len(bare) > LIMIT:
        return []
    exact = [(one, tuple(hit for hit in one.hits if hit.is_exact)) for one in sections_of(bare)]
    return [replace(one, hits=hits) for one, hits in exact if hits]


def item_sections(variants: list[Variant]) -> list[Section]:
    hits = tuple(variant_hit(one, is_exact=True) for one in variants)
    return [Section("variants", "Items", hits)] if hits else []


def unknown_gtin(gtin: str) -> str:
    return f"No variant has the GTIN {gtin}. Give it to a variant, on the edit page of its item, and scan again."


def variants_of_gtin(gtin: str) -> list[Variant]:
    """The variants of a GTIN, however many zeros it is stored with; those in use first."""
    rows = Variant.objects.select_related("item").filter(gtin__in=same_gtins(gtin)).order_by("key")[:MOST_VARIANTS]
    return sorted(rows, key=lambda one: bool(one.archived_at or one.item.archived_at))


def found_lots(text: str, code: Code, variants: list[Variant]) -> Found:
    """The batches and serial numbers of ``code``. An item has the one or the other, so of a code with both that one counts."""
    places, unknown, notes = [], [], list(code.faults)
    for variant in variants:
        is_serial = variant.item.tracking_mode == TrackingMode.SERIAL
        number = code.serial_number if is_serial else code.batch_number
        if variant.item.tracking_mode == TrackingMode.NONE:
            notes.append(f"{variant.item.name} has No tracking, so the number on the label is not kept here.")
            continue
        if not number:
            kept = "serial numbers" if is_serial else "batches"
            notes.append(f"{variant.item.name} is tracked by {kept}, and this code has none.")
            continue
        record = lot_of(variant, number, is_serial=is_serial)
        if record is None:
            unknown.append(Unknown(variant, "serial number" if is_serial else "batch", number, code))
            continue
        places.append((is_serial, record.pk))
        if not is_serial and code.usable_until and record.expires_on != code.usable_until:
            notes.append(other_expiry(record, code))
    facts = facts_of(places)
    hits = tuple(lot_hit(facts[place], is_exact=True) for place in places if place in facts)
    sections = [Section("lots", "Batches and serial numbers", hits)] if hits else []
    if not hits and not unknown:
        sections = item_sections(variants)
    return Found(text, tuple(sections), code, tuple(unknown), tuple(notes))


def lot_of(variant: Variant, number: str, *, is_serial: bool) -> Batch | SerialNumber | None:
    if not can_be_stored(number):
        return None
    if is_serial:
        return SerialNumber.objects.filter(item=variant.item_id, variant=variant, key=key_of(number)).first()
    return Batch.objects.filter(variant=variant, key=key_of(number)).first()


def other_expiry(batch: Batch, code: Code) -> str:
    kept = f"expires on {batch.expires_on.isoformat()}" if batch.expires_on else "has no expiry date"
    late = ", which is past" if is_expired(code.usable_until, today()) else ""
    return (
        f"The label of batch {batch.number} says {code.usable_until.isoformat()}{late}; here it {kept}. "
        "Compare them, and correct the batch if the label is right."
    )
