"""Finding items and variants: by what a person types or scans."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When

from items.models import Item, Variant
from katana_trace.lib.numbers import can_be_stored, key_of
from katana_trace.lib.quantities import shown
from katana_trace.lib.search import is_too_long, search_key

GTIN_LENGTHS = (8, 12, 13, 14)
FOUND = 20


def items_found(*, q: str = "", tracking: str = "", archived: bool = False) -> QuerySet[Item]:
    """Items whose name, or the SKU or GTIN of a variant, has ``q`` in it; the archived ones apart, by ``archived``.

    The variants come along as ``shown_variants``, without the archived ones of an item that is not archived itself.
    """
    rows = Item.objects.filter(archived_at__isnull=not archived)
    if tracking:
        rows = rows.filter(tracking_mode=tracking)
    key = search_key(q)
    if key:
        ours = Variant.objects.filter(item=OuterRef("pk"))
        rows = rows.filter(Q(key__contains=key) | Exists(ours.filter(variant_matches(key))))
    shown = Variant.objects.order_by("key") if archived else Variant.objects.filter(archived_at=None).order_by("key")
    return rows.prefetch_related(Prefetch("variants", queryset=shown, to_attr="shown_variants"))


def variant_matches(key: str) -> Q:
    """A SKU with ``key`` in it, or a GTIN: the same one may be scanned with or without leading zeros."""
    found = Q(key__contains=key)
    digits = key.lstrip("0")
    if digits.isascii() and digits.isdigit():
        found |= Q(gtin__contains=digits)
    return found


def variants_in_use() -> QuerySet[Variant]:
    """Variants that a picker offers: neither they nor their item are archived."""
    return Variant.objects.filter(archived_at=None, item__archived_at=None).select_related("item")


def find_variants(q: str, *, limit: int = FOUND) -> list[Variant]:
    """At most ``limit`` variants in use that ``q`` may mean, each with its item; [] when nothing was typed. One query.

    First the one of this SKU, then of this GTIN (leading zeros ignored), then of this item's name, then those in whose SKU,
    item name and variant name each word of ``q`` is found.
    """
    key = search_key(q)
    if not key:
        return []
    gtins = Q(gtin__in=same_gtins(key))
    rank = Case(When(key=key, then=0), When(gtins, then=1), When(item__key=key, then=2), default=Value(3))
    rows = variants_in_use().filter(variant_matches(key) | has_words(q))
    return list(rows.annotate(rank=rank).order_by("rank", "item__key", "key")[:limit])


def has_words(q: str) -> Q:
    """Each word somewhere in the SKU, the item's name or the variant's name; "Loaf, 400 g" is three words.

    A variant's name has no stored key, so it is compared as it was typed.
    """
    if is_too_long(q):
        return Q(pk__in=[])
    found = Q()
    for word in q.split():
        key = search_key(word.strip(",;") or word)
        if key:
            typed = Q(name__icontains=word.strip(",;")) if can_be_stored(word) else Q()
            found &= Q(key__contains=key) | Q(item__key__contains=key) | typed
    return found


def same_gtins(key: str) -> list[str]:
    """The ways in which the GTIN ``key`` may be stored: with fewer or more zeros before it (GS1 pads to 14 digits)."""
    digits = key.lstrip("0")
    if not (digits.isascii() and digits.isdigit()) or len(key) > 14:
        return []
    return [digits.zfill(length) for length in GTIN_LENGTHS if len(digits) <= length]


def resolve_variant(text: str) -> tuple[Variant | None, list[Variant]]:
    """The one variant in use that ``text`` means, else None with those that it may mean; see ``resolve_variants``."""
    return resolve_variants([text])[text]


def resolve_variants(texts: Iterable[str]) -> dict[str, tuple[Variant | None, list[Variant]]]:
    """For each text the one variant in use that is meant: its SKU, else its GTIN, else the only match by name.

    Where several match, None and these (at most 20). One query for all that are SKUs or GTINs, one more for each other.
    """
    keys = {text: search_key(text) for text in texts}
    gtins = {gtin for key in keys.values() for gtin in same_gtins(key)}
    known = list(variants_in_use().filter(Q(key__in=set(keys.values()) - {""}) | Q(gtin__in=gtins)).order_by("key"))
    return {text: resolved(text, key, known) for text, key in keys.items()}


def resolved(text: str, key: str, known: list[Variant]) -> tuple[Variant | None, list[Variant]]:
    """``text`` with its ``key`` among the variants of ``known`` SKU or GTIN, else by name."""
    gtins = set(same_gtins(key))
    for found in ([one for one in known if one.key == key], [one for one in known if one.gtin in gtins]):
        if found:
            return (found[0], []) if len(found) == 1 else (None, found[:FOUND])
    found = find_variants(text)
    exact = [one for one in found if key in (one.item.key, key_of(one.label))]
    for meant in (exact, found):
        if len(meant) == 1:
            return meant[0], []
    return None, found


def why_unresolved(text: str, candidates: list[Variant]) -> str:
    """The sentence for a ``text`` that ``resolve_variants`` took for no single variant."""
    typed = shown(text.strip(), 40)
    if candidates:
        skus = ", ".join(one.sku for one in candidates[:4])
        return f"“{typed}” may be {skus}{' and others' if len(candidates) > 4 else ''}. Give the SKU of one."
    hidden = Variant.objects.filter(key=search_key(text)).select_related("item").first()
    if hidden is not None:
        name = hidden.sku if hidden.archived_at else hidden.item.name
        return f"{name} is archived. Choose another variant, or use it again on its edit page."
    return f"No variant has the SKU, GTIN or name “{typed}”. Look it up in the list of items."
